"""Who processes are at an instant, from `holdings` and `credentials`.

| metric | definition | unit |
| --- | --- | --- |
| clients.off_identity | processes that hold, in any thread, another principal's credential than intended | clients |
| clients.served | processes that hold a credential which AWS accepts | clients |

A process that has stopped keeps the identity it had last. Both are exact: `holdings` says from when to when each
credential lay where. Without `at_s` the instant is the horizon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.metrics.base import Context, Family, Frames, Metric, Value, sel
from sim.records import Level

__all__ = ["FAMILY", "compute", "identities", "own", "served"]

_NAMES = ("clients.off_identity", "clients.served")
_HOSTS = 4088
"""Slots from here on are not a process's own: agents, what a host shares, tokens of pods, owners of keys, hosts."""

_BY = ((), ("population",))


def own(holdings: pd.DataFrame, credentials: pd.DataFrame, scenario: Mapping[str, Any]) -> pd.DataFrame:
    """What processes sign their calls with: rows of holdings, each with its principal.

    A credential that only signs requests for another one (the source of a chained role) is left out.

    Args:
        holdings: Rows of `holdings`.
        credentials: Rows of `credentials`.
        scenario: Resolved scenario: which chain a population uses.
    """
    known = credentials.drop_duplicates("credential").set_index("credential")
    held = holdings[holdings["slot"] < _HOSTS]
    held = held.assign(
        principal=held["credential"].map(known["principal"]).astype(str),
        provider=held["credential"].map(known["provider"]).astype(str),
        population=held["population"].astype(str),
    )
    parts = [
        held[(held["population"] == name) & held["provider"].isin(_providers(scenario, str(about["credentials"])))]
        for name, about in scenario["populations"].items()
    ]
    return pd.concat(parts) if parts else held


def _providers(scenario: Mapping[str, Any], chain: str) -> set[str]:
    """A chain, and the issuers of hosts that it names: what they hand out bears their own name."""
    steps = scenario["credentials"].get(chain, ())
    return {chain, *(str(step.get("from") or step.get("from_")).partition(".")[0] for step in steps)}


def identities(holdings: pd.DataFrame, at_s: float) -> pd.DataFrame:
    """(population, client, slot, principal) of the credential that each cache held last at an instant.

    Args:
        holdings: Rows as `own` returns them.
        at_s: The instant.
    """
    who = ["population", "client", "slot"]
    last = holdings[holdings["from_s"] <= at_s].sort_values("from_s", kind="stable").drop_duplicates(who, keep="last")
    return last[[*who, "principal"]]


def served(holdings: pd.DataFrame, at_s: float, horizon_s: float) -> pd.DataFrame:
    """(population, client) of the processes that hold something AWS accepts at an instant."""
    open_end = (holdings["to_s"] > at_s) | (holdings["to_s"] >= horizon_s)
    held = (holdings["from_s"] <= at_s) & open_end & (holdings["valid_until_s"] > at_s)
    return holdings.loc[held, ["population", "client"]].drop_duplicates()


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Both metrics for every population, and in all."""
    if context.level == Level.SUMMARY:
        reason = "what a process holds needs level credentials"
        yield from (Value(name, (), float("nan"), reason=reason) for name in _NAMES)
        return
    holdings = own(frames["holdings"], frames["credentials"], context.scenario)
    yield from _counts("clients.off_identity", _off(holdings, context), _intended(context))
    now = served(holdings, context.instant_s, context.horizon_s)
    yield from _counts("clients.served", now, context.populations)


def _intended(context: Context) -> dict[str, str]:
    return {name: f"role/{p['intended_role']}" for name, p in context.populations.items() if p.get("intended_role")}


def _off(holdings: pd.DataFrame, context: Context) -> pd.DataFrame:
    now = identities(holdings, context.instant_s)
    intended = now["population"].astype(str).map(_intended(context))
    wrong = intended.notna() & (now["principal"] != intended)
    return now.loc[wrong, ["population", "client"]].drop_duplicates()


def _counts(metric: str, clients: pd.DataFrame, populations: Iterable[str]) -> Iterator[Value]:
    found = clients["population"].astype(str).value_counts()
    names = list(populations)
    yield from (Value(metric, sel(population=name), float(found.get(name, 0))) for name in names)
    if names:
        yield Value(metric, (), float(len(clients)))


FAMILY = Family(
    metrics=(
        Metric(
            "clients.off_identity",
            "clients",
            "Processes that hold a credential of another principal than intended; stopped ones keep their last.",
            _BY,
            is_count=True,
            is_instant=True,
            needs=Level.CREDENTIALS,
        ),
        Metric(
            "clients.served",
            "clients",
            "Processes that hold a credential which AWS accepts.",
            _BY,
            is_count=True,
            is_instant=True,
            needs=Level.CREDENTIALS,
        ),
    ),
    tables={
        "holdings": ("population", "client", "slot", "credential", "from_s", "to_s", "valid_until_s"),
        "credentials": ("credential", "principal", "provider"),
    },
    compute=compute,
)
