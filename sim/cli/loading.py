"""From the command line to a scenario that can be run, or all that is wrong with it."""

from __future__ import annotations

from sim import scenario_file
from sim.cli.parser import Arguments
from sim.cli.settings import settings_of
from sim.problems import Problem, ScenarioError
from sim.scenario_file import Loaded

__all__ = ["load"]


def load(arguments: Arguments) -> Loaded:
    """The scenario with the settings of the command line, its checks included.

    Args:
        arguments: The parsed command line.

    Raises:
        ScenarioError: With every problem. Those of checks come last: only the analysis knows its metrics.
    """
    loaded = scenario_file.load(arguments.scenario, settings_of(arguments))
    if loaded.base.checks:
        _refuse_checks(loaded, str(arguments.scenario))
    return loaded


def _refuse_checks(loaded: Loaded, file: str) -> None:
    from analysis import checks  # late: it brings pandas, which most calls of `validate` do not need

    written = [check.model_dump() for check in loaded.base.checks]
    problems = [Problem(text, file, path=f"checks.{index}.metric") for index, text in checks.problems(written)]
    if problems:
        raise ScenarioError(problems)
