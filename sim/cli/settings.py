"""`--set path=value` and its short forms become one mapping for the scenario loader."""

from __future__ import annotations

from sim.cli.parser import Arguments
from sim.loading.lines import parse
from sim.problems import Problem, ScenarioError, shorten

__all__ = ["settings_of"]

_SHORT_FORMS = {"seed": "run.seed", "replications": "run.replications", "record": "run.record"}


def settings_of(arguments: Arguments) -> dict[str, object]:
    """All inputs that the command line sets; later ones win, and `--seed 2` is `--set run.seed=2`.

    Args:
        arguments: The parsed command line.

    Returns:
        Path -> value, the values read as YAML.

    Raises:
        ScenarioError: Settings without `=`, without a path, or whose value is not YAML; all of them at once.
    """
    settings: dict[str, object] = {}
    problems: list[Problem] = []
    for text in getattr(arguments, "settings", []):
        try:
            path, value = _setting(text)
            settings[path] = value
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    for option, path in _SHORT_FORMS.items():
        if (given := getattr(arguments, option, None)) is not None:
            settings[path] = given
    return settings


def _setting(text: str) -> tuple[str, object]:
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise ScenarioError([Problem(f"{shorten(text)} is not of the form path=value", file="--set")])
    return path.strip(), parse(f"value: {value}", "--set").data["value"]
