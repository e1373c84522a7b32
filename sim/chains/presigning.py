"""Presigned requests: signed now on the client's own host, used later, judged by what signed them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.chains.fetched import Fetch, Fetched
from sim.chains.fetching import Asker, SigningKey, SourceCache
from sim.credentials import Credential, Origin
from sim.records import EndReason, Kind

__all__ = ["Presigner"]


@dataclass(slots=True)
class Presigner:
    """Signs a request for later use: a presigned URL, a token for an EKS cluster, an MSK broker or a database.

    Nobody is asked, so it costs no request. AWS refuses what was signed when its own life is over, and before that
    when the credential that signed it has ended: the signer is looked at when the request arrives.

    Attributes:
        asker: The client.
        origin: What its signatures have in common.
        life_s: Their life (X-Amz-Expires), s.
        source: Whose credential signs, if that is itself temporary.
        parent: Id of the key that signs, if a key does.
        key: That key, if somebody rotates it.
    """

    asker: Asker
    origin: Origin
    life_s: float
    source: SourceCache | None = None
    parent: str | None = None
    key: SigningKey | None = None

    def fetch(self, ordinal: int) -> Fetch:  # noqa: ARG002 - nobody is asked, so nothing is drawn
        """Sign with what the source holds, renewed first if its SDK says so."""
        clock = self.asker.clock
        if self.source is None:
            return Fetched(self._sign(None if self.key is None else self.key.credential, clock.now), clock.now)
        found = yield from self.source.obtain()
        if found.credential is None:
            return found
        return Fetched(self._sign(found.credential, found.done_at_s), found.done_at_s)

    def close(self, at: float, reason: EndReason) -> None:
        """The process ends: stop holding what signs."""
        if self.source is not None:
            self.source.close(at, reason)

    def _sign(self, signer: Credential | None, at: float) -> Credential:
        origin, parent = self.origin, self.parent
        if signer is not None:
            parent = signer.id
            origin = replace(origin, principal=signer.principal, account=signer.account)
        return self.asker.mint(Kind.PRESIGNED, origin, at, self.life_s, parent, signer)
