"""One request and the policies that bear on it: allowed or denied, by which statement, and why."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import shtab

from sim.cli.options import Commands, add_command
from sim.loading.lines import dotted, parse
from sim.policies import authorization
from sim.policies.authorization_documents import read_documents
from sim.policies.authorization_inputs import is_document
from sim.policies.authorization_statement import Kind
from sim.policies.authorization_statement import problems as policy_problems
from sim.problems import Problem, ScenarioError, shorten

__all__ = ["add_decide", "decide"]

_FILES: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("policy", "identity", "policy attached to the user or role, or to a group of the user"),
    ("boundary", "identity", "its permissions boundary"),
    ("session", "identity", "policy passed when the session was made"),
    ("resource-policy", "resource", "policy of the resource"),
    ("trust", "resource", "trust policy of the role that is to be assumed"),
    ("scp", "identity", "service control policies of one level of the organisation; once a level"),
    ("rcp", "resource", "resource control policies of one level of the organisation"),
    ("endpoint", "resource", "policy of the VPC endpoint on the way"),
)
"""Option, how its documents are attached, and what they are."""
_LEVELS: Final = ("scp", "rcp")
_WORDS: Final = {"policy": "identity", "scp": "scps", "rcp": "rcps"}
"""Options that `decide` calls otherwise."""


def add_decide(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add `decide`."""
    parser = add_command(
        commands,
        "decide",
        "decide a request by IAM's evaluation logic and name the statement; exit 1 if it is denied",
        "decide --policy role.json --scp org.json --action s3:GetObject --resource arn:aws:s3:::photos/1.jpg",
    )
    parser.add_argument(
        "--action", action="append", required=True, metavar="NAME", help="IAM action; may be given several times"
    )
    parser.add_argument("--resource", metavar="ARN", help="what it is for (default: not named, covered by every Allow)")
    parser.add_argument("--principal", metavar="ARN", help="who asks: user, role, session, root, service, or *")
    parser.add_argument("--resource-account", metavar="NUMBER", help="account of the resource, if its ARN tells none")
    parser.add_argument(
        "--context", action="append", default=[], metavar="KEY=VALUE", help="condition key; twice for several values"
    )
    for option, _, text in _FILES:
        many: Any = {"nargs": "+"} if option in _LEVELS else {}
        files = parser.add_argument(
            f"--{option}", action="append", default=[], type=Path, metavar="FILE", help=f"{text} (JSON or YAML)", **many
        )
        files.complete = shtab.FILE  # type: ignore[attr-defined]
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def decide(arguments: argparse.Namespace) -> int:
    """Decide each action; 0 if all are allowed, 1 if one is not.

    Raises:
        ScenarioError: A file holds no policy, or an argument makes no sense; all of them at once.
    """
    policies = _policies(arguments)
    try:
        found = [
            authorization.decide(
                action,
                arguments.resource,
                principal=arguments.principal,
                resource_account=arguments.resource_account,
                context=_context(arguments.context),
                **policies,
            )
            for action in arguments.action
        ]
    except authorization.PolicyError as error:
        raise ScenarioError([Problem(str(error), file="credflow decide")]) from None
    _tell(arguments, found)
    return 0 if all(found) else 1


def _tell(arguments: argparse.Namespace, found: list[authorization.Decision]) -> None:
    if arguments.json:
        rows = [
            {"action": action, "resource": arguments.resource, "effect": one.effect, "kind": one.kind}
            | {"policy": one.policy, "statement": one.index, "sid": one.sid, "reason": one.reason}
            for action, one in zip(arguments.action, found, strict=True)
        ]
        print(json.dumps(rows, indent=2))
        return
    for action, one in zip(arguments.action, found, strict=True):
        print(f"{action}: {one.effect.replace('_', ' ')}: {one.reason}")


def _context(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ScenarioError([Problem(f"{shorten(text)} is not of the form KEY=VALUE", file="--context")])
        found.setdefault(key, []).append(value)
    return found


def _policies(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every policy of the command line under the word of `decide`; what is not given is left out."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for option, kind, _ in _FILES:
        for given in getattr(arguments, option.replace("-", "_")):
            read = {path.name: document for path, document in _read(given, kind, problems)}
            word = _WORDS.get(option, option.replace("-", "_"))
            found.setdefault(word, []).append([{name: one} for name, one in read.items()])
    if problems:
        raise ScenarioError(problems)
    return found


def _read(given: Path | list[Path], kind: Kind, problems: list[Problem]) -> Iterator[tuple[Path, Any]]:
    for path in given if isinstance(given, list) else [given]:
        try:
            text, document = _document(path)
        except ScenarioError as error:
            problems += error.problems
            continue
        try:
            read_documents("policy", document, kind)
        except authorization.PolicyError as error:
            told = list(_told(path, text, document, kind))
            problems += told or [Problem(str(error), file=str(path))]
        yield path, document


def _told(path: Path, text: str, document: Any, kind: Kind) -> Iterator[Problem]:
    """What is wrong with a whole document, each with its line."""
    if not is_document(document):
        return
    with contextlib.suppress(ScenarioError):  # JSON that is no YAML has no lines
        lines = parse(text, str(path))
        for place, told in policy_problems(document, kind):
            yield Problem(told, str(path), lines.line(place), dotted(place))


def _document(path: Path) -> tuple[str, Any]:
    """A file's text and what it holds: YAML by its name, else JSON."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        yaml = path.suffix in {".yaml", ".yml"}
        return text, parse(text, str(path)).data if yaml else json.loads(text)
    except json.JSONDecodeError as error:
        raise ScenarioError([Problem(f"no JSON: {error.msg}", file=str(path), line=error.lineno)]) from None
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        told = getattr(error, "strerror", None) or "it is no text that can be read"
        raise ScenarioError([Problem(f"cannot be read: {told}", file=str(path))]) from None
