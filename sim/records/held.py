"""Tables of what was issued, what lay where, what it is good for, and when clients were there."""

from __future__ import annotations

from typing import Final

from sim.records.table import DETAILED, WHO, Column, Table

__all__ = ["CREDENTIALS", "GRANTS", "HOLDINGS", "LIVES"]

CREDENTIALS: Final = Table(
    "credentials",
    "One row per credential issued, written when its holder stops holding it or at the horizon.",
    "written when the holder noticed the end; open ones at the horizon",
    (
        Column("credential", "string", "", "Identifier, unique in the run: kind, population, client, slot, ordinal."),
        *WHO,
        Column("ordinal", "int32", "", "Number of the credential at its client, from 0."),
        Column(
            "principal",
            "string",
            "",
            "Who a service sees: `role/NAME`, `user/NAME`, `federated/NAME`, `permission_set/ISSUER/NAME`, "
            "`root/ACCOUNT` (the root user), `root/ACCOUNT/TASK` (a session from AssumeRoot).",
        ),
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
        Column("parent", "string", "", "Credential that signed the request for it; null where none did.", True),
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
    DETAILED,
)

HOLDINGS: Final = Table(
    "holdings",
    "What lay where: one row per place, credential and unbroken stretch of time.",
    "to_s",
    (
        Column("place", "string", "", "Where it lay: laptop, process, imds, repository, image, backup, ..."),
        *WHO,
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
    DETAILED,
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
    DETAILED,
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
