"""What can be asked of the command, with examples: arguments only, no work."""

from __future__ import annotations

import argparse
from importlib import metadata
from pathlib import Path

import shtab

from sim.cli.decide import add_decide
from sim.cli.options import (
    Commands,
    add_command,
    add_jobs,
    add_quiet,
    add_scenario,
    add_settings,
    count_from_0,
)
from sim.cli.parser_checks import add_check, add_headroom, add_rehearse
from sim.records import Level

__all__ = ["Arguments", "build_parser"]

Arguments = argparse.Namespace

_EXAMPLES = """\
examples:
  credflow compare scenarios/employee-directory.yaml
  credflow compare scenarios/nightly-batch.yaml --replications 10 --assumptions
  credflow compare scenarios/nightly-batch.yaml --set populations.batch.count=1280
  credflow run scenarios/nightly-batch.yaml --strategy batch-15m --record calls --out /tmp/results
  credflow validate scenarios/employee-directory.yaml
  credflow explain results/nightly-batch/latest --client batch/17 --strategy batch-15m
  credflow report results/employee-directory/latest
  credflow facts --quotas
  credflow decide --policy role.json --action s3:GetObject --resource arn:aws:s3:::photos/1.jpg
  credflow check scenarios/incidents --junit checks.xml
  credflow verify --strict --junit verify.xml

exit codes: 0 fine, 1 a check of the scenario or a row of verify failed or a request is denied, 2 bad input,
130 interrupted
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line, with one sub-parser per command."""
    parser = argparse.ArgumentParser(
        prog="credflow",
        description="Simulate credential flows: a scenario becomes exposure windows, STS load and a report.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"credflow {metadata.version('credflow')}")
    shtab.add_argument_to(parser, "--print-completion", help="print a completion script for bash, zsh or tcsh")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_run(commands)
    _add_compare(commands)
    _add_report(commands)
    _add_validate(commands)
    add_check(commands)
    add_headroom(commands)
    _add_explain(commands)
    _add_schema(commands)
    _add_facts(commands)
    add_decide(commands)
    _add_verify(commands)
    add_rehearse(commands)
    return parser


def _add_run(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "run",
        "simulate and keep the records; print their folder",
        "run scenarios/nightly-batch.yaml --strategy batch-15m --record calls",
    )
    add_scenario(parser)
    parser.add_argument(
        "--strategy",
        action="append",
        default=[],
        metavar="NAME",
        help="only this strategy; may be given several times (default: all)",
    )
    _add_simulation(parser)


def _add_compare(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "compare",
        "simulate all strategies, compare them and write the report; print its path last",
        "compare scenarios/employee-directory.yaml --replications 10 --assumptions",
    )
    add_scenario(parser)
    parser.add_argument(
        "--assumptions",
        action="store_true",
        help="also move every assumed input over its stated range, one replication each (takes several times as long)",
    )
    _add_simulation(parser)


def _add_report(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "report",
        "summarise a results folder anew and draw its report; print the report's path last",
        "report results/employee-directory/latest",
    )
    _add_folder(parser)
    add_jobs(parser)
    add_quiet(parser)


def _add_validate(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "validate",
        "show every problem of a scenario, or what it will cost to run",
        "validate scenarios/employee-directory.yaml --set populations.batch.count=1280",
    )
    add_scenario(parser)
    add_settings(parser)


def _add_explain(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "explain",
        "tell the story of one client, event by event",
        "explain results/nightly-batch/latest --client batch/17 --strategy batch-15m",
    )
    source = parser.add_argument("source", type=Path, help="results folder, or a scenario (which is then run once)")
    source.complete = shtab.FILE  # type: ignore[attr-defined]
    parser.add_argument("--client", required=True, metavar="POPULATION/INDEX[/SLOT]", help="whose story")
    parser.add_argument("--strategy", metavar="NAME", help="in which strategy (default: the baseline)")
    parser.add_argument(
        "--replication", type=count_from_0, default=0, metavar="N", help="in which replication (default: 0)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed, if a scenario is run")
    add_settings(parser)
    add_quiet(parser)


def _add_schema(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "schema",
        "write the JSON schema of scenario files, from which editors complete and check",
        "schema --out scenarios/schema.json",
    )
    out = parser.add_argument("--out", type=Path, metavar="FILE", help="file to write (default: standard output)")
    out.complete = shtab.FILE  # type: ignore[attr-defined]


def _add_facts(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "facts",
        "show the AWS facts in use with source and basis",
        "facts --quotas",
    )
    shelf = parser.add_mutually_exclusive_group()
    shelf.add_argument("--sdks", action="store_true", help="the SDK presets instead")
    shelf.add_argument("--quotas", action="store_true", help="the quota profiles instead")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def _add_verify(commands: Commands[argparse.ArgumentParser]) -> None:
    parser = add_command(
        commands,
        "verify",
        "hold the simulator against real SDKs, closed forms and published results, row by row",
        "verify --strict --junit verify.xml",
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 if a row was skipped, too")
    parser.add_argument("--json", action="store_true", help="the table as JSON, for programs")
    junit = parser.add_argument("--junit", type=Path, metavar="FILE", help="also write a JUnit report")
    junit.complete = shtab.FILE  # type: ignore[attr-defined]
    add_jobs(parser)
    add_quiet(parser)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    action = parser.add_argument("folder", type=Path, metavar="FOLDER", help="results folder")
    action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]


def _add_simulation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every draw (default: the scenario's)")
    parser.add_argument(
        "--replications", type=int, metavar="N", help="independent repetitions (default: the scenario's)"
    )
    parser.add_argument("--record", choices=[str(level) for level in Level], help="how much is recorded")
    add_settings(parser)
    out = parser.add_argument(
        "--out",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="results go to FOLDER/<scenario>/<run-id> (default: results)",
    )
    out.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    parser.add_argument("--yes", action="store_true", help="run even where validate estimates a very long run")
    add_jobs(parser)
    add_quiet(parser)
