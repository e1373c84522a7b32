"""Rows of agents: the limiter of the Pod Identity agent, emulated."""

from __future__ import annotations

from typing import Final

from sim.policies.agent import Limiter
from sim.verify.rows import Row, exact

__all__ = ["agent_rows"]

_AGENT: Final = "eks-pod-identity-agent 0.1.37, limiter emulated"


def agent_rows() -> list[Row]:
    """How many renewals one sweep lets through."""
    return [_sweep(1, 3), _sweep(2, 2)]


def _sweep(tokens: int, expected: int) -> Row:
    """40 renewals that fall due together, 10 ms each: how many of them the limiter of 3/s and 3 lets through."""
    limiter, at, done = Limiter(3.0, 3.0), 0.0, 0
    for _ in range(40):
        if not limiter.allow(at):
            continue
        for _ in range(1, tokens):
            at = max(at, limiter.wait(at))
        at += 0.01
        done += 1
    return exact(_AGENT, f"40 entries due at once, {tokens} token(s) a renewal: renewed in one sweep", expected, done)
