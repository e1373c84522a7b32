"""The README's table of incidents: thread, published number, its word, simulated number with interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sim.cli.screen import number
from sim.problems import Problem, ScenarioError

__all__ = ["BEGIN", "END", "table", "write"]

BEGIN: Final = "<!-- incidents: written by `credflow check scenarios/incidents --table README.md` -->"
END: Final = "<!-- end of incidents -->"

_HEAD: Final = (
    "| incident | thread | strategy: metric | published | word | simulated (95 % interval) |",
    "| --- | --- | --- | --- | --- | --- |",
)


def write(path: Path, checked: Sequence[Mapping[str, Any]]) -> None:
    """Replace what stands between the two marks of a page.

    Args:
        path: The page.
        checked: Scenarios as `credflow check --json` prints them.

    Raises:
        ScenarioError: The page has no marks.
    """
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise ScenarioError([Problem(f"has no place for the table; put {BEGIN} and {END} where it belongs", str(path))])
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{table(checked)}\n{END}{after}", encoding="utf-8")


def table(checked: Sequence[Mapping[str, Any]]) -> str:
    """The table as Markdown: every check that has a word, scenario by scenario."""
    return "\n".join([*_HEAD, *(line for one in checked for line in _lines(one))])


def _lines(one: Mapping[str, Any]) -> Iterator[str]:
    first = True
    for row in one["checks"]:
        if row["word"] is None:
            continue
        thread = row["thread"] or (one["threads"][0] if one["threads"] else "")
        name = f"{one['name']} ({one['kind']})" if first else ""
        cells = (name, thread, _what(row), _published(row["published"]), row["word"], _simulated(row))
        yield f"| {' | '.join(cells)} |"
        first = False


def _what(row: Mapping[str, Any]) -> str:
    when = f" {row['when']}" if row["when"] else ""
    return f"{row['strategy']}: `{row['metric']}`{when}"


def _published(value: object) -> str:
    if value is None:
        return ""
    return number(float(value)) if isinstance(value, int | float) else str(value)


def _simulated(row: Mapping[str, Any]) -> str:
    if row["value"] is None:
        return str(row["reason"])
    low, high = row["interval"]
    is_exact = low is None or high is None or high == low
    return number(row["value"]) + ("" if is_exact else f" ({number(low)} to {number(high)})")
