"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import shtab

__all__ = [
    "Commands", "add_command", "add_jobs", "add_quiet", "add_scenario", "add_settings", "count_from_0", "count_from_1",
    "factor", "hours", "share",
]  # fmt: skip

_LARGEST_FACTOR = 1e6
_MOST_HOURS = 87_600.0

Commands = argparse._SubParsersAction  # the type that add_subparsers returns has no public name


def add_command(
    commands: Commands[argparse.ArgumentParser], name: str, text: str, example: str
) -> argparse.ArgumentParser:
    """A sub-parser with a help text, a sentence and an example."""
    return commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=f"example:\n  credflow {example}\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """The scenario file."""
    action = parser.add_argument("scenario", type=Path, metavar="SCENARIO", help="scenario file (YAML)")
    action.complete = shtab.FILE  # type: ignore[attr-defined]


def add_settings(parser: argparse.ArgumentParser) -> None:
    """`--set path=value`."""
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set an input of the scenario, such as populations.batch.count=1280; may be given several times",
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """`--jobs N`."""
    parser.add_argument(
        "--jobs",
        type=count_from_1,
        default=_cores(),
        metavar="N",
        help="processes to work with; the result does not depend on it (default: all %(default)s cores)",
    )


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """`--quiet`."""
    parser.add_argument("--quiet", action="store_true", help="no progress bar, no tables; only the path")


def _cores() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def count_from_1(text: str) -> int:
    """A whole number from 1."""
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{value} is not 1 or more")
    return value


def count_from_0(text: str) -> int:
    """A whole number from 0."""
    if (value := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{value} is not 0 or more")
    return value


def factor(text: str) -> float:
    """A multiple from 1 that can be counted with."""
    if not 1 <= (value := float(text)) <= _LARGEST_FACTOR:
        raise argparse.ArgumentTypeError(f"{value:g} is not a multiple from 1 to {_LARGEST_FACTOR:g}")
    return value


def hours(text: str) -> float:
    """A time in hours, above 0 and at most ten years."""
    if not 0 < (value := float(text)) <= _MOST_HOURS:
        raise argparse.ArgumentTypeError(f"{value:g} h is not above 0 and at most {_MOST_HOURS:g} h")
    return value


def share(text: str) -> float:
    """A share, at least 0 and below 1."""
    if not 0 <= (value := float(text)) < 1:
        raise argparse.ArgumentTypeError(f"{value} is not a share between 0 and 1")
    return value
