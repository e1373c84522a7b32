"""How AWS judges a signed call: a function of the credential, the action and the instant.

Everything that ends a credential's validity is known when it is issued (expiry, the next rotation of
a key, a verb of the timeline), so a verdict needs no event of its own and calls can be judged in bulk.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sim.credentials import Credential
from sim.records import Verdict

__all__ = ["Authority"]

_AFTER = {
    "expiry": Verdict.EXPIRED_TOKEN,
    "rotation": Verdict.INVALID_CLIENT_TOKEN_ID,
    "deactivation": Verdict.INVALID_CLIENT_TOKEN_ID,
    "revocation": Verdict.ACCESS_DENIED,
    "never": Verdict.OK,
}


class Authority:
    """Judges calls.

    Args:
        allows: Whether the policies of a principal allow an action; asked once for each pair.
    """

    def __init__(self, allows: Callable[[str, str], bool]) -> None:
        self._allows = allows
        self._known: dict[tuple[str, str], Verdict] = {}

    def _while_valid(self, principal: str, action: str) -> Verdict:
        pair = (principal, action)
        if pair not in self._known:
            self._known[pair] = Verdict.OK if self._allows(principal, action) else Verdict.ACCESS_DENIED
        return self._known[pair]

    def pieces(self, credential: Credential, action: str) -> tuple[tuple[float, Verdict], ...]:
        """The verdict over time, as (until, verdict) pieces in order; the last one lasts for ever.

        A credential is refused from the instant of its expiry on (inclusive).
        """
        while_valid = self._while_valid(credential.principal, action)
        if math.isinf(credential.valid_until_s):
            return ((math.inf, while_valid),)
        return ((credential.valid_until_s, while_valid), (math.inf, _AFTER[credential.end_cause]))
