"""What a person sees while waiting, and the tables at the end."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

__all__ = ["Stage", "number", "progress", "show_table"]

_UNFOLDED = 4000
"""Characters of a line that nobody folds."""

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


def show_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print a table on standard output, folded to the terminal; one line per row where there is none.

    Args:
        title: Line above it; none if empty.
        header: Names of the columns.
        rows: Cells as text.
        left: How many columns hold words, not numbers.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(header):
        justify: Literal["left", "right"] = "left" if index < left else "right"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*row)
    if title:
        print(f"\n{title}")
    if sys.stdout.isatty():
        Console(markup=False, highlight=False, emoji=False).print(table)
        return
    plain = Console(file=StringIO(), width=_UNFOLDED, markup=False, highlight=False, emoji=False, color_system=None)
    with plain.capture() as captured:
        plain.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))
