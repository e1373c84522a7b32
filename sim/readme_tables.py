"""The README's tables, computed from the presets and the facts: `python -m sim.readme_tables` (`make reference`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sim.aws.session_lengths import SESSION_LENGTHS, SessionLength
from sim.policies.refresh import Refresh, advisory_at
from sim.sdks import SDKS

__all__ = ["LENGTHS_S", "MARKS", "README", "per_day", "refreshes_table", "session_lengths_table", "with_tables"]

README: Final = Path(__file__).resolve().parents[1] / "README.md"
"""The page that holds the tables."""
LENGTHS_S: Final = (900, 960, 1200, 1800, 3600, 7200, 43200)
"""Session lengths of the first table, s."""
MARKS: Final = {
    name: (f"<!-- {name}: written by `make reference` -->", f"<!-- end of {name} -->")
    for name in ("refreshes by session length", "who can set a session's length")
}
"""What stands before and after each table."""
_DAY_S: Final = 86400.0


def per_day(rule: Refresh, length_s: float) -> float | None:
    """Refreshes a day of a busy process, jitter at its middle; None where every call refreshes.

    Args:
        rule: Refresh windows.
        length_s: Length of its sessions.
    """
    interval_s = advisory_at(rule, 0.0, length_s, 0.5)
    return None if interval_s < 1.0 else _DAY_S / interval_s


def refreshes_table() -> str:
    """SDK by session length: refreshes a day of one busy process."""
    head = f"| SDK | {' | '.join(_length(length) for length in LENGTHS_S)} |"
    rule = f"| --- |{' ---: |' * len(LENGTHS_S)}"
    return "\n".join([head, rule, *_refreshes()])


def _refreshes() -> Iterator[str]:
    """A row for each set of numbers; presets that share them stand in one row."""
    titles: dict[tuple[str, ...], list[str]] = {}
    for sdk in SDKS.values():
        cells = tuple(_refreshes_cell(per_day(sdk.sts, float(length))) for length in LENGTHS_S)
        titles.setdefault(cells, []).append(sdk.title)
    for cells, names in titles.items():
        yield f"| {'; '.join(names)} | {' | '.join(cells)} |"


def _refreshes_cell(number: float | None) -> str:
    if number is None:
        return "**every call**"
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def session_lengths_table() -> str:
    """Who can set a session's length, from the least to the most settable."""
    rows = (f"| {' | '.join(_row(one))} |" for one in SESSION_LENGTHS)
    return "\n".join(["| whose | set by | range | default | basis |", "| --- | --- | --- | --- | --- |", *rows])


def _row(one: SessionLength) -> tuple[str, ...]:
    low, high = one.shortest_s, one.longest_s
    ends = "" if low is None or high is None else f"{_length(low)} to {_length(high)}"
    default = "" if one.default_s is None else _length(one.default_s)
    settable = "nobody" if one.settable == "no" else one.settable
    return (f"{one.holder}{f' ({one.note})' if one.note else ''}", settable, ends, default, one.basis)


def _length(seconds: float) -> str:
    """A time in the largest unit that gives a short number."""
    for unit, size in (("d", _DAY_S), ("h", 3600.0), ("min", 60.0)):
        if seconds >= (2 * size if unit == "d" else size):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:g} s"


def with_tables(page: str) -> str:
    """A page with each table between its marks.

    Args:
        page: Text that holds every pair of marks once.

    Raises:
        ValueError: A mark is missing.
    """
    for table, (begin, end) in zip((refreshes_table(), session_lengths_table()), MARKS.values(), strict=True):
        if page.count(begin) != 1 or page.count(end) != 1:
            raise ValueError(f"the page needs {begin} and {end}, once each")
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
