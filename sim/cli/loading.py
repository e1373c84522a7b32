"""From the command line to a scenario that can be run, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from sim.cli.parser import Arguments
from sim.cli.settings import settings_of
from sim.loading import scenario_file
from sim.loading.lines import Document, parse
from sim.loading.scenario_file import Loaded
from sim.principals.account import QUOTA_GROUPS
from sim.problems import Problem, ScenarioError
from sim.records import Kind, Outcome, Verdict

__all__ = ["load", "load_file"]


def load(arguments: Arguments) -> Loaded:
    """The scenario with the settings of the command line, its checks included.

    Args:
        arguments: The parsed command line.

    Raises:
        ScenarioError: With every problem. Those of checks come last: only the analysis knows its metrics.
    """
    return load_file(arguments.scenario, settings_of(arguments))


def load_file(path: Path, settings: Mapping[str, object] | None = None) -> Loaded:
    """A scenario file, its checks included.

    Args:
        path: The YAML file.
        settings: Path -> value, set on the base.

    Raises:
        ScenarioError: With every problem.
    """
    try:
        loaded = scenario_file.load(path, settings)
    except ScenarioError as error:
        raise ScenarioError([*error.problems, *_unknown_metrics(path, error.problems)]) from error
    if loaded.base.checks:
        _refuse_checks(loaded, path)
    return loaded


def _unknown_metrics(path: Path, told: Sequence[Problem]) -> Iterator[Problem]:
    """Checks of metrics that do not exist, for a scenario that is refused for something else, too."""
    from analysis import check_words  # late, as below

    if all(problem.line is None for problem in told):
        return  # it is no file that can be read
    places = {problem.path for problem in told}
    try:
        document = parse(path.read_text(encoding="utf-8-sig"), str(path))
    except ScenarioError:
        return  # it is no YAML, and that has been said
    checks = document.data.get("checks")
    for index, check in enumerate(checks if isinstance(checks, list) else ()):
        metric = check.get("metric") if isinstance(check, dict) else None
        text = check_words.wrong(metric) if isinstance(metric, str) else None
        if text is not None and f"checks.{index}.metric" not in places:
            yield _problem(document, index, "metric", text)


def _refuse_checks(loaded: Loaded, path: Path) -> None:
    from analysis import check_words  # late: it brings pandas, which most calls of `validate` do not need

    written = [check.model_dump() for check in loaded.base.checks]
    run = loaded.base.run
    found = list(check_words.problems(written, run.record, run.horizon_s, _words(loaded)))
    if found:
        lines = parse(path.read_text(encoding="utf-8-sig"), str(path))
        raise ScenarioError([_problem(lines, *one) for one in found])


def _problem(document: Document, index: int, key: str, text: str) -> Problem:
    return Problem(text, document.file, document.line(("checks", index, key)), f"checks.{index}.{key}")


def _words(loaded: Loaded) -> dict[str, Collection[str]]:
    """Key of a selector -> the values there are, in the base or a strategy."""
    scenarios = [loaded.base, *loaded.strategies.values()]
    return {
        "population": {name for one in scenarios for name in one.populations},
        "issuer": {"signin", *(name for one in scenarios for name in one.issuers)},
        "account": {name for one in scenarios for name in one.accounts},
        "quota_group": {*QUOTA_GROUPS, "free", "global"},
        "verdict": {str(verdict) for verdict in Verdict},
        "outcome": {str(outcome) for outcome in Outcome},
        "kind": {str(kind) for kind in Kind},
        "thief": {"copy", "mint", "foothold"},
    }
