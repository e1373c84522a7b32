"""A credential and who holds it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.records import Kind

__all__ = ["Credential", "Ending", "Holder", "Origin", "credential_id"]

_PREFIX = {
    Kind.ACCESS_KEY: "key",
    Kind.SSO_TOKEN: "sso",
    Kind.SAML_ASSERTION: "saml",
    Kind.PASSWORD: "pwd",
    Kind.PROJECTED_TOKEN: "token",
    Kind.LOGIN_TOKEN: "login",
    Kind.PRESIGNED: "url",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Something in the timeline that ends credentials of a principal before their time.

    Attributes:
        at_s: From when they are refused.
        issued_before_s: Which ones: those issued before.
        cause: deactivation, deletion, revocation.
        kinds: Which kinds of credential.
        client: Only those of one client; of all if None.
    """

    at_s: float
    issued_before_s: float
    cause: str
    kinds: frozenset[Kind]
    client: int | None = None

    def ends(self, credential: Credential) -> bool:
        """Whether it ends this credential before it would end anyway."""
        return (
            self.at_s < credential.valid_until_s
            and credential.issued_at_s < self.issued_before_s
            and credential.kind in self.kinds
            and self.client in (None, credential.holder.client)
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds credentials: a slot of a client, a host, or a population as a whole.

    Attributes:
        population: Name of the population.
        client: Index of the client (of the host, at places of hosts).
        slot: Profile or thread.
        rank: Place in the order of equal instants.
        tag: Stem of the ids of its credentials.
    """

    population: str
    client: int
    slot: int
    rank: int
    tag: str


def credential_id(kind: Kind, holder: Holder, ordinal: int) -> str:
    """An id without the shape of a real one: `ses-batch-000042-0017`."""
    return f"{_PREFIX.get(kind, 'ses')}-{holder.tag}-{ordinal:04d}"


class Credential:
    """Something AWS accepts as proof of who calls. Its terms never change; only its calls are counted.

    Attributes:
        id: Identifier, unique in the run.
        kind: What it is.
        holder: Who obtained it.
        ordinal: Number at its holder, from 0.
        principal: Who a service sees: `role/NAME`, `user/NAME`, `permission_set/NAME`.
        account: Account the principal belongs to.
        provider: Chain that obtained it.
        issuer: Issuer that minted it.
        operation: Operation that minted it.
        mfa: Whether an MFA code was given for it.
        limited_by: Step (chain, number) whose session policy limits it, if one does.
        parent: Credential that signed the request for it.
        issued_at_s: Instant of issue on the issuer's clock.
        expires_at_s: Expiry returned by the issuer; inf for a key.
        accepted_from_s: From when AWS accepts it: IAM takes a while to make a new key known; -inf if at once.
        valid_until_s: Until when AWS accepts it; inf if nothing ends it.
        mint_until_s: Until when the last thing minted from it would be accepted.
        end_cause: What ends its validity: expiry, rotation, deactivation, deletion, revocation, never.
        calls_signed: Calls signed with it so far.
        signer: Of a presigned request: the credential that signed it, if that can end.
    """

    __slots__ = (
        "accepted_from_s",
        "account",
        "calls_signed",
        "end_cause",
        "expires_at_s",
        "holder",
        "id",
        "issued_at_s",
        "issuer",
        "kind",
        "limited_by",
        "mfa",
        "mint_until_s",
        "operation",
        "ordinal",
        "parent",
        "principal",
        "provider",
        "signer",
        "valid_until_s",
    )

    def __init__(  # noqa: PLR0913 - the terms of a credential
        self,
        kind: Kind,
        holder: Holder,
        ordinal: int,
        origin: Origin,
        issued_at_s: float,
        expires_at_s: float,
        *,
        parent: str | None = None,
        valid_until_s: float | None = None,
        accepted_from_s: float = -math.inf,
        signer: Credential | None = None,
    ) -> None:
        self.id = credential_id(kind, holder, ordinal)
        self.kind = kind
        self.holder = holder
        self.ordinal = ordinal
        self.principal = origin.principal
        self.account = origin.account
        self.provider = origin.provider
        self.issuer = origin.issuer
        self.operation = origin.operation
        self.mfa = origin.mfa
        self.limited_by = origin.limited_by
        self.parent = parent
        self.issued_at_s = issued_at_s
        self.expires_at_s = expires_at_s
        self.accepted_from_s = accepted_from_s
        self.valid_until_s = expires_at_s if valid_until_s is None else valid_until_s
        ends = "rotation" if kind is Kind.ACCESS_KEY else "expiry"
        self.end_cause = "never" if math.isinf(self.valid_until_s) else ends
        self.signer = signer
        if signer is not None and signer.valid_until_s < self.valid_until_s:
            self.valid_until_s, self.end_cause = signer.valid_until_s, signer.end_cause
        for ending in origin.endings:
            if ending.ends(self):
                self.valid_until_s, self.end_cause = max(ending.at_s, issued_at_s), ending.cause
        self.mint_until_s = self.valid_until_s + origin.mints_s
        self.calls_signed = 0

    def accepted(self, at: float) -> bool:
        """Whether AWS accepts it at an instant; not any more at the instant of its end."""
        return self.accepted_from_s <= at < self.valid_until_s


@dataclass(frozen=True, slots=True)
class Origin:
    """What all credentials of one chain step have in common.

    Attributes:
        principal: Who a service sees.
        account: Account of the principal.
        provider: Chain of the scenario.
        issuer: Issuer of the scenario.
        operation: Operation that mints them.
        mints_s: Life of the longest-lived thing that can be minted from one at its last valid instant.
        mfa: Whether an MFA code was given for it.
        endings: What the timeline ends of them before their time.
        limited_by: Step (chain, number) whose session policy limits them, if one does.
    """

    principal: str
    account: str
    provider: str
    issuer: str
    operation: str
    mints_s: float = 0.0
    mfa: bool = False
    endings: tuple[Ending, ...] = ()
    limited_by: tuple[str, int] | None = None
