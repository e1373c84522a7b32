"""Requests signed ahead: how long a signature lives, and what can sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.aws import signing
from sim.loading.errors import Finding
from sim.scenario import Scenario
from sim.validation.chains import issuer_of, steps

__all__ = ["LONGEST_S", "RULES"]

LONGEST_S: Final = float(signing.PRESIGNED_URL_MAX_S.value)
"""The longest life of a presigned request."""
_NO_SIGNERS: Final = {
    "presigned": "is itself signed ahead, and signs nothing",
    "password": "is a console session, which stays in the browser",
    "anonymous": "holds nothing to sign with",
}


def _life(scenario: Scenario) -> Iterator[Finding]:
    for path, step in steps(scenario):
        if step.from_ != "presigned" or step.session_s is None or 1 <= step.session_s <= LONGEST_S:
            continue
        yield (
            (*path, "session_s"),
            f"{step.session_s:g} is not allowed; a presigned request lives for 1 to {LONGEST_S:g} s (7 days)",
        )


def _signer(scenario: Scenario) -> Iterator[Finding]:
    for path, step in steps(scenario):
        if step.from_ != "presigned":
            continue
        for one in scenario.credentials.get(step.source or "", ()):
            said = _NO_SIGNERS.get(issuer_of(one))
            if said is not None and one.way != "login":
                yield (
                    (*path, "source"),
                    f"{step.source} {said}; give a chain that yields a session, or a user with a key",
                )
                break


def _words(scenario: Scenario) -> Iterator[Finding]:
    for path, step in steps(scenario):
        if step.from_ != "presigned":
            continue
        for word in ("mistyped", "session_policy", "retry"):
            if getattr(step, word) is not None:
                yield (*path, word), "nobody is asked for a presigned request; say it of the chain that signs (source)"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (_life, _signer, _words)
"""Every rule of this file."""
