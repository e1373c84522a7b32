"""Names that are typed at the command line: found, or refused with the nearest one that exists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sim.problems import Problem, ScenarioError, did_you_mean, shorten

__all__ = ["client_of", "one_of"]


def one_of(what: str, name: str, known: Collection[str]) -> str:
    """The name, if it is known.

    Args:
        what: The option it was given for.
        name: What was typed.
        known: All names there are.

    Raises:
        ScenarioError: It is not known; the error holds the nearest one that is, or all of them.
    """
    if name in known:
        return name
    raise _refused(what, f"{shorten(name)} does not exist; {did_you_mean(name, known)}")


def client_of(text: str, populations: Mapping[str, Any]) -> tuple[str, int, int | None]:
    """A client as `population/index` or `population/index/slot`.

    Args:
        text: What was typed.
        populations: Populations of the resolved scenario, as models or as dicts.

    Returns:
        Population, index and slot; None for all slots.

    Raises:
        ScenarioError: Not of that form, an unknown population, or an index past its count.
    """
    population, *numbers = text.split("/")
    if not 1 <= len(numbers) <= 2 or not all(number.isdecimal() for number in numbers):
        raise _refused("client", f"{shorten(text)} is not of the form population/index[/slot], such as batch/17")
    one_of("client", population, populations)
    spec = populations[population]
    count = int(spec["count"] if isinstance(spec, Mapping) else spec.count)
    index, slot = int(numbers[0]), int(numbers[1]) if len(numbers) == 2 else None
    if index >= count:
        raise _refused("client", f"{shorten(text)} does not exist; {population} has clients 0 to {count - 1}")
    return population, index, slot


def _refused(what: str, text: str) -> ScenarioError:
    return ScenarioError([Problem(text, file=f"--{what}")])
