"""Tables of what was asked of issuers, by programs and by people, and of the rotations that ask IAM."""

from __future__ import annotations

from typing import Final

from sim.records.table import DETAILED, WHO, Column, Table

__all__ = ["LOGINS", "REQUESTS", "REQUESTS_PER_SECOND", "ROTATIONS"]

_ASKED: Final = (
    Column("issuer", "string", "", "Issuer of the scenario."),
    Column("operation", "string", "", "API operation."),
    Column("quota_group", "string", "", "Bucket it is charged to: signed, web_identity, saml, free, ..."),
    Column("account", "string", "", "Account charged."),
    Column("outcome", "string", "", "ok, throttled, unavailable, denied."),
)
"""What was asked, of whom, who pays, and what came of it."""

REQUESTS: Final = Table(
    "requests",
    "One row per attempt at an issuer, refused ones included.",
    "at_s",
    (
        Column("at_s", "float64", "s", "Instant of the attempt."),
        *WHO,
        *_ASKED,
        Column("attempt", "int16", "", "1 for the first attempt of a request, then 2, 3, ..."),
        Column("latency_s", "float64", "s", "Time until the answer."),
        Column("issued", "string", "", "Credential issued by it, if any.", True),
    ),
    DETAILED,
)

REQUESTS_PER_SECOND: Final = Table(
    "requests_per_second",
    "Attempts at issuers per aligned second; seconds without any are absent.",
    "second",
    (
        Column("second", "int64", "s", "floor(at_s)."),
        Column("population", "string", "", "Population of the clients."),
        *_ASKED,
        Column("requests", "int64", "requests", "Attempts in that second."),
    ),
)

LOGINS: Final = Table(
    "logins",
    "One row per login of a person, silent or interactive.",
    "done_at_s",
    (
        Column("at_s", "float64", "s", "When the login began."),
        *WHO,
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
        *WHO,
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
