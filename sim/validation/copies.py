"""Sessions and keys that were copied by hand: what can be copied wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.loading.errors import Finding
from sim.scenario import Scenario
from sim.validation.chains import issuer_of, steps

__all__ = ["RULES"]


def _mistyped(scenario: Scenario) -> Iterator[Finding]:
    """A secret and an id belong to a user's key, a token to a session."""
    for path, step in steps(scenario):
        if step.mistyped is None:
            continue
        if step.mistyped == "session_token" and issuer_of(step) == "access_key":
            yield (*path, "mistyped"), "a user's access key has no session token; give secret or key_id"
        if step.mistyped != "session_token" and step.user is None:
            yield (*path, "mistyped"), f"a {step.mistyped} belongs to a user's access key, and this step has no user"
        if step.mistyped != "session_token" and issuer_of(step) == "password":
            yield (*path, "mistyped"), "a password is typed anew at every login; it cannot be mistyped for good"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (_mistyped,)
"""Every rule of this file."""
