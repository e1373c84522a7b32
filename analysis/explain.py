"""The story of one client: everything its records say, in order, in words.

Reading one story beside the documentation of AWS and of the SDK is how people come to trust a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from analysis.load import Results

__all__ = ["Client", "Event", "explain", "slots", "told"]

Row = Mapping[Hashable, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """Whose story: a client of a population, or one slot of it (all slots if None)."""

    population: str
    index: int
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: when (s), its place among equal instants, and what."""

    at_s: float
    rank: int
    text: str


def explain(results: Results, client: Client, strategy: str, replication: int = 0) -> list[Event]:
    """All events of one client in the order in which they happened.

    Args:
        results: A results folder.
        client: Whose story.
        strategy: In which strategy.
        replication: In which replication.

    Returns:
        Events by instant; at equal instants the cause before its effect. At level `summary` only what
        that level records.
    """
    when, names = _clock(results), _names(results, client.population, strategy)
    events = list(_faults(results.scenario(strategy), client, when))
    for rank, (table, tell) in enumerate(_TELLERS, start=1):
        for row in _rows(results, table, client, strategy, replication):
            if "verdict" in row:
                row["verdict"] = names.get(str(row["verdict"]), row["verdict"])
            events += [Event(at_s, rank, text) for at_s, text in tell(row, when)]
    return sorted(events, key=lambda event: (event.at_s, event.rank))


def _names(results: Results, population: str, strategy: str) -> dict[str, str]:
    """Verdict -> verdict and what the population's services call it, where that is another name."""
    calls = results.scenario(strategy)["populations"][population]["calls"]
    known = results.manifest.get("error_names", {})
    found: dict[str, list[str]] = {}
    for service in sorted({str(one["action"]).partition(":")[0] for one in calls}):
        for verdict, name in known.get(service, {}).items():
            found.setdefault(verdict, []).append(f"{service}: {name}")
    return {verdict: f"{verdict} ({', '.join(names)})" for verdict, names in found.items()}


def slots(results: Results, client: Client, strategy: str, replication: int = 0) -> list[int]:
    """The slots of a client that did anything, ascending; slot 0 always."""
    whole = replace(client, slot=None)
    rows = [row for table, _ in _TELLERS for row in _rows(results, table, whole, strategy, replication)]
    return sorted({0, *(int(row["slot"]) for row in rows if "slot" in row)})


def told(events: list[Event], results: Results) -> Iterator[str]:
    """One line per event: day and time in UTC, seconds since the start, what happened."""
    when = _clock(results)
    for event in events:
        yield f"{when(event.at_s)}  {event.at_s:>14.3f} s  {event.text}"


Clock = Callable[[float], str]
Told = Iterator[tuple[float, str]]


def _clock(results: Results) -> Clock:
    start = datetime.fromisoformat(results.manifest["start"])

    def when(at_s: float) -> str:
        if math.isinf(at_s):
            return "never"
        try:
            return (start + timedelta(seconds=at_s)).strftime("%a %Y-%m-%d %H:%M:%S")
        except OverflowError:
            return f"{at_s:g} s"

    return when


def _rows(results: Results, table: str, client: Client, strategy: str, replication: int) -> list[dict[Hashable, Any]]:
    frame = results.table(table, strategy, replication)
    if frame.empty:
        return []
    wanted = (frame["population"] == client.population) & (frame["client"] == client.index)
    if client.slot is not None:
        wanted &= frame["slot"] == client.slot
    return frame[wanted].to_dict("records")


def _faults(scenario: Mapping[str, Any], client: Client, when: Clock) -> Iterator[Event]:
    """What the timeline of the scenario did to everybody, or to this population."""
    for entry in scenario.get("timeline", ()):
        at_s = float(entry["at_s"])
        if "outage" in entry:
            yield Event(at_s, 0, f"OUTAGE of {entry['outage']} until {when(at_s + entry['for_s'])}")
            yield Event(at_s + entry["for_s"], 0, f"end of the outage of {entry['outage']}")
        elif entry.get("restart", client.population) == client.population:
            yield Event(
                at_s, 0, "TIMELINE " + ", ".join(f"{key} {value}" for key, value in entry.items() if key != "at_s")
            )


def _request(row: Row, _when: Clock) -> Told:
    answer = f"got {row['issued']}" if isinstance(row["issued"], str) else str(row["outcome"])
    attempt = f", attempt {row['attempt']}" if row["attempt"] > 1 else ""
    bucket = f"{row['account']} pays, {row['quota_group']}"
    yield (
        row["at_s"],
        f"asks {row['issuer']} {row['operation']}{attempt}: {answer} ({row['latency_s']:.3f} s; {bucket})",
    )


def _login(row: Row, _when: Clock) -> Told:
    typed = f", typed {row['attempts']} times" if row["attempts"] > 1 else ""
    spent = f"{row['attention_s']:.0f} s at the prompt, {row['queue_s']:.1f} s in the queue"
    yield row["at_s"], f"{row['kind']} login ({row['way']}) at {row['issuer']}: {row['outcome']}{typed} ({spent})"


def _credential(row: Row, when: Clock) -> Told:
    name, minted = row["credential"], f"{row['issuer']} {row['operation']}".strip()
    parent = f", signed by {row['parent']}" if isinstance(row["parent"], str) else ""
    age_s = row["held_from_s"] - row["issued_at_s"]
    age = f", {_length(age_s)} old" if age_s >= 1 else ""
    until = f"valid until {when(row['valid_until_s'])}"
    yield row["held_from_s"], f"HOLDS {name} as {row['principal']} from {minted}{parent}{age}, {until}"
    if not pd.isna(row["ended_at_s"]):
        yield row["ended_at_s"], f"ends {name}: {row['end_reason']} after {row['calls_signed']:,} signed calls"


def _wait(row: Row, _when: Clock) -> Told:
    calls = "a call waits" if row["calls"] == 1 else f"{row['calls']:,} calls wait"
    yield row["at_s"], f"{calls} up to {row['wait_s']:.3f} s for a credential: {row['verdict']}"


def _calls(row: Row, when: Clock) -> Told:
    calls = "1 call" if row["calls"] == 1 else f"{row['calls']:,} calls"
    signed = f" with {row['credential']}" if isinstance(row["credential"], str) else ""
    until = f" until {when(row['to_s'])}" if row["calls"] > 1 else ""
    yield row["from_s"], f"{calls} {row['verdict']}{signed}{until}"


def _rotation(row: Row, when: Clock) -> Told:
    late = f", {_length(row['late_s'])} late" if row["late_s"] >= 1 else ""
    if row["outcome"] == "refused":
        yield row["started_at_s"], f"ROTATION of {row['user']} refused: a third key (LimitExceeded)"
        return
    yield row["started_at_s"], f"ROTATION of {row['user']}: {row['new']} created, due {when(row['due_at_s'])}{late}"
    if not pd.isna(row["done_at_s"]):
        yield row["done_at_s"], f"rotation done: {row['old']} deactivated ({row['toil_min']:.0f} min of work)"


def _length(seconds: float) -> str:
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


_TELLERS: tuple[tuple[str, Callable[[Row, Clock], Told]], ...] = (
    ("rotations", _rotation),
    ("logins", _login),
    ("requests", _request),
    ("credentials", _credential),
    ("waits", _wait),
    ("calls", _calls),
)
"""Tables with a client, in the order in which equal instants are told: causes first."""
