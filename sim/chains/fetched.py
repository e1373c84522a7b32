"""What a fetch comes to, and who may be asked for one."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Final, NamedTuple, Protocol, TypeGuard

from simpy import Event

from sim.credentials import Credential
from sim.records import EndReason, Outcome, Verdict

__all__ = ["ERRORS", "Closes", "Fetch", "Fetched", "Provider", "closes", "refusal"]


class Fetched(NamedTuple):
    """A fetch's result: a credential, or None where the provider had none.

    Attributes:
        credential: What was obtained.
        done_at_s: When the answer was there.
        not_before_s: Earliest instant at which asking again makes sense (a person who gave up).
        refused: What the fetch ended with, by issuer: `sts.AccessDenied`; empty if nobody refused it.
        verdict: How calls end that find nothing because of it.
        for_good: Whether STS refused it for a reason that asking again does not mend.
    """

    credential: Credential | None
    done_at_s: float
    not_before_s: float = -math.inf
    refused: str = ""
    verdict: Verdict = Verdict.REFRESH_FAILED
    for_good: bool = False

    @property
    def denied(self) -> bool:
        """Whether whoever was asked refused for good."""
        return self.refused.endswith((f".{Verdict.ACCESS_DENIED}", f".{Verdict.EXPIRED_TOKEN}"))


ERRORS: Final = {
    Outcome.THROTTLED: Verdict.THROTTLING,
    Outcome.UNAVAILABLE: Verdict.SERVICE_UNAVAILABLE,
    Outcome.DENIED: Verdict.ACCESS_DENIED,
}
"""What a refused attempt is called by whoever made it."""


def refusal(issuer: str, outcome: Outcome, *, expired: bool = False) -> str:
    """Name of a refusal: `sts.AccessDenied`; `sts.ExpiredToken` if what vouched for who asked had `expired`."""
    return f"{issuer}.{Verdict.EXPIRED_TOKEN if expired else ERRORS[outcome]}"


Fetch = Generator[Event, None, Fetched]


class Provider(Protocol):
    """Obtains credentials from one issuer for one client."""

    def fetch(self, ordinal: int) -> Fetch:
        """Obtain a credential, beginning now; `ordinal` numbers the client's fetches."""


class Closes(Protocol):
    """A provider that remembers something, which ends with it."""

    def close(self, at: float, reason: EndReason) -> None:
        """The process, or the program's provider, ends."""


def closes(provider: object) -> TypeGuard[Closes]:
    """Whether a provider remembers something.

    Asked of every process that ends; `isinstance` with a protocol takes a hundred times as long.
    """
    return hasattr(provider, "close")
