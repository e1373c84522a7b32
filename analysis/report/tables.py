"""The tables of figures: strategies, paired differences, exposure by population, place and thief."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.report.cells import NOT_COMPUTED, Cell, Head, Row, TableView, difference_cell, figure
from analysis.report.ranking import Subject, estimate_of
from analysis.report.subjects import places
from analysis.style import DASH, duration, plural

__all__ = ["differences_table", "exposure_table", "foothold_words", "main_table", "privilege_table", "telling"]

_PRIVILEGE = "exposure.privilege_hours"
_THIEVES = ("copy", "mint", "foothold")


def main_table(results: Results, figures: Estimates, subjects: Sequence[Subject], has_assumptions: bool) -> TableView:
    """One row per strategy, one column per telling figure; what is the same in all of them is told in the caption."""
    kept = telling(results, figures, subjects)
    heads = [Head("Strategy"), *(Head(subject.label, subject.what) for subject in kept)]
    rows = [Row((name,), [_main_cell(subject, figures, name) for subject in kept]) for name in results.strategies]
    same = [_same(subject, figures, results) for subject in subjects if subject not in kept]
    words = f" The same in every strategy: {'; '.join(same)}." if same else ""
    return TableView(f"{_noise(results)} {_assumed(has_assumptions)}{words}", heads, rows)


def telling(results: Results, figures: Estimates, subjects: Sequence[Subject]) -> list[Subject]:
    """The subjects whose figures do not read alike in all strategies; all of them, if there is one strategy only."""
    if len(results.strategies) == 1:
        return [*subjects]
    cells = ({_main_cell(one, figures, name) for name in results.strategies} for one in subjects)
    return [one for one, found in zip(subjects, cells, strict=True) if len(found) > 1] or [*subjects]


def _same(subject: Subject, figures: Estimates, results: Results) -> str:
    scope = f" ({subject.what})" if subject.what else ""
    return f"{subject.label.lower()}{scope} {_main_cell(subject, figures, results.strategies[0]).text}"


def _main_cell(subject: Subject, figures: Estimates, strategy: str) -> Cell:
    cell = figure(estimate_of(subject, figures, strategy))
    if subject.metric != "exposure.mean_s":
        return cell
    median = figures.one("exposure.p50_s", strategy, **subject.selector)
    words = f"median {figure(median).text}" if median and cell.text != "never ends" else ""
    return Cell(cell.text, cell.interval, cell.assumed, "; ".join(text for text in (words, cell.note) if text))


def _noise(results: Results) -> str:
    if results.replications < 2:
        return "One replication: no interval can be given."
    count = plural(results.replications, "replication")
    return f"Small print under each mean: its 95 % interval over {count}, simulation noise only."


def _assumed(has_assumptions: bool) -> str:
    where = "beside it, after “assumed:”" if has_assumptions else NOT_COMPUTED
    return f"Range over assumed inputs: {where}."


def differences_table(
    results: Results, figures: Estimates, subjects: Sequence[Subject], baseline: str
) -> TableView | None:
    """One row per strategy beside the baseline: paired differences on common random numbers."""
    others = [name for name in results.strategies if name != baseline]
    kept = [
        subject
        for subject in subjects
        if any(figures.difference(subject.metric, name, subject.selector) for name in others)
    ]
    if not kept:
        return None
    caption = (
        f"Strategy minus {baseline}, replication by replication on the same random numbers; 95 % intervals are "
        "simulation noise only. “not told from noise”: p ≥ 0.05 after Holm's correction for all comparisons. "
        "Means of exposure are capped at 365 d, so a difference to what never ends is too."
    )
    rows = [Row((name,), [_difference(subject, figures, name) for subject in kept]) for name in others]
    return TableView(caption, [Head("Strategy"), *(Head(subject.label, subject.what) for subject in kept)], rows)


def _difference(subject: Subject, figures: Estimates, strategy: str) -> Cell:
    found = figures.difference(subject.metric, strategy, subject.selector)
    return difference_cell(found.scaled(subject.scale, subject.shown_unit) if found else None)


def exposure_table(results: Results, figures: Estimates) -> TableView | None:
    """Population x place x strategy, the three thieves side by side."""
    pairs = places(results, figures)
    if not pairs:
        return None
    thieves = [thief for thief in _THIEVES if not _reason(figures, results, thief)]
    heads = [Head("Population and place"), Head("Strategy"), Head("Finds nothing", "share of thefts")]
    heads += [Head(f"{thief}: mean", "at most 365 d; median") for thief in thieves]
    heads += [Head("copy: over 24 h", "share of thefts"), Head("copy: never ends", "share of thefts")]
    heads.append(Head("copy: ended by", "share of thefts"))

    def cells(pair: tuple[str, str], name: str) -> tuple[Cell, ...]:
        return _exposure_cells(figures, pair, name, thieves)

    rows = list(_place_rows(results, pairs, cells))
    absent = [f" No “{thief}”: {reason}." for thief in _THIEVES if (reason := _reason(figures, results, thief))]
    return TableView(f"Time for which the loot stays usable. {_noise(results)}{''.join(absent)}", heads, rows)


def _place_rows(
    results: Results, pairs: Sequence[tuple[str, str]], cells_of: Callable[[tuple[str, str], str], tuple[Cell, ...]]
) -> Iterator[Row]:
    """Rows by population and place; alike places, and alike strategies of a place, are told once."""
    groups: dict[tuple[str, tuple[tuple[Cell, ...], ...]], list[str]] = {}
    for population, place in pairs:
        block = tuple(cells_of((population, place), name) for name in results.strategies)
        groups.setdefault((population, block), []).append(place)
    for (population, block), spots in groups.items():
        alike: dict[tuple[Cell, ...], list[str]] = {}
        for name, cells in zip(results.strategies, block, strict=True):
            alike.setdefault(cells, []).append(name)
        label = f"{population} · {', '.join(spots)}"
        for index, (cells, names) in enumerate(alike.items()):
            yield Row(tuple(names), list(cells), "" if index else label, len(alike))


def privilege_table(results: Results, figures: Estimates) -> TableView | None:
    """Population x place x strategy: what thefts open, the three thieves side by side."""
    if not figures.has(_PRIVILEGE):
        return None
    thieves = [thief for thief in _THIEVES if not _reason(figures, results, thief)]
    heads = [Head("Population and place"), Head("Strategy"), *(Head(thief, "privilege-hours") for thief in thieves)]

    def cells(pair: tuple[str, str], name: str) -> tuple[Cell, ...]:
        about = {"population": pair[0], "place": pair[1]}
        return tuple(replace(figure(figures.one(_PRIVILEGE, name, thief=one, **about)), assumed="") for one in thieves)

    caption = f"Hours for which an action is allowed to the thief, times its weight, summed. {_noise(results)}"
    return TableView(caption, heads, list(_place_rows(results, places(results, figures), cells)))


def _reason(figures: Estimates, results: Results, thief: str) -> str:
    """Why no exposure of this thief has a value; empty if any has."""
    found = [one for name in results.strategies for one in figures.all("exposure.mean_s", name, thief=thief)]
    if not found or any(one.mean is not None for one in found):
        return ""
    return found[0].reason or "not recorded"


def _exposure_cells(
    figures: Estimates, pair: tuple[str, str], strategy: str, thieves: Sequence[str]
) -> tuple[Cell, ...]:
    def cell(metric: str, thief: str = "copy") -> Cell:
        selector = {"population": pair[0], "place": pair[1], "thief": thief}
        return replace(figure(figures.one(f"exposure.{metric}", strategy, **selector)), assumed="")

    cells = [cell("nothing_share")]
    for thief in thieves:
        mean, median = cell("mean_s", thief), cell("p50_s", thief).text
        words = "" if mean.text == median == "never ends" else f"median {median}"
        cells.append(replace(mean, note="; ".join(text for text in (words, mean.note) if text)))
    return (*cells, cell("p_over_24h"), cell("p_never"), _causes(figures, pair, strategy))


def _causes(figures: Estimates, pair: tuple[str, str], strategy: str) -> Cell:
    """What ends the use, in order of its share of all thefts."""
    chosen = {"population": pair[0], "place": pair[1], "thief": "copy"}
    found = [one for one in figures.all("exposure.cause_share", strategy, **chosen) if one.mean]
    found.sort(key=lambda one: -(one.mean or 0.0))
    first, *rest = [f"{one.selector['outcome']} {figure(one).text}" for one in found] or [DASH]
    return Cell(first, note="; ".join(rest))


def foothold_words(results: Results) -> str:
    """How long the foothold lasts, from the scenario."""
    theft = results.scenario(results.strategies[0]).get("theft") or {}
    return duration(float(theft.get("foothold_s") or 86_400.0))
