"""Where the numbers come from: facts, inputs by basis, and the command that makes the page again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from analysis.style import DASH, TIMES, duration, ellipsis, number, plural

__all__ = ["facts", "facts_line", "inputs", "reproduce"]

_AS_OF: Final = "2026-11"
"""Month up to which AWS's documentation and the SDKs were read."""
_FACT_ORDER: Final = ("assumed", "second-hand", "second_hand", "measured", "documented")
_INPUT_ORDER: Final = ("assumed", "calibrated", "second_hand", "measured", "documented", "given")


def facts_line(manifest: Mapping[str, Any]) -> str:
    """As of when AWS is described, and how many of the facts are assumed."""
    used = manifest.get("facts") or ()
    assumed = sum(fact.get("basis") == "assumed" for fact in used)
    counted = f"{assumed:,} of {plural(len(used), 'fact')} assumed" if used else "the run lists no facts"
    return f"AWS behaviour as of {_AS_OF}; {counted}."


def facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The facts used, assumed ones first."""
    used = sorted(
        manifest.get("facts") or (),
        key=lambda fact: (_rank(str(fact.get("basis")), _FACT_ORDER), str(fact.get("name"))),
    )
    rows = [
        {
            "name": fact.get("name"),
            "basis": str(fact.get("basis") or "").replace("_", "-"),
            "value": f"{_value(fact.get('value'))} {fact.get('unit') or ''}".strip(),
            "source": fact.get("source") or DASH,
            "read": fact.get("read") or DASH,
            "note": fact.get("note") or "",
        }
        for fact in used
    ]
    return {"caption": "Facts about AWS and the SDKs that this run used, assumed ones first.", "rows": rows}


def inputs(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario's inputs by basis, assumed ones first, with range and the query that measures them."""
    scenario = _baseline_scenario(manifest)
    basis = scenario.get("basis") or {}
    rows = [
        _input(scenario, kind, path, entry) for kind in _INPUT_ORDER for path, entry in (basis.get(kind) or {}).items()
    ]
    return {"caption": "Inputs of the scenario by basis, assumed ones first (values of the baseline).", "rows": rows}


def _baseline_scenario(manifest: Mapping[str, Any]) -> dict[str, Any]:
    strategies = manifest.get("strategies") or {}
    name = manifest.get("baseline") if manifest.get("baseline") in strategies else next(iter(strategies), "")
    scenario: dict[str, Any] = (strategies.get(name) or {}).get("scenario") or {}
    return scenario


def _input(scenario: Mapping[str, Any], kind: str, path: str, entry: object) -> dict[str, str]:
    detail: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {"note": entry}
    in_seconds = _in_seconds(path)
    found = dict.fromkeys(_value(value, in_seconds) for value in _matches(scenario, path.split(".")))
    return {
        "path": path,
        "basis": kind.replace("_", "-"),
        "value": ellipsis(", ".join(found) or DASH, 80),
        "range": _range(detail, in_seconds),
        "note": str(detail.get("note") or DASH),
        "measure": str(detail.get("measure") or DASH),
    }


def _in_seconds(path: str) -> bool:
    """Whether the input is a time: its name says so, and it is not the spread of a logarithm."""
    parts = path.split(".")
    return parts[-1] != "sigma" and any(part.endswith("_s") for part in parts[-3:])


def _range(detail: Mapping[str, Any], in_seconds: bool) -> str:
    if detail.get("range"):
        low, high = detail["range"]
        return f"{_value(low, in_seconds)} to {_value(high, in_seconds)}"
    if detail.get("scale"):
        low, high = detail["scale"]
        return f"{TIMES} {_value(low)} to {TIMES} {_value(high)}"
    return DASH


def _matches(node: object, parts: list[str]) -> Iterator[object]:
    """The values at a path, whose parts may hold `*`; a list is entered where the path names no place in it."""
    if not parts:
        yield node
    elif isinstance(node, Mapping):
        for key in (str(key) for key in node if fnmatchcase(str(key), parts[0])):
            yield from _matches(node[key], parts[1:])
    elif isinstance(node, list):
        named = parts[0].isdigit() or parts[0] == "*"
        rest = parts[1:] if named else parts
        chosen = node[int(parts[0]) : int(parts[0]) + 1] if parts[0].isdigit() else node
        for child in chosen:
            yield from _matches(child, rest)


def _value(value: object, in_seconds: bool = False) -> str:
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return duration(float(value)) if in_seconds else number(float(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(entry, in_seconds and key != 'sigma')}" for key, entry in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_value(entry) for entry in value)
    return str(value)


def _rank(basis: str, order: tuple[str, ...]) -> int:
    return order.index(basis) if basis in order else len(order)


def reproduce(manifest: Mapping[str, Any], has_assumptions: bool) -> dict[str, str]:
    """The command, what it must give, and the packages it ran with."""
    name, seed = str(manifest.get("scenario")), manifest.get("seed")
    words = ["credflow", "compare", f"scenarios/{name}.yaml", "--seed", str(seed)]
    words += ["--replications", str(manifest.get("replications"))]
    packages = manifest.get("packages") or {}
    hashes = plural(len(manifest.get("tables") or ()), "hash", "hashes")
    return {
        "command": shlex.join(words + (["--assumptions"] if has_assumptions else [])),
        "text": f"Seed {seed}, {plural(int(manifest.get('replications') or 1), 'replication')}, record level "
        f"{manifest.get('level')}, results schema version {manifest.get('schema')}. The same scenario, seed, packages "
        f"and CPU features give the same bytes: manifest.json "
        f"holds {hashes} (SHA-256), one per table file, to check it.",
        "packages": "Packages: " + ", ".join(f"{key} {value}" for key, value in packages.items()) + ".",
    }
