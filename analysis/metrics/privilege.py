"""Privilege-hours of a theft: for how long the policies allow what is bad, weighed by how bad an hour of it is.

The theft of a place happens at a uniform instant t of the run, as for `exposure`. For each action a of weight w(a)
(`theft.actions`; by default the calls of the population, each with weight 1) X(a) is the time after t in which AWS
accepts something that the thief holds and the policies allow a to whoever bears it:

    privilege-hours = sum over a of w(a) * E[X(a) within 365 d of the theft] / 3600

What never ends counts 8,760 h. A key of a user who may do nothing bad counts nothing, however long it lives; a place
that opens two such actions counts twice as much as one that opens either. With one allowed action of weight 1 and
policies that do not change it is `exposure.mean_s` / 3600, exactly. Integrated over t from `holdings` and `grants`,
never sampled: policies that change cut time into cells, in each of which a credential allows an action throughout or
not at all.

The thief `copy` has what he took; `mint` also the sessions behind it, each as long as the longest way to it may last
(policies that bear on the way itself are those of time 0, as in `exposure`); of a `foothold` the time counts from the
theft on.

| metric | definition | unit |
| --- | --- | --- |
| exposure.privilege_hours | sum of weight x expected time for which an action is allowed, within 365 d | h |
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.metrics._places import THIEVES, lives_of, weighed, while_there
from analysis.metrics._sweep import NO_STEPS, Floats, Steps, running_maximum
from analysis.metrics.base import Context, Family, Frames, Metric, Selector, Value, sel
from analysis.metrics.exposure import CAP_S, LIVES, NOBODY_CAME
from sim.records import Level

__all__ = ["FAMILY", "privilege_hours"]

_BY = (("place", "population", "thief"), ("population", "thief"))
_NAME = "exposure.privilege_hours"
_HELD = ("place", "population", "client", "from_s", "to_s", "valid_until_s", "grant")
_GRANTED = ("population", "grant", "action", "resource", "weight", "minted", "after_s", "from_s", "to_s")
_DEED = ["action", "resource", "weight"]

Reach = tuple[tuple[str, float], ...]
"""Grants that allow something, with the time for which it may outlive the credential, s."""


@dataclass
class _Held:
    """What lay at one place.

    Attributes:
        client: Client of each row, shape (n,).
        start: From when a theft yields it, s.
        stop: Until when, s.
        valid: Until when AWS accepts it, s.
        grant: What it is good for.
        window_s: Thefts fall in [0, window).
        lives: When the places are there, where they come and go.
    """

    client: np.ndarray
    start: Floats
    stop: Floats
    valid: Floats
    grant: np.ndarray
    window_s: float
    lives: pd.DataFrame | None = None
    _known: dict[Reach, Steps] = field(default_factory=dict)

    def until(self, reach: Reach) -> Steps:
        """Until when a theft at t allows what some grants allow, for each client."""
        if reach not in self._known:
            until = np.full(len(self.valid), -np.inf)
            for name, after_s in reach:
                until = np.where(self.grant == name, self.valid + after_s, until)
            some = until > -np.inf
            steps = running_maximum(self.client[some], self.start[some], self.stop[some], until[some])
            start, stop = np.clip(steps.start, 0.0, self.window_s), np.minimum(steps.stop, self.window_s)
            kept = (start < stop) & (steps.until > -np.inf)  # a step between two holdings holds nothing
            steps = Steps(steps.client[kept], start[kept], stop[kept], steps.until[kept])
            self._known[reach] = steps if self.lives is None else while_there(steps, self.lives, self.window_s)[0]
        return self._known[reach]


def privilege_hours(
    holdings: pd.DataFrame,
    grants: pd.DataFrame,
    thief: str,
    *,
    places: int,
    horizon_s: float,
    foothold_s: float,
    lives: pd.DataFrame | None = None,
) -> float | str:
    """The privilege-hours of one place, h, or the reason why there are none.

    Args:
        holdings: Rows of one population and place.
        grants: Rows of that population.
        thief: copy, mint or foothold.
        places: How many such places there are.
        horizon_s: Length of the run, s.
        foothold_s: Life of the foothold, s.
        lives: When the places are there, where they come and go.
    """
    window_s = horizon_s - foothold_s if thief == "foothold" else horizon_s
    if window_s <= 0:
        return f"the run ({horizon_s:g} s) is not longer than the foothold ({foothold_s:g} s)"
    held = _held(holdings, thief, window_s, foothold_s)
    held.lives = lives
    mine = grants[(grants["weight"] > 0) & grants["grant"].isin(np.unique(held.grant))].drop_duplicates()
    mine = mine[mine["minted"] == 0] if thief == "copy" else mine
    size: float = max(places, holdings["client"].nunique())
    if lives is not None:
        _, size = while_there(NO_STEPS, lives, window_s)
    if not size:
        return NOBODY_CAME
    weights = _weights(mine)
    seconds = math.fsum(weight * _within(held.until(reach), *cell) for (cell, reach), weight in weights.items())
    return seconds / (window_s * size) / 3600.0


def _held(holdings: pd.DataFrame, thief: str, window_s: float, foothold_s: float) -> _Held:
    start, stop, valid = (holdings[name].to_numpy(dtype=np.float64) for name in ("from_s", "to_s", "valid_until_s"))
    stop = np.minimum(stop, valid)
    useful = start < stop
    if thief == "foothold":
        start = np.maximum(start - foothold_s, 0.0)
    client = holdings["client"].to_numpy(dtype=np.int64)[useful]
    grant = holdings["grant"].astype(object).to_numpy()[useful]
    return _Held(client, start[useful], stop[useful], valid[useful], grant, window_s)


def _weights(grants: pd.DataFrame) -> dict[tuple[tuple[float, float], Reach], float]:
    """(cell of time, grants that allow an action in it) -> sum of the weights of all actions of which that is so."""
    edges = np.unique(np.concatenate([grants["from_s"], grants["to_s"], [-np.inf, np.inf]]))
    found: dict[tuple[tuple[float, float], Reach], float] = {}
    for _, rows in grants.groupby(_DEED, observed=True):
        for cell in pairwise(edges.tolist()):
            inside = rows[(rows["from_s"] <= cell[0]) & (rows["to_s"] >= cell[1])]
            if len(inside):
                key = (cell, _reach(inside))
                found[key] = found.get(key, 0.0) + float(rows["weight"].iloc[0])
    return found


def _reach(rows: pd.DataFrame) -> Reach:
    """The longest way of each grant."""
    longest = rows.groupby("grant", observed=True)["after_s"].max()
    return tuple(sorted((str(name), float(after)) for name, after in longest.items()))


def _within(steps: Steps, from_s: float, to_s: float) -> float:
    """Sum over the steps of the integral over t of the time in [t, until) that falls into a cell, within the cap."""
    until = np.minimum(steps.until, to_s)
    ahead = _ahead(steps, until) - _ahead(steps, np.full(len(until), from_s))
    return float(ahead[until > from_s].sum())


def _ahead(steps: Steps, until: Floats) -> Floats:
    """Integral over t in a step of min(max(until - t, 0), cap)."""
    until = np.minimum(until, steps.stop + CAP_S)  # further on is beyond the cap for every theft of the step
    high, low = (np.maximum(until - edge, 0.0) for edge in (steps.start, steps.stop))
    long, short = np.minimum(high, CAP_S), np.minimum(low, CAP_S)
    ahead: Floats = (long - short) * (long + short) / 2 + CAP_S * ((high - long) - (low - short))
    return ahead


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """Privilege-hours of every population, place and thief, and the weighted totals."""
    found = dict(_by_place(frames, context))
    found |= _totals(found, context.scenario["theft"]["places"])
    for selector, one in found.items():
        reason = one if isinstance(one, str) else None
        yield Value(_NAME, selector, math.nan if isinstance(one, str) else one, reason=reason)


def _by_place(frames: Frames, context: Context) -> Iterator[tuple[Selector, float | str]]:
    holdings, grants, theft = frames["holdings"], frames["grants"], context.scenario["theft"]
    held = dict(iter(holdings.groupby(["population", "place"], observed=True)))
    for (population, place), size in sorted(context.places.items()):
        rows = held.get((population, place), holdings.iloc[:0])
        mine = grants[grants["population"] == population]
        lives = lives_of(context.scenario, frames["lives"], population, place)
        for thief in THIEVES:
            about = sel(population=population, place=place, thief=thief)
            if context.level == Level.SUMMARY:
                yield about, "what lay where needs level credentials"
                continue
            foothold_s = float(theft["foothold_s"])
            yield (
                about,
                privilege_hours(
                    rows, mine, thief, places=size, horizon_s=context.horizon_s, foothold_s=foothold_s, lives=lives
                ),
            )


def _totals(
    found: Mapping[Selector, float | str], weights: Mapping[str, Mapping[str, float]]
) -> dict[Selector, float | str]:
    return {about: _mixed(parts, shares) for about, parts, shares in weighed(found, weights)}


def _mixed(parts: Sequence[float | str], shares: Sequence[float]) -> float | str:
    known = [part for part in parts if isinstance(part, float)]
    if len(known) < len(parts):
        return next(part for part in parts if isinstance(part, str))
    return sum(share * part for share, part in zip(shares, known, strict=True))


FAMILY = Family(
    metrics=(
        Metric(
            _NAME,
            "h",
            "Weight x expected time for which AWS allows an action to the thief within 365 d, summed over the actions.",
            _BY,
            needs=Level.CREDENTIALS,
        ),
    ),
    tables={"holdings": _HELD, "grants": _GRANTED, "lives": LIVES},
    compute=compute,
)
