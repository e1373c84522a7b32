"""What every kind of issuer is."""

from __future__ import annotations

from sim.spec import Spec

__all__ = ["IssuerSpec"]


class IssuerSpec(Spec):
    """Whoever mints credentials, or vouches for those who ask."""

    kind: str
    """Which kind."""
