"""Where the numbers come from: facts, inputs by basis, and the command that makes the page again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

from analysis.style import DASH, TIMES, ellipsis, number, plural

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
    return {
        "path": path,
        "basis": kind.replace("_", "-"),
        "value": ellipsis(_value(_lookup(scenario, path.split("."))), 60),
        "range": _range(detail),
        "note": str(detail.get("note") or DASH),
        "measure": str(detail.get("measure") or DASH),
    }


def _range(detail: Mapping[str, Any]) -> str:
    if detail.get("range"):
        low, high = detail["range"]
        return f"{_value(low)} to {_value(high)}"
    if detail.get("scale"):
        low, high = detail["scale"]
        return f"{TIMES} {_value(low)} to {TIMES} {_value(high)}"
    return DASH


def _lookup(node: object, parts: list[str]) -> object:
    """The value at a path; the first match where a part is `*`; None if there is nothing."""
    if not parts or node is None:
        return node
    head, rest = parts[0], parts[1:]
    children = dict(enumerate(node)) if isinstance(node, list) else node
    if not isinstance(children, Mapping):
        return None
    if head == "*":
        found = (_lookup(child, rest) for child in children.values())
        return next((value for value in found if value is not None), None)
    named = {str(key): value for key, value in children.items()}
    return _lookup(named.get(head), rest)


def _value(value: object) -> str:
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(float(value))
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


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
