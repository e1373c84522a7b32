"""What a person sees while waiting, and the tables at the end."""

from __future__ import annotations

import contextlib
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

__all__ = ["Stage", "number", "progress", "show_entries", "show_table"]

_UNFOLDED = 4000
"""Characters of a line that nobody folds."""
_WIDEST = 100
"""Characters of a line of running text, however wide the terminal is."""
_INDENT = "    "

Stage = Callable[[str], Callable[[float], None]]
"""Opens a stage of the work by its name; what it returns takes the share of the stage that is done."""


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Stage]:
    """A bar per stage with the time left, on standard error and only on a terminal.

    Args:
        quiet: Show nothing at all.

    Yields:
        The function that opens a stage.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _name: lambda _share: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    # No thread that refreshes: worker processes are forked while the bar is shown, and a fork copies held locks.
    bars = Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console, auto_refresh=False)
    with bars:

        def stage(name: str) -> Callable[[float], None]:
            task = bars.add_task(name, total=1.0)
            bars.refresh()
            return lambda share: bars.update(task, completed=min(share, 1.0), refresh=True)

        yield stage


def number(value: float | None) -> str:
    """A number for readers: three digits that count, thousands apart; `-` where there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def show_entries(entries: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Print what is too long for a table: a line that names the entry, and below it, indented, what is said of it.

    Lines are folded between words, to the terminal and to at most 100 characters; an address stays whole.
    """
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    for head, details in entries:
        print(_folded(head, width, ""))
        for text in filter(None, details):
            print(_folded(text, width, _INDENT))


def _folded(text: str, width: int, indent: str) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent or _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def show_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print a table on standard output, folded to the terminal; one line per row where there is none.

    Where the terminal is too narrow for it, intervals (`... ± ...`) are left out before any cell is folded.

    Args:
        title: Line above it; none if empty.
        header: Names of the columns.
        rows: Cells as text.
        left: How many columns hold words, not numbers.
    """
    table = _table(header, rows, left)
    console = Console(markup=False, highlight=False, emoji=False)
    if sys.stdout.isatty() and _width(header, rows) > console.width:
        short = [[_breakable(cell.partition(" ± ")[0]) for cell in row] for row in rows]
        if any(" ± " in cell for row in rows for cell in row):
            title = f"{title} (± left out: narrow terminal)"
        table = _table(header, short, left)
    if title:
        print(f"\n{title}")
    if sys.stdout.isatty():
        console.print(table)
        return
    plain = Console(file=StringIO(), width=_UNFOLDED, markup=False, highlight=False, emoji=False, color_system=None)
    with plain.capture() as captured:
        plain.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Characters of the widest line if no cell is folded; heads may be, between words."""
    heads = (max((len(word) for word in name.split()), default=1) for name in header)
    cells = (max((len(cell) for cell in column), default=1) for column in zip(*rows, strict=True))
    return sum(max(pair) for pair in zip(heads, cells, strict=True)) + 2 * (len(header) - 1)


def _breakable(cell: str) -> str:
    """The cell, in which a metric's selector may be folded between its keys: `{population=app, verdict=ok}`."""
    head, brace, selector = cell.partition("{")
    return f"{head}{brace and ' {'}{selector.replace(',', ', ')}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> Table:
    """The table, in whose heads no word is broken."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(header):
        justify: Literal["left", "right"] = "left" if index < left else "right"
        widest = max((len(word) for word in name.split()), default=1)
        table.add_column(name, justify=justify, overflow="fold", no_wrap=index == 0, min_width=widest)
    for row in rows:
        table.add_row(*row)
    return table
