"""The record contract between the engine and the analysis: every table, every column, every unit.

One row per finished thing. Rows are in the order of the table's `order` column, equal instants by
(population, client, slot). A `client` is one cache of credentials and the calls that sign with it;
its `slot` tells apart the caches one person or process holds (one per profile or thread).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["SCHEMA_VERSION", "TABLES", "Column", "EndReason", "Kind", "Level", "Outcome", "Table", "Verdict"]

SCHEMA_VERSION: Final = 3
"""Version of the results directory. A directory of another version is refused."""


class Level(StrEnum):
    """How much a run records. All levels give the same credentials, requests and verdict counts."""

    SUMMARY = "summary"
    CREDENTIALS = "credentials"
    CALLS = "calls"


class Verdict(StrEnum):
    """How a call ended. Every call ends exactly once, with one of these."""

    OK = "ok"
    EXPIRED_TOKEN = "ExpiredToken"
    INVALID_CLIENT_TOKEN_ID = "InvalidClientTokenId"
    SIGNATURE_DOES_NOT_MATCH = "SignatureDoesNotMatch"
    REQUEST_TIME_TOO_SKEWED = "RequestTimeTooSkewed"
    ACCESS_DENIED = "AccessDenied"
    THROTTLING = "Throttling"
    SERVICE_UNAVAILABLE = "ServiceUnavailable"
    NO_CREDENTIALS = "NoCredentials"
    REFRESH_FAILED = "RefreshFailed"
    UNFINISHED = "Unfinished"


class Kind(StrEnum):
    """What a credential is."""

    ACCESS_KEY = "access_key"
    PASSWORD = "password"
    SESSION = "session"
    SSO_TOKEN = "sso_token"
    SAML_ASSERTION = "saml_assertion"
    PROJECTED_TOKEN = "projected_token"
    LOGIN_TOKEN = "login_token"
    PRESIGNED = "presigned"


class Outcome(StrEnum):
    """How an attempt at an issuer ended."""

    OK = "ok"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    DENIED = "denied"


class EndReason(StrEnum):
    """Why a credential stopped being held by its client."""

    REPLACED = "replaced"
    EXPIRED = "expired"
    ROTATED = "rotated"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    REVOKED = "revoked"
    RESTARTED = "restarted"
    FINISHED = "finished"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type by name, its unit and one sentence of meaning."""

    name: str
    type: str
    unit: str
    text: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One record table: its columns, the column its rows are ordered by, the levels that write it."""

    name: str
    text: str
    order: str
    columns: tuple[Column, ...]
    levels: frozenset[Level] = frozenset(Level)
    without_response: str = ""
    """Table of which this is what it would have been had nobody responded to an incident; else empty."""


_DETAILED: Final = frozenset({Level.CREDENTIALS, Level.CALLS})

_WHO: Final = (
    Column("population", "string", "", "Population of the client."),
    Column("client", "int32", "", "Index of the client in its population, from 0."),
    Column("slot", "int16", "", "Which cache of the client: profile of a person, thread of a process; else 0."),
)

CREDENTIALS: Final = Table(
    "credentials",
    "One row per credential issued, written when its holder stops holding it or at the horizon.",
    "written when the holder noticed the end; open ones at the horizon",
    (
        Column("credential", "string", "", "Identifier, unique in the run: kind, population, client, slot, ordinal."),
        *_WHO,
        Column("ordinal", "int32", "", "Number of the credential at its client, from 0."),
        Column("principal", "string", "", "Who a service sees: `role/NAME`, `user/NAME`, `permission_set/NAME`."),
        Column("account", "string", "", "Account (scenario name) the principal belongs to."),
        Column(
            "kind",
            "string",
            "",
            "access_key, password, session, sso_token, saml_assertion, projected_token, login_token, presigned.",
        ),
        Column("provider", "string", "", "Chain of the scenario that obtained it."),
        Column("issuer", "string", "", "Issuer of the scenario that minted it."),
        Column("operation", "string", "", "Operation that minted it."),
        Column("parent", "string", "", "Credential that signed the request for it; null for a root.", True),
        Column("issued_at_s", "float64", "s", "Instant of issue on the issuer's clock; negative before the run."),
        Column("expires_at_s", "float64", "s", "Expiry that the issuer returned; inf for a key."),
        Column("valid_until_s", "float64", "s", "Until when AWS accepts it; inf if nothing ends it."),
        Column("mint_until_s", "float64", "s", "Until when the last thing minted from it would be accepted."),
        Column("held_from_s", "float64", "s", "When its client first held it within the run."),
        Column("ended_at_s", "float64", "s", "When its client stopped holding it; null while open.", True),
        Column(
            "end_reason",
            "string",
            "",
            "replaced, expired, rotated, deactivated, deleted, revoked, restarted, finished, open.",
        ),
        Column("calls_signed", "int64", "calls", "Calls signed with it within the run."),
    ),
    _DETAILED,
)

HOLDINGS: Final = Table(
    "holdings",
    "What lay where: one row per place, credential and unbroken stretch of time.",
    "to_s",
    (
        Column("place", "string", "", "Where it lay: laptop, process, imds, repository, image, backup, ..."),
        *_WHO,
        Column("credential", "string", "", "Identifier of the credential."),
        Column("kind", "string", "", "Kind of the credential."),
        Column("from_s", "float64", "s", "From when it lay there, not before 0."),
        Column("to_s", "float64", "s", "Until when it lay there, not past the horizon."),
        Column("valid_until_s", "float64", "s", "Until when AWS accepts it; inf if nothing ends it."),
        Column("mint_until_s", "float64", "s", "Until when the last thing minted from it would be accepted."),
        Column("copies", "int32", "copies", "How many copies lay at this place."),
        Column(
            "end_cause",
            "string",
            "",
            "What ends its validity: expiry, rotation, deactivation, deletion, revocation, never.",
        ),
        Column("grant", "string", "", "What it is good for: name of rows in `grants`."),
    ),
    _DETAILED,
)

GRANTS: Final = Table(
    "grants",
    "What AWS allows whoever bears a credential that lay somewhere, or a session minted from it: one row per "
    "population, kind of credential, action and unbroken time in which the policies allow it. Repeated by each shard.",
    "population, grant",
    (
        Column("population", "string", "", "Population at whose places it lay."),
        Column("grant", "string", "", "Name of the kind of credential: principal, operation, chain."),
        Column("action", "string", "", "What a thief may want to do."),
        Column("resource", "string", "", "Resource of the scenario that it is done to; empty if none is named."),
        Column("weight", "float64", "", "How bad an hour of it is; stated in the scenario, else 1."),
        Column("minted", "int16", "", "0: with the credential itself; 1: with a session minted from it."),
        Column("after_s", "float64", "s", "Time for which that session may outlive the credential; inf if for ever."),
        Column("from_s", "float64", "s", "From when policies allow it; -inf if always."),
        Column("to_s", "float64", "s", "Until when; inf if nothing changes that."),
    ),
    _DETAILED,
)

LIVES: Final = Table(
    "lives",
    "When the clients of populations with `arrivals` live: one row per client and unbroken stretch of time. Clients of "
    "other populations have none.",
    "population, client",
    (
        Column("population", "string", "", "Population of the client."),
        Column("client", "int32", "", "Index of the client in its population, from 0, in order of arrival."),
        Column("from_s", "float64", "s", "Its start."),
        Column("to_s", "float64", "s", "Its end, not past the horizon."),
    ),
)

REQUESTS: Final = Table(
    "requests",
    "One row per attempt at an issuer, refused ones included.",
    "at_s",
    (
        Column("at_s", "float64", "s", "Instant of the attempt."),
        *_WHO,
        Column("issuer", "string", "", "Issuer of the scenario."),
        Column("operation", "string", "", "API operation."),
        Column("quota_group", "string", "", "Bucket it is charged to: signed, web_identity, saml, free, ..."),
        Column("account", "string", "", "Account charged."),
        Column("outcome", "string", "", "ok, throttled, unavailable, denied."),
        Column("attempt", "int16", "", "1 for the first attempt of a fetch, then 2, 3, ..."),
        Column("latency_s", "float64", "s", "Time until the answer."),
        Column("issued", "string", "", "Credential issued by it, if any.", True),
    ),
    _DETAILED,
)

REQUESTS_PER_SECOND: Final = Table(
    "requests_per_second",
    "Attempts at issuers per aligned second; seconds without any are absent.",
    "second",
    (
        Column("second", "int64", "s", "floor(at_s)."),
        Column("population", "string", "", "Population of the clients."),
        Column("issuer", "string", "", "Issuer of the scenario."),
        Column("operation", "string", "", "API operation."),
        Column("quota_group", "string", "", "Bucket charged."),
        Column("account", "string", "", "Account charged."),
        Column("outcome", "string", "", "ok, throttled, unavailable, denied."),
        Column("requests", "int64", "requests", "Attempts in that second."),
    ),
)

CALLS: Final = Table(
    "calls",
    "One row per client, credential and verdict segment; at level calls one row per call; at level "
    "summary one row per client and verdict.",
    "written when the segment ended",
    (
        *_WHO,
        Column("credential", "string", "", "Credential that signed; null where none did.", True),
        Column("verdict", "string", "", "How these calls ended."),
        Column("from_s", "float64", "s", "First instant of the segment (arrival of the call at level calls)."),
        Column("to_s", "float64", "s", "Last instant of the segment."),
        Column("calls", "int64", "calls", "Calls in the segment."),
        Column("wait_s", "float64", "s", "Time these calls waited for a credential, summed."),
    ),
)

CALLS_UNANSWERED: Final = Table(
    "calls_unanswered",
    "What `calls` would have been had nobody responded: the same replication without a step of any response plan. Only "
    "for strategies whose incidents have plans with steps.",
    CALLS.order,
    CALLS.columns,
    _DETAILED,
    without_response="calls",
)

WAITS: Final = Table(
    "waits",
    "One row per group of calls that waited for the same fetch of a credential.",
    "done_at_s",
    (
        *_WHO,
        Column("at_s", "float64", "s", "Arrival of the first of them."),
        Column("done_at_s", "float64", "s", "When the wait ended."),
        Column("wait_s", "float64", "s", "Wait of the first of them, the longest of the group."),
        Column("calls", "int64", "calls", "Calls that waited."),
        Column("total_wait_s", "float64", "s", "Waits of the group, summed."),
        Column("verdict", "string", "", "How they ended."),
    ),
    _DETAILED,
)

LOGINS: Final = Table(
    "logins",
    "One row per login of a person, silent or interactive.",
    "done_at_s",
    (
        Column("at_s", "float64", "s", "When the login began."),
        *_WHO,
        Column(
            "way",
            "string",
            "",
            "sso, saml-file, process, login, console, password, mfa (a code with a request to STS).",
        ),
        Column("kind", "string", "", "silent (IdP or portal session alive) or interactive (password, MFA)."),
        Column("issuer", "string", "", "Identity provider asked."),
        Column("outcome", "string", "", "ok, failed."),
        Column("attempts", "int16", "", "How often the person typed."),
        Column("attention_s", "float64", "s", "Human time at the prompt."),
        Column("queue_s", "float64", "s", "Time in the identity provider's queue before service."),
        Column("done_at_s", "float64", "s", "When the login ended."),
    ),
)

ROTATIONS: Final = Table(
    "rotations",
    "One row per rotation of an access key, written when the old key is deleted and nobody signs with it any more, or "
    "at the horizon.",
    "ended_at_s, then open ones",
    (
        *_WHO,
        Column("user", "string", "", "IAM user of the scenario."),
        Column("old", "string", "", "Key that is replaced."),
        Column("new", "string", "", "Key that replaces it; null if it was refused.", True),
        Column("cause", "string", "", "policy, campaign (a rehearsal), emergency (the old key was deactivated)."),
        Column("outcome", "string", "", "done (the old key is deactivated), open, refused (a third key)."),
        Column("due_at_s", "float64", "s", "When the policy asked for it."),
        Column("started_at_s", "float64", "s", "When the new key was created, or refused."),
        Column("accepted_at_s", "float64", "s", "From when AWS accepts the new key; null if refused.", True),
        Column("left_at_s", "float64", "s", "When the last client left the old key; null while open.", True),
        Column("done_at_s", "float64", "s", "When the old key was deactivated; null while open.", True),
        Column("ended_at_s", "float64", "s", "When it was deleted and left by all; null while open.", True),
        Column("late_s", "float64", "s", "Start after the due instant."),
        Column("consumers", "int32", "clients", "Clients that sign with the key."),
        Column("on_old", "int32", "clients", "Those still on the old key when it was deactivated, or at the horizon."),
        Column("toil_min", "float64", "min", "Work of a person."),
    ),
)

PROBES: Final = Table(
    "probes",
    "One row per sampled theft that found something; the check on the exact integration.",
    "to_s",
    (
        Column("at_s", "float64", "s", "Instant of the theft."),
        *_WHO,
        Column("place", "string", "", "Where the thief looked."),
        Column("credential", "string", "", "What was taken."),
        Column("to_s", "float64", "s", "When the client stopped holding it."),
        Column("valid_until_s", "float64", "s", "Until when AWS accepts it."),
        Column("mint_until_s", "float64", "s", "Until when the last thing minted from it would be accepted."),
    ),
)

THEFTS: Final = Table(
    "thefts",
    "One row per incident and thief: what leaked, and until when AWS accepted anything that the thief had of it.",
    "at_s",
    (
        Column("incident", "string", "", "Incident of the scenario."),
        Column("thief", "string", "", "copy, mint, foothold."),
        Column("population", "string", "", "Population it leaked from."),
        Column("client", "int32", "", "Index of the client (of the host, at places of hosts) it leaked from."),
        Column("place", "string", "", "Place it leaked from."),
        Column("at_s", "float64", "s", "Instant of the leak."),
        Column("first_use_at_s", "float64", "s", "Instant of the thief's first use."),
        Column("detected_at_s", "float64", "s", "Instant of the detection; inf if never."),
        Column("taken", "int32", "credentials", "Credentials taken that AWS accepted, or exchanged, at the first use."),
        Column("minted", "int32", "credentials", "Sessions obtained from them within the run."),
        Column(
            "last_ok_at_s",
            "float64",
            "s",
            "End of the last ok of any action; inf if never; null if there was none.",
            True,
        ),
        Column(
            "end_cause",
            "string",
            "",
            "What ended it: expiry, rotation, deactivation, deletion, revocation, policy, never; nothing: no action "
            "ever got an ok.",
        ),
    ),
)

THEFT_SPANS: Final = Table(
    "theft_spans",
    "One row per incident, thief, action and unbroken time in which AWS allowed it; ends past the horizon included.",
    "from_s",
    (
        Column("incident", "string", "", "Incident of the scenario."),
        Column("thief", "string", "", "copy, mint, foothold."),
        Column("action", "string", "", "What the thief does."),
        Column("weight", "float64", "", "How bad an hour of it is; stated in the scenario, else 1."),
        Column("from_s", "float64", "s", "From when AWS allowed it."),
        Column("to_s", "float64", "s", "Until when; inf if nothing ends it."),
    ),
)

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        CREDENTIALS,
        HOLDINGS,
        GRANTS,
        LIVES,
        REQUESTS,
        REQUESTS_PER_SECOND,
        CALLS,
        CALLS_UNANSWERED,
        WAITS,
        LOGINS,
        ROTATIONS,
        PROBES,
        THEFTS,
        THEFT_SPANS,
    )
}
"""Every table of a results directory by name."""
