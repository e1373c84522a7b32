"""Arguments of the commands that judge a scenario: check, headroom, rehearse."""

from __future__ import annotations

import argparse
from pathlib import Path

import shtab

from sim.cli.options import (
    Commands,
    add_command,
    add_jobs,
    add_quiet,
    add_scenario,
    add_settings,
    count_from_1,
    factor,
    hours,
    share,
)

__all__ = ["add_check", "add_headroom", "add_rehearse"]


def add_check(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add `check`."""
    parser = add_command(
        commands,
        "check",
        "run scenarios and tell, one line each, whether their checks come out; exit 1 if one does not",
        "check scenarios/incidents --junit checks.xml",
    )
    paths = parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="scenario files, or folders of them"
    )
    paths.complete = shtab.FILE  # type: ignore[attr-defined]
    junit = parser.add_argument("--junit", type=Path, metavar="FILE", help="also write the results as JUnit XML")
    junit.complete = shtab.FILE  # type: ignore[attr-defined]
    table = parser.add_argument(
        "--table", type=Path, metavar="FILE", help="also rewrite the table of incidents in a page"
    )
    table.complete = shtab.FILE  # type: ignore[attr-defined]
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every draw (default: each scenario's)")
    parser.add_argument("--replications", type=int, metavar="N", help="repetitions (default: each scenario's)")
    add_settings(parser)
    out = parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the records there (default: keep none)")
    out.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    add_jobs(parser)
    add_quiet(parser)


def add_headroom(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add `headroom`."""
    parser = add_command(
        commands,
        "headroom",
        "search how far a population can grow before buckets refuse it",
        "headroom scenarios/nightly-batch.yaml --population batch --strategy batch-16m",
    )
    add_scenario(parser)
    parser.add_argument("--population", required=True, metavar="NAME", help="the population that grows")
    parser.add_argument("--strategy", metavar="NAME", help="only this strategy (default: each in turn)")
    parser.add_argument(
        "--limit",
        default=0.001,
        type=share,
        metavar="SHARE",
        help="refused attempts allowed (default: %(default)s)",
    )
    parser.add_argument(
        "--resolution",
        default=0.01,
        type=share,
        metavar="SHARE",
        help="precision of n (default: %(default)s)",
    )
    parser.add_argument(
        "--most", type=factor, default=64.0, metavar="FACTOR", help="largest multiple tried (default: %(default)g)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every draw (default: the scenario's)")
    parser.add_argument("--replications", type=int, metavar="N", help="searches (default: the scenario's)")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    add_settings(parser)
    add_jobs(parser)
    add_quiet(parser)


def add_rehearse(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add `rehearse`."""
    parser = add_command(
        commands,
        "rehearse",
        "play a slice of a scenario with real clients at a real server; exit 1 if they differ from the simulated ones",
        "rehearse scenarios/drills/mass-revocation.yaml --clients 2 --hours 2",
    )
    add_scenario(parser)
    parser.add_argument("--population", metavar="NAME", help="whose clients (default: all that can be rehearsed)")
    parser.add_argument("--strategy", metavar="NAME", help="under this strategy (default: the base)")
    parser.add_argument(
        "--clients", type=count_from_1, default=3, metavar="N", help="how many clients of each (default: %(default)s)"
    )
    parser.add_argument(
        "--hours", type=hours, metavar="H", help="hours from time 0 (default: 6 from the first calls on, fewer if busy)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, with every instant, for programs")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every draw (default: the scenario's)")
    add_settings(parser)
