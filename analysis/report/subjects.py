"""What a page compares: for each question the metrics, populations, places and buckets that the run has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.charts.choice import is_choice
from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.report.ranking import Subject
from analysis.report.subjects_response import main_response, response_subjects

__all__ = ["Question", "main_subjects", "questions"]

_EXPOSURE = "exposure.mean_s"
_TELLING_AT_0 = frozenset({"calls.failed", "requests.throttled", _EXPOSURE})
"""Metrics that get a column even where every strategy has 0."""
_LOST = "calls.failed_in_outage"
_MOST_COLUMNS = 11
"""Figures that fit beside each other on a page of 1,200 pixels; one or two of them are usually alike everywhere."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the verdict, and what answers it."""

    text: str
    subjects: tuple[Subject, ...]


def questions(results: Results, figures: Estimates) -> list[Question]:
    """The questions of every comparison; those without any figure are left out.

    An incident's comes first. Where strategies differ in what befalls them only, thefts at any time come last.
    """
    thefts = [
        Question("How long can a thief use what lay there?", tuple(_exposure(results, figures))),
        Question("What do stolen credentials open?", tuple(_privilege(results, figures))),
    ]
    is_about_thefts = is_choice(results)
    found = [
        Question("How soon is the thief shut out, and at whose cost?", tuple(response_subjects(figures))),
        Question("What does the rotation break, and what does it help?", tuple(_rotation(results, figures))),
        *(thefts if is_about_thefts else []),
        Question("How many requests reach the issuers?", tuple(_requests(results, figures))),
        Question("How much of the work is done in time?", tuple(_work(results, figures))),
        Question("How many calls fail, and how long do calls wait?", tuple(_calls(results))),
        Question("What does it cost people?", tuple(_people(results, figures))),
        Question("What does an outage cost?", tuple(_outage(results, figures))),
        *([] if is_about_thefts else thefts),
    ]
    return [question for question in found if question.subjects]


def places(results: Results, figures: Estimates) -> list[tuple[str, str]]:
    """(population, place) pairs with an exposure, in the scenario's order, then any others."""
    found = {
        (one.selector["population"], one.selector["place"])
        for name in results.strategies
        for one in figures.all(_EXPOSURE, name, "population", "place", "thief")
    }
    scenarios = [results.scenario(name) for name in results.strategies]
    listed = [
        (population, place)
        for scenario in scenarios
        for population, spots in ((scenario.get("theft") or {}).get("places") or {}).items()
        for place in spots
    ]
    return [pair for pair in dict.fromkeys([*listed, *sorted(found)]) if pair in found]


def _exposure(results: Results, figures: Estimates) -> Iterator[Subject]:
    for population, place in places(results, figures):
        yield exposure_subject(population, place)


def _privilege(results: Results, figures: Estimates) -> Iterator[Subject]:
    """Where the scenario says how bad what is; by default hours of exposure say the same."""
    if any((results.scenario(name).get("theft") or {}).get("actions") for name in results.strategies):
        for population, place in places(results, figures):
            yield privilege_subject(population, place)


def privilege_subject(population: str, place: str, thief: str = "mint") -> Subject:
    """Privilege-hours of a place of a population; `mint`, since a role behind a credential may be what is bad."""
    selector = {"population": population, "place": place, "thief": thief}
    label = f"privilege-hours, {population}, {place}, thief {thief}"
    return Subject(label, "exposure.privilege_hours", selector, nil="Nothing of it is allowed in any strategy")


def exposure_subject(population: str, place: str, thief: str = "copy") -> Subject:
    """Mean exposure of a place of a population."""
    selector = {"population": population, "place": place, "thief": thief}
    return Subject(f"{population}, {place}", _EXPOSURE, selector, "shortest", "longest", nil="Nothing valid to take")


def buckets(results: Results, figures: Estimates) -> list[tuple[str, str, float | None]]:
    """(account, quota group, refill rate or None): buckets that any strategy uses, those with a quota first."""
    rates = {(row["account"], row["quota_group"]): float(row["rps"]) for row in results.manifest.get("quotas", ())}
    used = {
        (one.selector["account"], one.selector["quota_group"]): max(one.mean or 0.0, 0.0)
        for name in results.strategies
        for one in figures.all("requests", name, "account", "quota_group")
        if one.mean
    }
    kept = [key for key in used if key[1] not in {"", "free", "imds"}]
    ordered = sorted(kept, key=lambda key: (key not in rates, -used[key], key))
    return [(*key, rates.get(key)) for key in ordered]


def unused(results: Results, figures: Estimates) -> list[tuple[str, str, float]]:
    """Buckets with a quota that no strategy ever uses."""
    seen = {(account, group) for account, group, _ in buckets(results, figures)}
    rows = results.manifest.get("quotas", ())
    return [
        (row["account"], row["quota_group"], float(row["rps"]))
        for row in rows
        if (row["account"], row["quota_group"]) not in seen
    ]


def _requests(results: Results, figures: Estimates) -> Iterator[Subject]:
    for account, group, rate in buckets(results, figures):
        selector = {"account": account, "quota_group": group}
        name = f"{group} requests, account {account}"
        yield Subject(f"{name}, in all", "requests", selector, zero=True)
        limit = f"quota {rate:,.0f}/s" if rate else "no published quota"
        yield peak_subject(account, group, f"{name}, busiest second ({limit})")
        if rate:
            yield Subject(f"{name}, throttled", "requests.throttled", selector, zero=True)

    for account, group, rate in unused(results, figures):
        selector = {"account": account, "quota_group": group}
        yield Subject(f"{group} requests, account {account} (quota {rate:,.0f}/s)", "requests", selector, zero=True)


def peak_subject(account: str, group: str, label: str) -> Subject:
    """The busiest second of a bucket."""
    selector = {"account": account, "quota_group": group}
    return Subject(label, "requests.peak_rps", selector, "lowest", "highest", unit="requests/s", zero=True)


def _populations(results: Results, people: bool | None = None) -> list[str]:
    found: dict[str, Mapping[str, Any]] = {}
    for name in results.strategies:
        found |= results.scenario(name).get("populations") or {}
    return [name for name, population in found.items() if people is None or bool(population.get("people")) == people]


def _calls(results: Results) -> Iterator[Subject]:
    for name in _populations(results):
        chosen = {"population": name}
        yield Subject(f"failed calls, {name}", "calls.failed", chosen, "fewest", zero=True)
        yield Subject(
            f"time that calls waited, {name}", "calls.wait_s", chosen, "least", shown_unit="effort", zero=True
        )


def _work(results: Results, figures: Estimates) -> Iterator[Subject]:
    for name in _populations(results):
        chosen = {"population": name}
        if any(figures.one("work.done_share", strategy, **chosen) for strategy in results.strategies):
            yield Subject(f"work done in time, {name}", "work.done_share", chosen, "most", "least", more_is_better=True)


def _people(results: Results, figures: Estimates) -> Iterator[Subject]:
    for name in _populations(results, people=True):
        chosen = {"population": name}
        metric = "logins.interactive_per_person_day"
        if figures.has(metric):
            yield Subject(f"interactive logins per person and working day, {name}", metric, chosen, "fewest", zero=True)
    names = results.strategies
    if any(one.mean for name in names for one in figures.all("rotation.toil_min", name)):
        label = "work for key rotation, all populations"
        yield Subject(label, "rotation.toil_min", {}, "least", shown_unit="effort", scale=60, zero=True)


def _rotation(results: Results, figures: Estimates) -> Iterator[Subject]:
    """Of a campaign: the calls that it breaks, and the exposure of keys that it takes away."""
    if any(results.scenario(name).get("rotation") for name in results.strategies):
        yield Subject("calls that the rotation breaks", "rotation.broken_calls", {}, "fewest", zero=True)
        if figures.has("ranking.removed_share"):
            label = "key exposure that it removes"
            yield Subject(label, "ranking.removed_share", {}, "most", "least", more_is_better=True)


def _outage(results: Results, figures: Estimates) -> Iterator[Subject]:
    metric = _LOST
    issuers = figures.values("issuer", metric)
    populations = [name for name in _populations(results) if name in figures.values("population", metric)]
    for issuer in issuers:
        for name in populations:
            selector = {"issuer": issuer, "population": name}
            if any(figures.one(metric, strategy, **selector) for strategy in results.strategies):
                yield Subject(f"calls lost while {issuer} is down, {name}", metric, selector, "fewest", zero=True)


def main_subjects(results: Results, figures: Estimates) -> list[Subject]:
    """The columns of the table of strategies: what this scenario has, the telling ones only, the first that fit."""
    found = main_response(figures) or _main_exposure(results, figures)
    surges = {one.metric for one in found} & {"surge_rps"}
    found += [one for one in _main_requests(results, figures) if not (surges and one.metric == "requests.peak_rps")]
    total: Mapping[str, str] = {}
    found += [
        Subject("Work done in time", "work.done_share", {"population": name}, what=name)
        for name in figures.values("population", "work.done_share")
    ]
    found += [
        Subject("Failed calls", "calls.failed", total, zero=True, what="all populations"),
        *_main_people(results, figures),
        *_main_outage(results, figures),
        Subject("Waiting of calls", "calls.wait_s", total, shown_unit="effort", zero=True, what="all populations"),
        Subject("CloudTrail events", "cloudtrail.events", total, zero=True, what="management events"),
    ]
    kept = [
        one for one in found if figures.has(one.metric) and (one.metric in _TELLING_AT_0 or _any(results, figures, one))
    ]
    return kept[:_MOST_COLUMNS]


def _any(results: Results, figures: Estimates, subject: Subject) -> bool:
    """Whether any strategy's figure is not 0."""
    found = (figures.one(subject.metric, name, **subject.selector) for name in results.strategies)
    return any(one is not None and (one.mean or one.never) for one in found)


def _main_exposure(results: Results, figures: Estimates) -> list[Subject]:
    """A laptop of the first people that have one, and unlike places of the first program (at most two)."""
    pairs = places(results, figures)
    people = set(_populations(results, people=True))
    laptops = [pair for pair in pairs if pair[0] in people and pair[1] == "laptop"] or [
        p for p in pairs if p[0] in people
    ]
    programs = [pair for pair in pairs if pair[0] not in people]
    chosen = laptops[:1] + _unlike(results, figures, [pair for pair in programs if pair[0] == programs[0][0]])[:2]
    return [
        Subject(
            "Usable after theft", _EXPOSURE, {"population": p, "place": place, "thief": "copy"}, what=f"{p} · {place}"
        )
        for p, place in chosen
    ]


def _unlike(results: Results, figures: Estimates, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of places with the same exposures in every strategy the first one; those that differ most come first."""
    kept: dict[tuple[str, ...], tuple[str, str]] = {}
    for population, place in pairs:
        chosen = exposure_subject(population, place)
        found = [figures.one(chosen.metric, name, **chosen.selector) for name in results.strategies]
        kept.setdefault(tuple(f"{one.mean:.3g}" if one and one.mean else "0" for one in found), (population, place))
    return [kept[values] for values in sorted(kept, key=lambda values: -len(set(values)))]


def _main_requests(results: Results, figures: Estimates) -> list[Subject]:
    found: list[Subject] = []
    busiest = buckets(results, figures)[:3]
    for account, group, rate in [one for one in busiest if one[2]] or busiest[:1]:
        selector, scope = {"account": account, "quota_group": group}, f"{group}, account {account}"
        found.append(Subject("Peak requests/s", "requests.peak_rps", selector, zero=True, what=scope))
        if rate:
            found.append(Subject("Peak, share of quota", "requests.share_of_quota", selector, zero=True, what=scope))
    found.append(Subject("Requests throttled", "requests.throttled", {}, zero=True, what="all issuers"))
    return found


def _main_outage(results: Results, figures: Estimates) -> list[Subject]:
    return [
        Subject("Calls lost in the outage", _LOST, worst_hit, zero=True, what=_outage_scope(worst_hit))
        for issuer in figures.values("issuer", _LOST)
        if (worst_hit := _worst_hit(results, figures, issuer))
    ]


def _worst_hit(results: Results, figures: Estimates, issuer: str) -> Mapping[str, str]:
    """The selector of the population that loses most while the issuer is down; empty if nobody loses any."""
    found = [one for name in results.strategies for one in figures.all(_LOST, name, issuer=issuer)]
    worst = max(found, key=lambda one: one.mean or 0.0, default=None)
    return worst.selector if worst is not None and worst.mean else {}


def _outage_scope(selector: Mapping[str, str]) -> str:
    return f"{selector['issuer']} down, {selector['population']}"


def _main_people(results: Results, figures: Estimates) -> list[Subject]:
    metric = "logins.interactive_per_person_day"
    present = figures.values("population", metric)
    found = [
        Subject("Interactive logins per person-day", metric, {"population": name}, zero=True, what=name)
        for name in _populations(results, people=True)
        if name in present
    ]
    toil = Subject(
        "Rotation work", "rotation.toil_min", {}, shown_unit="effort", scale=60, zero=True, what="people's time"
    )
    return [*found[:2], toil]
