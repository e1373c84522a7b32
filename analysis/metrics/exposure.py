"""Exposure after a theft: how long AWS would accept anything that the thief holds.

The theft of a place happens at a uniform instant of the run (of the lives of its clients, where they arrive and end:
what a client took with it to its end still counts, if AWS accepts it longer); the exposure is integrated over that
instant exactly from the `holdings` (at level `summary` it is the sample of `probes`). Three thieves,
never averaged: `copy` uses what it took and exchanges nothing, `mint` also what it can obtain from it,
`foothold` takes again for `theft.foothold_s`. Always by population and place; a population's total only with the
weights of `theft.places`.

| metric | definition | unit |
| --- | --- | --- |
| exposure.mean_s | E[min(X, 365 d)], thefts that found nothing included as 0 | s |
| exposure.p50_s, exposure.p95_s | quantiles of X, not capped; null where X never ends | s |
| exposure.max_s | least upper bound of X | s |
| exposure.p_over_1h, exposure.p_over_24h | P(X > 1 h), P(X > 24 h) | |
| exposure.p_never | P(X = inf) | |
| exposure.nothing_share | P(X = 0): nothing valid lay there | |
| exposure.mean_given_valid_s | E[min(X, 365 d) given X > 0] | s |
| exposure.cause_share | P(X > 0 and ends by `outcome`: expiry, rotation, deactivation, revocation, never) | |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.load import Results
from analysis.metrics._law import Causes, Law, Mixture, Sample, law_of
from analysis.metrics._places import THIEVES, lives_of, places_of, weighed, while_there
from analysis.metrics._sweep import Floats, Steps, running_maximum
from analysis.metrics.base import Context, Family, Frames, Metric, Selector, Value, sel
from sim.records import Kind, Level

__all__ = [
    "CAP_S",
    "FAMILY",
    "LIVES",
    "NOBODY_CAME",
    "THIEVES",
    "laws",
    "probe_errors",
    "steps_of",
    "survival",
    "survivals",
]

CAP_S = 365 * 86400.0
"""Cap of the restricted mean, s."""

TO_BE_EXCHANGED = (Kind.SSO_TOKEN, Kind.LOGIN_TOKEN, Kind.SAML_ASSERTION, Kind.PASSWORD, Kind.PROJECTED_TOKEN)
"""Kinds that sign no call themselves: the thief `copy`, who mints nothing, cannot use them."""

_EXCHANGED_IDS = ("sso-", "login-", "saml-", "pwd-", "token-")
"""How the identifiers of such credentials begin (probes have no kind)."""

LIVES = ("population", "client", "from_s", "to_s")
"""Columns of `lives`."""

NOBODY_CAME = "nobody came while thieves looked"
"""Why places that come and go with their clients have no exposure."""

_BY = (("place", "population", "thief"), ("population", "thief"))
_HELD = ("place", "population", "client", "kind", "from_s", "to_s", "valid_until_s", "mint_until_s", "end_cause")
_PROBED = ("at_s", "population", "client", "place", "credential", "valid_until_s", "mint_until_s")

AnyLaw = Law | Mixture | Sample


def steps_of(holdings: pd.DataFrame, thief: str, foothold_s: float) -> Steps:
    """Until when the thief could use what a theft at t yields, for each client of one place.

    A credential must still be valid when it is taken. The foothold takes everything held in [t, t + F],
    which is the same as every holding beginning F earlier.

    Args:
        holdings: Rows of one population and place.
        thief: copy, mint or foothold.
        foothold_s: Life of the foothold, s.
    """
    holdings = _usable(holdings, thief)
    valid, until = _ends(holdings, thief)
    start = holdings["from_s"].to_numpy(dtype=np.float64)
    stop = np.minimum(holdings["to_s"].to_numpy(dtype=np.float64), valid)
    useful = start < stop
    if thief == "foothold":
        start = np.maximum(start - foothold_s, 0.0)
    client = holdings["client"].to_numpy(dtype=np.int64)
    return running_maximum(client[useful], start[useful], stop[useful], until[useful])


def _usable(holdings: pd.DataFrame, thief: str) -> pd.DataFrame:
    return holdings[~holdings["kind"].isin(TO_BE_EXCHANGED)] if thief == "copy" else holdings


def _ends(holdings: pd.DataFrame, thief: str) -> tuple[Floats, Floats]:
    """Until when each row is valid, and until when the thief can use it or what it mints, s."""
    valid = holdings["valid_until_s"].to_numpy(dtype=np.float64)
    return valid, valid if thief == "copy" else np.fmax(holdings["mint_until_s"].to_numpy(dtype=np.float64), valid)


def _causes(holdings: pd.DataFrame, thief: str) -> Causes:
    """What ends the use of each row; what was minted always expires."""
    holdings = _usable(holdings, thief)
    valid, until = _ends(holdings, thief)
    own = holdings["end_cause"].astype("category").cat
    names = ("expiry", "never", *(name for name in own.categories if name not in {"expiry", "never"}))
    code_of = np.array([names.index(name) for name in own.categories], dtype=np.int64)
    codes = np.where(np.isinf(until), 1, np.where(until > valid, 0, code_of[own.codes]))
    order = np.argsort(until, kind="stable")
    return Causes(names, until[order], codes[order])


def law(
    holdings: pd.DataFrame,
    thief: str,
    *,
    places: int,
    horizon_s: float,
    foothold_s: float,
    lives: pd.DataFrame | None = None,
) -> Law | str:
    """The exposure of one place, or the reason why there is none.

    Thefts are uniform on [0, horizon); with a foothold on [0, horizon - F], so that all it sees is recorded. Where
    places come and go (`lives`) they are uniform over all places and the times at which each is there.
    """
    window_s = horizon_s - foothold_s if thief == "foothold" else horizon_s
    if window_s <= 0:
        return f"the run ({horizon_s:g} s) is not longer than the foothold ({foothold_s:g} s)"
    steps, causes = steps_of(holdings, thief, foothold_s), _causes(holdings, thief)
    if lives is None:
        return law_of(steps, window_s, max(places, holdings["client"].nunique()), causes)
    steps, size = while_there(steps, lives, window_s)
    return law_of(steps, window_s, size, causes) if size else NOBODY_CAME


def sampled_law(probes: pd.DataFrame, thief: str, size: int) -> Sample | str:
    """The exposure of one place as sampled, or the reason why there is none."""
    if thief == "foothold":
        return "a foothold needs holdings, which level summary does not record"
    if size == 0:
        return "neither holdings nor probes were recorded"
    taken = _taken(probes, thief)
    return Sample(taken["left_s"].to_numpy(dtype=np.float64), size)


def _taken(probes: pd.DataFrame, thief: str) -> pd.DataFrame:
    """One row per theft that found something valid, with the time left to the thief, s."""
    valid = probes[probes["valid_until_s"] > probes["at_s"]]
    if thief == "copy":
        valid = valid[~valid["credential"].str.startswith(_EXCHANGED_IDS)]
    until = valid["valid_until_s"] if thief == "copy" else np.fmax(valid["valid_until_s"], valid["mint_until_s"])
    left = valid.assign(left_s=until - valid["at_s"])
    return left.groupby(["client", "at_s"])["left_s"].max().reset_index()


def laws(frames: Frames, context: Context) -> dict[Selector, AnyLaw | str]:
    """The law, or the reason why there is none, for every population, place and thief, and the weighted totals."""
    found: dict[Selector, AnyLaw | str] = {}
    source = frames["probes" if context.level == Level.SUMMARY else "holdings"]
    groups = dict(iter(source.groupby(["population", "place"], observed=True)))
    for (population, place), size in sorted(context.places.items()):
        rows = groups.get((population, place), source.iloc[:0])
        lives = lives_of(context.scenario, frames["lives"], population, place)
        for thief in THIEVES:
            found[sel(population=population, place=place, thief=thief)] = _one_law(rows, thief, size, lives, context)
    return found | _totals(found, context.scenario["theft"]["places"])


def _one_law(rows: pd.DataFrame, thief: str, size: int, lives: pd.DataFrame | None, context: Context) -> AnyLaw | str:
    theft = context.scenario["theft"]
    if context.level != Level.SUMMARY:
        foothold_s = float(theft["foothold_s"])
        return law(rows, thief, places=size, horizon_s=context.horizon_s, foothold_s=foothold_s, lives=lives)
    if lives is not None and lives.empty:
        return NOBODY_CAME
    return sampled_law(rows, thief, int(theft["probes"]))


def _totals(
    found: Mapping[Selector, AnyLaw | str], weights: Mapping[str, Mapping[str, float]]
) -> dict[Selector, AnyLaw | str]:
    totals: dict[Selector, AnyLaw | str] = {}
    for about, parts, shares in weighed(found, weights):
        reasons = [part for part in parts if isinstance(part, str)]
        known = tuple(part for part in parts if isinstance(part, (Law, Sample)))
        totals[about] = reasons[0] if reasons else Mixture(known, shares)
    return totals


def _values(selector: Selector, law: AnyLaw | str) -> Iterator[Value]:
    if isinstance(law, str):
        yield from (Value(f"exposure.{name}", selector, float("nan"), reason=law) for name in _NAMES)
        return
    never, nothing, mean = law.never, law.nothing, law.mean(CAP_S)
    p50, p95 = law.quantiles((0.5, 0.95))
    over_1h, over_24h = law.survival(np.array([3600.0, 86400.0]))
    yield Value("exposure.mean_s", selector, mean, never_share=never)
    yield Value("exposure.p50_s", selector, p50, never_share=never)
    yield Value("exposure.p95_s", selector, p95, never_share=never)
    yield Value("exposure.max_s", selector, law.largest, never_share=never)
    yield Value("exposure.p_over_1h", selector, float(over_1h))
    yield Value("exposure.p_over_24h", selector, float(over_24h))
    yield Value("exposure.p_never", selector, never)
    yield Value("exposure.nothing_share", selector, nothing)
    yield Value("exposure.mean_given_valid_s", selector, mean, over=1 - nothing, never_share=never)
    for cause, share in law.causes:
        yield Value("exposure.cause_share", sel(**dict(selector), outcome=cause), share)


def compute(frames: Frames, context: Context) -> Iterator[Value]:
    """All exposure metrics of one strategy and replication."""
    for selector, found in laws(frames, context).items():
        yield from _values(selector, found)


_TEXTS = {
    "mean_s": ("s", "Restricted mean E[min(X, 365 d)] of the exposure X; thefts that found nothing count as 0."),
    "p50_s": ("s", "Median exposure, not capped; null where it never ends."),
    "p95_s": ("s", "95th percentile of the exposure, not capped; null where it never ends."),
    "max_s": ("s", "Longest exposure; null where it never ends."),
    "p_over_1h": ("", "Probability that the exposure is longer than 1 h."),
    "p_over_24h": ("", "Probability that the exposure is longer than 24 h."),
    "p_never": ("", "Probability that the exposure never ends."),
    "nothing_share": ("", "Probability that a theft finds nothing valid."),
    "mean_given_valid_s": ("s", "Restricted mean of the exposure, given that something valid was found."),
}
_NAMES = tuple(_TEXTS)

FAMILY = Family(
    metrics=(
        *(Metric(f"exposure.{name}", unit, text, _BY) for name, (unit, text) in _TEXTS.items()),
        Metric(
            "exposure.cause_share",
            "",
            "Probability that the theft finds something and its use ends by this cause (`outcome`).",
            tuple(("outcome", *keys) for keys in _BY),
            is_sum=True,
        ),
    ),
    tables={"holdings": _HELD, "probes": _PROBED, "lives": LIVES},
    compute=compute,
)


def survivals(
    results: Results, strategy: str, replication: int, grid: Floats, population: str | None = None
) -> dict[Selector, Floats]:
    """P(X > x) of one replication for every population, place and thief, and for the weighted totals; exact.

    Args:
        results: The results folder.
        strategy: Name of the strategy.
        replication: Index of the replication.
        grid: Values of x, s.
        population: Only this population; all if None.
    """
    frames = {name: results.table(name, strategy, replication, columns) for name, columns in FAMILY.tables.items()}
    places = places_of(results, strategy)
    if population is not None:
        frames = {name: frame[frame["population"] == population] for name, frame in frames.items()}
        places = {key: size for key, size in places.items() if key[0] == population}
    context = Context(results.scenario(strategy), results.horizon_s, results.level, places=places)
    x = np.asarray(grid, dtype=np.float64)
    found = laws(frames, context)
    return {selector: law.survival(x) for selector, law in found.items() if not isinstance(law, str)}


def survival(
    results: Results, strategy: str, replication: int, population: str, place: str | None, thief: str, grid: Floats
) -> Floats | None:
    """One curve of `survivals`; `place` None is the weighted total; None where there is no such law."""
    keys = {"population": population, "thief": thief} | ({} if place is None else {"place": place})
    return survivals(results, strategy, replication, grid, population).get(sel(**keys))


def probe_errors(holdings: pd.DataFrame, probes: pd.DataFrame, thief: str) -> Floats:
    """Sampled minus integrated exposure of every probe that found something valid, s: all 0 if both agree.

    Args:
        holdings: Rows of one population and place.
        probes: Sampled thefts of the same population and place.
        thief: copy or mint.
    """
    taken = _taken(probes, thief)
    at_s = taken["at_s"].to_numpy(dtype=np.float64)
    until = steps_of(holdings, thief, 0.0).at(taken["client"].to_numpy(dtype=np.int64), at_s)
    sampled = taken["left_s"].to_numpy(dtype=np.float64)
    both_never = np.isinf(sampled) & np.isinf(until) & (until > 0)
    with np.errstate(invalid="ignore"):
        return np.where(both_never, 0.0, sampled - (until - at_s))
