"""Tables of thefts: probes of the exact integration, and the stories of incidents."""

from __future__ import annotations

from typing import Final

from sim.records.table import WHO, Column, Table

__all__ = ["PROBES", "THEFTS", "THEFT_SPANS"]

PROBES: Final = Table(
    "probes",
    "One row per sampled theft that found something; the check on the exact integration.",
    "to_s",
    (
        Column("at_s", "float64", "s", "Instant of the theft."),
        *WHO,
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
