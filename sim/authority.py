"""How AWS judges a signed call: a function of the credential, the action and the instant.

Everything that ends a credential's validity is known when it is issued (expiry, the next rotation of
a key, a verb of the timeline), so a verdict needs no event of its own and calls can be judged in bulk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final, Protocol

from sim.access import Asked
from sim.aws import signing
from sim.aws.sts_operations import session_may
from sim.credentials import Credential
from sim.policies.authorization_match import like
from sim.policies.authorization_time import Permit
from sim.policies.clock import ClockRule, sends_again
from sim.records import Kind, Verdict

__all__ = ["Authority", "BusyService", "Clocked", "Correction", "Judge", "Mistyped", "allowed_off_s"]

_AFTER = {
    "expiry": Verdict.EXPIRED_TOKEN,
    "rotation": Verdict.INVALID_CLIENT_TOKEN_ID,
    "deactivation": Verdict.INVALID_CLIENT_TOKEN_ID,
    "deletion": Verdict.INVALID_CLIENT_TOKEN_ID,
    "revocation": Verdict.ACCESS_DENIED,
    "never": Verdict.OK,
}
_MISTYPED = {
    "secret": Verdict.SIGNATURE_DOES_NOT_MATCH,
    "key_id": Verdict.INVALID_CLIENT_TOKEN_ID,
    "session_token": Verdict.INVALID_CLIENT_TOKEN_ID,
}
_SAID = {True: Verdict.OK, False: Verdict.ACCESS_DENIED}


_ALLOWED_OFF_S: Final = {
    "s3": float(signing.SKEW_S3_S.value),
    **dict.fromkeys(signing.SKEW_REQUEST_EXPIRED_SERVICES.value, float(signing.SKEW_REQUEST_EXPIRED_S.value)),
}
_USUALLY_OFF_S: Final = float(signing.SKEW_DEFAULT_S.value)


def allowed_off_s(service: str) -> float:
    """How far the time in a signature may be off at a service, either way, in seconds.

    Args:
        service: Prefix of the service's actions, such as `sts`.
    """
    return _ALLOWED_OFF_S.get(service, _USUALLY_OFF_S)


class Judge(Protocol):
    """Whoever judges calls."""

    def pieces(
        self, credential: Credential, action: str, resource: str | None = None
    ) -> tuple[tuple[float, Verdict], ...]:
        """The verdict over time, as (until, verdict) pieces in order; the last one lasts for ever."""


class Authority:
    """Judges calls.

    Args:
        permits: What is allowed over time; asked once for each question.
    """

    def __init__(self, permits: Callable[[Asked], Permit]) -> None:
        self._permits = permits
        self._known: dict[Asked, Permit] = {}

    def _while_valid(
        self, credential: Credential, action: str, resource: str | None
    ) -> tuple[tuple[float, Verdict], ...]:
        """What AWS says over time to a credential that is valid."""
        made_by = "CreateAccessKey" if credential.kind is Kind.PRESIGNED else credential.operation
        always = session_may(made_by, credential.mfa, action)
        if always is not None:
            return ((math.inf, _SAID[always]),)
        asked = Asked(credential.principal, action, resource, credential.limited_by)
        if asked not in self._known:
            self._known[asked] = self._permits(asked)
        long_term = credential.kind in (Kind.ACCESS_KEY, Kind.PRESIGNED)  # a session that presigns is asked itself
        issued = None if long_term else credential.issued_at_s
        return tuple([(until, _SAID[allowed]) for until, allowed in self._known[asked].pieces(issued)])

    def pieces(
        self, credential: Credential, action: str, resource: str | None = None
    ) -> tuple[tuple[float, Verdict], ...]:
        """The verdict over time, as (until, verdict) pieces in order; the last one lasts for ever.

        A credential is refused from the instant of its expiry on (inclusive), and a new key until IAM has made
        it known everywhere.
        """
        if credential.kind is Kind.PRESIGNED:
            return self._presigned(credential, action, resource)
        pieces = self._to_its_end(credential, action, resource)
        known = credential.accepted_from_s
        if math.isinf(known):
            return pieces
        return ((known, Verdict.INVALID_CLIENT_TOKEN_ID), *(piece for piece in pieces if piece[0] > known))

    def _presigned(
        self, credential: Credential, action: str, resource: str | None
    ) -> tuple[tuple[float, Verdict], ...]:
        """What signed it is looked at when it is used; past its own life it is refused, whoever signed it."""
        signer, end = credential.signer, credential.expires_at_s
        if signer is None:
            pieces = self._while_valid(credential, action, resource)
        else:
            pieces = self.pieces(signer, action, resource)
        last = next(verdict for until, verdict in pieces if until >= end)
        return (*(piece for piece in pieces if piece[0] < end), (end, last), (math.inf, Verdict.ACCESS_DENIED))

    def _to_its_end(
        self, credential: Credential, action: str, resource: str | None
    ) -> tuple[tuple[float, Verdict], ...]:
        while_valid = self._while_valid(credential, action, resource)
        end = credential.valid_until_s
        if math.isinf(end):
            return while_valid
        last = next(verdict for until, verdict in while_valid if until >= end)
        before = [piece for piece in while_valid if piece[0] < end]
        ended: tuple[tuple[float, Verdict], ...] = ((math.inf, _AFTER[credential.end_cause]),)
        if credential.end_cause == "revocation" and math.isfinite(credential.expires_at_s):
            ended = ((credential.expires_at_s, Verdict.ACCESS_DENIED), (math.inf, Verdict.EXPIRED_TOKEN))
        return (*before, (end, last), *ended)


class Mistyped:
    """Judges the calls of a client that has a credential with a mistake in it: nothing that it signs is accepted.

    Args:
        judge: Who judges its other credentials.
        what: What is wrong: `secret`, `key_id` or `session_token`.
    """

    def __init__(self, judge: Judge, what: str) -> None:
        self._judge = judge
        self._kind = Kind.SESSION if what == "session_token" else Kind.ACCESS_KEY
        self._verdict = _MISTYPED[what]

    def pieces(
        self, credential: Credential, action: str, resource: str | None = None
    ) -> tuple[tuple[float, Verdict], ...]:
        """The verdict over time, as (until, verdict) pieces in order; the last one lasts for ever."""
        if credential.kind is not self._kind:
            return self._judge.pieces(credential, action, resource)
        return ((math.inf, self._verdict),)


class BusyService:
    """Judges the calls of a client whom a service refuses at times though its calls are allowed.

    Args:
        judge: Who judges while the service serves it.
        busy: (from, to, action pattern, verdict) of every such time.
    """

    def __init__(self, judge: Judge, busy: tuple[tuple[float, float, str, Verdict], ...]) -> None:
        self._judge = judge
        self._busy = busy

    def pieces(
        self, credential: Credential, action: str, resource: str | None = None
    ) -> tuple[tuple[float, Verdict], ...]:
        """The verdict over time, as (until, verdict) pieces in order; the last one lasts for ever."""
        pieces = self._judge.pieces(credential, action, resource)
        for start, stop, pattern, verdict in self._busy:
            if like(pattern, action, ignore_case=True):
                pieces = _where_ok(pieces, start, stop, verdict)
        return pieces


def _where_ok(
    pieces: tuple[tuple[float, Verdict], ...], start: float, stop: float, verdict: Verdict
) -> tuple[tuple[float, Verdict], ...]:
    """The pieces with another verdict in [start, stop), where they were ok."""
    found, since = [], -math.inf
    for until, said in pieces:
        cuts = [at for at in (start, stop) if since < at < until] if said is Verdict.OK else []
        for end in (*cuts, until):
            refused = said is Verdict.OK and start <= since and end <= stop
            found.append((end, verdict if refused else said))
            since = end
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Correction:
    """An SDK that corrects a wrong clock.

    Attributes:
        rule: How.
        first: The client's first call to a service at or after an instant; inf if there is none.
    """

    rule: ClockRule
    first: Callable[[str, float], float]


class Clocked:
    """Judges calls by the time in their signature, before all else: the host's clock is wrong, or they arrive late.

    What a service sees of a call, its credential and its policies, it sees when the call arrives.

    Args:
        judge: Who judges signatures of the right time.
        skews: (from, to, seconds ahead) of the host's clock.
        arrives_after_s: Time from the signature of a call to its arrival.
        correction: How the SDK corrects a wrong clock; None: it does not.
    """

    def __init__(
        self,
        judge: Judge,
        skews: tuple[tuple[float, float, float], ...],
        arrives_after_s: float = 0.0,
        correction: Correction | None = None,
    ) -> None:
        self._judge = judge
        self._skews = skews
        self._after_s = arrives_after_s
        self._correction = correction

    def pieces(
        self, credential: Credential, action: str, resource: str | None = None
    ) -> tuple[tuple[float, Verdict], ...]:
        """The verdict over the time of the signature, as (until, verdict) pieces in order; the last one lasts for ever.

        A request signed ahead has a life of its own, and no clock is looked at when it is used.
        """
        pieces = self._judge.pieces(credential, action, resource)
        if self._after_s:
            pieces = tuple([(until - self._after_s, verdict) for until, verdict in pieces])
        if credential.kind is Kind.PRESIGNED:
            return pieces
        service = action.partition(":")[0].lower()
        refused = self._refused if self._correction is None else partial(self._not_corrected, self._correction, service)
        for start, stop in refused(allowed_off_s(service)):
            pieces = _overlaid(pieces, start, stop, Verdict.REQUEST_TIME_TOO_SKEWED)
        return pieces

    def _refused(self, allowed: float) -> Iterator[tuple[float, float]]:
        """When signatures are made whose time is too far off at their arrival."""
        cuts = sorted({-math.inf, math.inf, *(at for start, stop, _ in self._skews for at in (start, stop))})
        for start, stop in pairwise(cuts):
            off = [ahead for since, until, ahead in self._skews if since <= start and stop <= until] or [0.0]
            if any(abs(ahead - self._after_s) > allowed for ahead in off):
                yield start, stop

    def _not_corrected(self, correction: Correction, service: str, allowed: float) -> Iterator[tuple[float, float]]:
        """The same with an SDK that signs by the service's clock: what it sends again gets through the second time.

        A call is lost where an old correction is wrong and the SDK does not see it: the first one to the service. The
        right time does not help what is on its way for too long.
        """
        if self._after_s > allowed:
            yield from self._refused(allowed)
            return
        corrected = 0.0
        for at in sorted({at for start, stop, _ in self._skews for at in (start, stop)}):
            ahead = max((off for start, stop, off in self._skews if start <= at < stop), key=abs, default=0.0)
            refused = abs(ahead - corrected - self._after_s) > allowed
            lost = refused and not sends_again(correction.rule, ahead, corrected)
            first = correction.first(service, at) if lost else math.inf
            if first < math.inf:
                yield at, math.nextafter(first, math.inf)
            if refused or abs(ahead - corrected) >= correction.rule.least_s:
                corrected = ahead


def _overlaid(
    pieces: tuple[tuple[float, Verdict], ...], start: float, stop: float, verdict: Verdict
) -> tuple[tuple[float, Verdict], ...]:
    """The pieces with another verdict in [start, stop)."""
    before, since = [], -math.inf
    for until, said in pieces:
        if since < start:
            before.append((min(until, start), said))
        since = until
    return (*before, (stop, verdict), *(piece for piece in pieces if piece[0] > stop))
