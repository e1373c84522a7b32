"""How a program that signs with a long-term key learns of a new one."""

from __future__ import annotations

from sim.spec import Dist, Share, Spec

__all__ = ["Reload"]


class Reload(Spec):
    """How soon clients follow a rotation of the access key that they sign with. A restart reads the key again."""

    lag_s: Dist = 0.0
    """Time from a new key's creation until a client signs with it: the deploy, and the client's own reload. Drawn for
    each client and rotation. Below the propagation delay of IAM the new key is still refused."""
    never: Share = 0.0
    """Share of clients that keep the key they have loaded until they restart."""
