"""How AWS judges a signed call: a function of the credential, the action and the instant.

Everything that ends a credential's validity is known when it is issued (expiry, the next rotation of
a key, a verb of the timeline), so a verdict needs no event of its own and calls can be judged in bulk.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sim.aws.sts_operations import session_may
from sim.credentials import Credential
from sim.policies.authorization_time import Permit
from sim.records import Kind, Verdict

__all__ = ["Authority"]

_AFTER = {
    "expiry": Verdict.EXPIRED_TOKEN,
    "rotation": Verdict.INVALID_CLIENT_TOKEN_ID,
    "deactivation": Verdict.INVALID_CLIENT_TOKEN_ID,
    "revocation": Verdict.ACCESS_DENIED,
    "never": Verdict.OK,
}
_SAID = {True: Verdict.OK, False: Verdict.ACCESS_DENIED}


class Authority:
    """Judges calls.

    Args:
        permits: What a principal may do over time, for an action; asked once for each pair.
    """

    def __init__(self, permits: Callable[[str, str], Permit]) -> None:
        self._permits = permits
        self._known: dict[tuple[str, str], Permit] = {}

    def _while_valid(self, credential: Credential, action: str) -> tuple[tuple[float, Verdict], ...]:
        """What AWS says over time to a credential that is valid."""
        always = session_may(credential.operation, credential.mfa, action)
        if always is not None:
            return ((math.inf, _SAID[always]),)
        pair = (credential.principal, action)
        if pair not in self._known:
            self._known[pair] = self._permits(*pair)
        issued = None if credential.kind is Kind.ACCESS_KEY else credential.issued_at_s
        return tuple([(until, _SAID[allowed]) for until, allowed in self._known[pair].pieces(issued)])

    def pieces(self, credential: Credential, action: str) -> tuple[tuple[float, Verdict], ...]:
        """The verdict over time, as (until, verdict) pieces in order; the last one lasts for ever.

        A credential is refused from the instant of its expiry on (inclusive).
        """
        while_valid = self._while_valid(credential, action)
        end = credential.valid_until_s
        if math.isinf(end):
            return while_valid
        last = next(verdict for until, verdict in while_valid if until >= end)
        before = [piece for piece in while_valid if piece[0] < end]
        return (*before, (end, last), (math.inf, _AFTER[credential.end_cause]))
