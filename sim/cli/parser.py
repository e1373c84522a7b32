"""What can be asked of the command, with examples: arguments only, no work."""

from __future__ import annotations

import argparse
import os
from importlib import metadata
from pathlib import Path

import shtab

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
  credflow check scenarios/incidents --junit checks.xml

exit codes: 0 fine, 1 a check of the scenario failed, 2 bad input, 130 interrupted
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
    _add_check(commands)
    _add_explain(commands)
    _add_schema(commands)
    _add_facts(commands)
    return parser


_Commands = argparse._SubParsersAction  # the type that add_subparsers returns has no public name


def _command(
    commands: _Commands[argparse.ArgumentParser], name: str, text: str, example: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=f"example:\n  credflow {example}\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_run(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "run",
        "simulate and keep the records; print their folder",
        "run scenarios/nightly-batch.yaml --strategy batch-15m --record calls",
    )
    _add_scenario(parser)
    parser.add_argument(
        "--strategy",
        action="append",
        default=[],
        metavar="NAME",
        help="only this strategy; may be given several times (default: all)",
    )
    _add_simulation(parser)


def _add_compare(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "compare",
        "simulate all strategies, compare them and write the report; print its path last",
        "compare scenarios/employee-directory.yaml --replications 10 --assumptions",
    )
    _add_scenario(parser)
    parser.add_argument(
        "--assumptions",
        action="store_true",
        help="also move every assumed input over its stated range, one replication each (takes several times as long)",
    )
    _add_simulation(parser)


def _add_report(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "report",
        "summarise a results folder anew and draw its report; print the report's path last",
        "report results/employee-directory/latest",
    )
    _add_folder(parser)
    _add_jobs(parser)
    _add_quiet(parser)


def _add_validate(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "validate",
        "show every problem of a scenario, or what it will cost to run",
        "validate scenarios/employee-directory.yaml --set populations.batch.count=1280",
    )
    _add_scenario(parser)
    _add_settings(parser)


def _add_check(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
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
    _add_settings(parser)
    out = parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the records there (default: keep none)")
    out.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    _add_jobs(parser)
    _add_quiet(parser)


def _add_explain(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
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
        "--replication", type=_count_from_0, default=0, metavar="N", help="in which replication (default: 0)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed, if a scenario is run")
    _add_settings(parser)
    _add_quiet(parser)


def _add_schema(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "schema",
        "write the JSON schema of scenario files, from which editors complete and check",
        "schema --out scenarios/schema.json",
    )
    out = parser.add_argument("--out", type=Path, metavar="FILE", help="file to write (default: standard output)")
    out.complete = shtab.FILE  # type: ignore[attr-defined]


def _add_facts(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands,
        "facts",
        "show the AWS facts in use with source and basis",
        "facts --quotas",
    )
    shelf = parser.add_mutually_exclusive_group()
    shelf.add_argument("--sdks", action="store_true", help="the SDK presets instead")
    shelf.add_argument("--quotas", action="store_true", help="the quota profiles instead")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def _add_scenario(parser: argparse.ArgumentParser) -> None:
    action = parser.add_argument("scenario", type=Path, metavar="SCENARIO", help="scenario file (YAML)")
    action.complete = shtab.FILE  # type: ignore[attr-defined]


def _add_folder(parser: argparse.ArgumentParser) -> None:
    action = parser.add_argument("folder", type=Path, metavar="FOLDER", help="results folder")
    action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]


def _add_simulation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every draw (default: the scenario's)")
    parser.add_argument(
        "--replications", type=int, metavar="N", help="independent repetitions (default: the scenario's)"
    )
    parser.add_argument("--record", choices=[str(level) for level in Level], help="how much is recorded")
    _add_settings(parser)
    out = parser.add_argument(
        "--out",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="results go to FOLDER/<scenario>/<run-id> (default: results)",
    )
    out.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    parser.add_argument("--yes", action="store_true", help="run even where validate estimates a very long run")
    _add_jobs(parser)
    _add_quiet(parser)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set an input of the scenario, such as populations.batch.count=1280; may be given several times",
    )


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        type=_count_from_1,
        default=_cores(),
        metavar="N",
        help="processes to work with; the result does not depend on it (default: all %(default)s cores)",
    )


def _add_quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="no progress bar, no tables; only the path")


def _cores() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _count_from_1(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{value} is not 1 or more")
    return value


def _count_from_0(text: str) -> int:
    if (value := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{value} is not 0 or more")
    return value
