"""The rows can fail: whatever constant of a preset or of the shelf is changed, at least one of them turns red."""

from __future__ import annotations

import ast
import importlib
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.aws import FACTS
from sim.aws.fact import Fact
from sim.chains import api_client, chains
from sim.policies.retry import RetryRule
from sim.sdks import SDKS
from sim.sdks.base import Sdk
from sim.sdks.retry_modes import ADAPTIVE_LIMIT
from sim.verify import botocore_rows, js_rows, portal_rows, provider_rows, retry_rows, sso_rows
from sim.verify.cases import Case, dense_cases
from sim.verify.engine_clock import on_this_host, play
from sim.verify.preset_rows import rows_of
from sim.verify.retry_cases import RetryCase, random_retry_cases
from sim.verify.rows import Row
from sim.verify.trace import Trace

_SIM = Path(__file__).parents[2] / "sim"

# Instance credentials that Go's SDK cuts to an hour never live as long as the third window of its by-lifetime rule
# begins; what it says of longer lives is written there and never read.
_NEVER_READ = {"go-v2-2026.imds.advisory.1.0", "go-v2-2026.imds.advisory.2.1"}


def changed(value: float) -> list[float]:
    """The constant changed: integers by 1, all others by a tenth; nothing at all becomes a second."""
    if isinstance(value, int):
        return [value - 1, value + 1]
    return [value * 1.1, value * 0.9] if value else [1.0]


def constants(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every number within a preset or a fact, as its path and the whole with that number changed."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.init:
                for where, other in constants(getattr(value, field.name), f"{path}.{field.name}"):
                    yield where, replace(value, **{field.name: other})
    elif isinstance(value, tuple):
        for n, item in enumerate(value):
            for where, other in constants(item, f"{path}.{n}"):
                yield where, (*value[:n], other, *value[n + 1 :])
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        yield from ((path, other) for other in changed(value))


def _is_used(path: str, sdk: Sdk) -> bool:
    """Whether the preset's rule reads it: jitter that there is none of has no end, a share of life comes first."""
    place, name = path.rsplit(".", maxsplit=2)[-2:]
    if place in ("imds_retry", "container_retry"):
        return name == "attempts" or _pauses_by(name, getattr(sdk, place))
    rule = (sdk.container or sdk.sts) if ".container." in path else sdk.imds if ".imds." in path else sdk.sts
    unused = {
        "jitter_s": rule.jitter_s == 0,
        "jitter_until_s": rule.jitter_s == 0,
        "share_min_s": rule.share_of_life is None,
        "ended_left_s": rule.extend is not None,
    }
    covered = ".imds.advisory." in path and sdk.imds.share_of_life is not None
    return path not in _NEVER_READ and not covered and not unused.get(name, False)


def _pauses_by(name: str, rule: RetryRule) -> bool:
    """Whether a pause depends on a number of the rule: not on a base above the cap, and on none without a pause."""
    return rule.law != "none" and (name == "cap_s" or getattr(rule, name) < rule.cap_s)


@pytest.mark.parametrize("name", sorted(SDKS))
def test_a_preset_s_constant_turns_a_row_red(name: str) -> None:
    mutants = [(path, sdk) for path, sdk in constants(SDKS[name], name) if _is_used(path, SDKS[name])]
    assert len(mutants) >= 20
    assert not _red(rows_of(SDKS[name]))
    assert not [path for path, sdk in mutants if not _red(rows_of(sdk))]


def _red(rows: Sequence[Row | SimpleNamespace]) -> bool:
    return any(row.verdict == "failed" for row in rows)


# --- The shelf -----------------------------------------------------------------------------------------------------


_FOR_READERS = {"used.py", "session_lengths.py"}
"""Tables that are printed and computed with nowhere."""

_NOT_COMPUTED_WITH = {"sdk_java.imds_failure_pause_s.0"}
"""The shortest of pauses that double: the preset's range begins at nothing."""


def _used_facts() -> list[str]:
    """Facts that presets, issuers and the rest of the simulator compute with, by name."""
    files = [path for path in _SIM.rglob("*.py") if path.parent.name != "verify" and path.name not in _FOR_READERS]
    names = {name for path in files for name in _attributes(path)}
    return sorted(name for name in names & set(FACTS) if next(iter(constants(FACTS[name].value, name)), None))


def _attributes(path: Path) -> Iterator[str]:
    """What a file takes from the shelf, as names of facts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "sim.aws"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
            yield f"{imported[node.value.id]}.{node.attr.lower()}"


_COMPILED = tuple(
    ".".join(path.relative_to(_SIM.parent).with_suffix("").parts)
    for path in _SIM.rglob("*.py")
    if "njit" in path.read_text(encoding="utf-8")
)
"""Modules that numba has compiled: they know no fact, and compiling them again would take seconds."""


@contextmanager
def _fresh(keep: tuple[str, ...]) -> Iterator[None]:
    """The simulator's modules are imported anew while the block runs, so that all they compute is computed again."""
    before = {name: module for name, module in sys.modules.items() if name.startswith("sim.")}
    for name in before:
        if name not in keep:
            _forget(name)
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.startswith("sim.")]:
            _forget(name)
        sys.modules.update(before)
        for name, module in before.items():
            parent, _, child = name.rpartition(".")
            setattr(sys.modules[parent], child, module)


def _forget(name: str) -> None:
    """As if the module had never been imported."""
    module, (parent, _, child) = sys.modules.pop(name), name.rpartition(".")
    if getattr(sys.modules.get(parent), child, None) is module:
        delattr(sys.modules[parent], child)


def _rows_with(mutants: dict[str, Any], module: str, function: str) -> list[SimpleNamespace]:
    """The rows of a group when some facts say something else, from a process of its own.

    A module that is imported anew has other classes than those which are known already: no trace of it may stay here.
    """
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        return pool.submit(_rows_here, mutants, module, function).result()


def _rows_here(mutants: dict[str, Any], module: str, function: str) -> list[SimpleNamespace]:
    with _fresh(_COMPILED):
        facts = importlib.import_module("sim.aws").FACTS
        for path, value in mutants.items():
            fact = facts[".".join(path.split(".")[:2])]
            object.__setattr__(fact, "value", _put(fact.value, path.split(".")[2:], value))
        _forget("sim.aws.sts_operations")  # it has computed its table already
        rows: list[Row] = getattr(importlib.import_module(module), function)()
        return [SimpleNamespace(quantity=row.quantity, verdict=row.verdict) for row in rows]


def _put(before: Any, place: list[str], whole: Any) -> Any:
    """The value with one place changed: several places of a tuple may be changed one after the other."""
    if not place:
        return whole
    n = int(place[0])
    return (*before[:n], whole[n], *before[n + 1 :])


def _told_by(names: list[str], module: str, function: str) -> dict[str, bool]:
    """Whether a row of the group turns red for each of these constants, and for no other one of them.

    Computing all of it anew for one constant after the other would take minutes. So constants are changed in
    batches: number n belongs to the batches of its binary digits, and a row that is red in just these batches is red
    because of it.
    """
    green = frozenset(row.quantity for row in _rows_with({}, module, function) if row.verdict == "failed")
    assert not green
    digits = max(len(names) - 1, 1).bit_length()
    batches = [(digit, bit) for digit in range(digits) for bit in (0, 1)]
    red: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for digit, bit in batches:
        batch = {name: _MUTANTS[name] for n, name in enumerate(names) if (n >> digit) & 1 == bit}
        for row in _rows_with(batch, module, function):
            if row.verdict == "failed":
                red[row.quantity].add((digit, bit))
    return {
        name: {(digit, (n >> digit) & 1) for digit in range(digits)} in red.values() for n, name in enumerate(names)
    }


_MUTANTS = {path: other for name in _used_facts() for path, other in constants(FACTS[name].value, name)}
"""Numbers of the shelf that are computed with, changed, by fact and place in it."""
_PRESETS = ("sim.verify.preset_rows", "preset_rows")
_DEFAULTS = ("sim.verify.default_rows", "default_rows")


def _of_sdks(path: str) -> bool:
    return path.startswith(("sdk_", "retries.")) and path not in {
        "sdk_botocore.api_timeout_s",
        "sdk_botocore.container_timeout_s",
        "sdk_botocore.imds_timeout_s",
        "sdk_botocore.sso_token_advisory_s",
    }


def test_a_fact_that_presets_are_made_of_turns_a_row_red() -> None:
    paths = [path for path in sorted(_MUTANTS) if _of_sdks(path) and path not in _NOT_COMPUTED_WITH]
    assert len(paths) > 40
    assert not _red(_rows_with({}, *_PRESETS))
    assert not [path for path in paths if not _red(_rows_with({path: _MUTANTS[path]}, *_PRESETS))]


def test_a_fact_that_issuers_and_rules_are_made_of_turns_a_row_red() -> None:
    paths = [path for path in sorted(_MUTANTS) if not _of_sdks(path)]
    assert len(paths) > 30
    assert not [path for path, told in _told_by(paths, *_DEFAULTS).items() if not told]


def test_a_change_would_be_seen_by_the_other_modules_only() -> None:
    """Importing anew leaves no trace."""
    before = FACTS["sts.quota_rps"]
    _rows_with({"sts.quota_rps": 601}, *_DEFAULTS)
    assert (importlib.import_module("sim.aws").FACTS["sts.quota_rps"], before.value) == (before, 600)
    assert isinstance(before, Fact)


# --- The real SDKs -------------------------------------------------------------------------------------------------


@cache
def _evidence() -> list[tuple[Case, Trace]]:
    """Cases and what the real botocore did in them."""
    day = tuple(60.0 * minute for minute in range(180))
    outage = Case("", "sts", (day,), failing=((2700.0, 3900.0),))
    cases = [on_this_host(case) for case in (*dense_cases(), outage)]
    return list(zip(cases, botocore_rows.real_traces(cases), strict=True))


@contextmanager
def _instead(sdk: Sdk) -> Iterator[None]:
    before = SDKS[sdk.name]
    SDKS[sdk.name] = sdk
    try:
        yield
    finally:
        SDKS[sdk.name] = before


def _mutants(preset: str, provider: str, *names: str) -> dict[str, list[Sdk]]:
    """Presets with one constant changed, up or down, by the constant's path."""
    sdk, found = SDKS[preset], defaultdict(list)
    for path, rule in constants(getattr(sdk, provider), f"{preset}.{provider}"):
        if path.removeprefix(f"{preset}.{provider}.").split(".")[0] in names and "success_return" not in path:
            found[path].append(replace(sdk, **{provider: rule}))
    return found


_WINDOWS = {
    **_mutants("botocore-1.44", "container_retry", "attempts", "transient_base_s"),
    **_mutants("botocore-1.44", "sts", "advisory", "mandatory_s"),
    **_mutants("botocore-1.44", "imds", "advisory", "mandatory_s", "extend"),
    **_mutants("aws-cli-v2", "sts", "advisory", "mandatory_s"),
}


@pytest.mark.parametrize("path", _WINDOWS)
def test_the_real_botocore_tells_a_changed_window(path: str) -> None:
    kinds = {".imds": "imds", "cli": "file", ".container_retry": "container"}
    provider = next((kind for word, kind in kinds.items() if word in path), "sts")
    told = False
    for sdk in _WINDOWS[path]:
        with _instead(sdk):
            told = told or any(play(case) != real for case, real in _evidence() if case.provider == provider)
    assert told


@cache
def _tokens() -> list[tuple[dict[str, Any], Trace]]:
    return list(zip(sso_rows.CASES, sso_rows.real_traces(), strict=True))


@pytest.mark.parametrize("name", ["SSO_TOKEN_ADVISORY_S", "SSO_TOKEN_ATTEMPT_EVERY_S"])
def test_the_real_access_tokens_tell_a_changed_fact(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(sso_rows.ours(case) == real for case, real in _tokens())
    fact = getattr(sso_rows.facts, name)
    for other in changed(fact.value):
        monkeypatch.setattr(sso_rows.facts, name, replace(fact, value=other))
        assert any(sso_rows.ours(case) != real for case, real in _tokens())


@cache
def _portal() -> list[tuple[dict[str, Any], portal_rows.Told]]:
    """Dense calls, without and with an outage at the renewal."""
    calls = [float(at) for at in range(0, 6000, 10)]
    plain = [{**case, "calls": calls} for case in portal_rows.CASES if case["life_s"] == 3600 and case["gap_s"] == 20]
    cases = [*plain, *({**case, "failing": [[2600.0, 3300.0]]} for case in plain)]
    return list(zip(cases, portal_rows.real("sim.verify.portal_clock:play", cases), strict=True))


@pytest.mark.parametrize("path", [path for path in _WINDOWS if ".sts" in path])
def test_the_real_role_credentials_of_the_portal_tell_a_changed_window(path: str) -> None:
    kind = "commands" if "cli" in path else "process"
    cases = [(case, real) for case, real in _portal() if case["kind"] == kind]
    assert all(portal_rows.ours(case) == real for case, real in cases)
    told = False
    for sdk in _WINDOWS[path]:
        with _instead(sdk):
            told = told or any(portal_rows.ours(case) != real for case, real in cases)
    assert told


@cache
def _providers() -> list[tuple[dict[str, Any], portal_rows.Told]]:
    """A tool and a pod that meet outages, and `aws login` in a process."""
    cases = [case for case in provider_rows.CASES if case["keeps"] and (case["failing"] or case["provider"] == "login")]
    return list(zip(cases, portal_rows.real("sim.verify.provider_clock:play", cases), strict=True))


@pytest.mark.parametrize("path", [path for path in _WINDOWS if path.startswith("botocore-1.44.sts")])
@pytest.mark.parametrize("provider", ["tool", "pod", "chain"])
def test_the_real_providers_tell_a_changed_window(provider: str, path: str) -> None:
    cases = [(case, real) for case, real in _providers() if case["provider"] == provider]
    assert all(provider_rows.ours(case) == real for case, real in cases)
    told = False
    for sdk in _WINDOWS[path]:
        with _instead(sdk):
            told = told or any(provider_rows.ours(case) != real for case, real in cases)
    assert told


@pytest.mark.parametrize("threshold_s", [299.0, 301.0])
def test_the_real_aws_login_tells_a_changed_threshold(threshold_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    ((case, real),) = [(case, real) for case, real in _providers() if case["provider"] == "login"]
    changed_rule = replace(chains._LOGIN, advisory=((math.inf, threshold_s),), mandatory_s=threshold_s)
    monkeypatch.setattr(chains, "_LOGIN", changed_rule)
    assert provider_rows.ours(case) != real


@cache
def _attempts() -> list[tuple[RetryCase, list[list[float]]]]:
    cases = [
        *random_retry_cases(retry_rows.SEED, {"legacy": (5, 8), "standard": (3, 8)}, 3),
        *random_retry_cases(retry_rows.SEED, {"standard": (3, 8), "adaptive": (3, 8)}, 30, keeps=True),
    ]
    return list(zip(cases, retry_rows.real_attempts(cases), strict=True))


_RETRIES = {
    **_mutants("botocore-1.24", "retry", "attempts", "throttle_base_s", "transient_base_s"),
    **_mutants("botocore-1.44", "retry", "attempts", "throttle_base_s", "transient_base_s", "cap_s", "quota"),
}


@pytest.mark.parametrize("path", _RETRIES)
def test_the_real_retry_layer_tells_a_changed_constant(path: str) -> None:
    mode = "legacy" if "1.24" in path else "standard"
    told = False
    for sdk in _RETRIES[path]:
        with _instead(sdk):
            told = told or _red([_compared(case, real) for case, real in _attempts() if case.mode == mode])
    assert told


def test_the_real_rate_limiter_tells_a_changed_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    adaptive = [(case, real) for case, real in _attempts() if case.mode == "adaptive"]
    assert not _red([_compared(case, real) for case, real in adaptive])
    mutants = list(constants(ADAPTIVE_LIMIT, "adaptive"))
    assert len(mutants) == 14
    for path, limit in mutants:
        monkeypatch.setattr(api_client, "ADAPTIVE_LIMIT", limit)
        assert _red([_compared(case, real) for case, real in adaptive]), path


def _compared(case: RetryCase, real: list[list[float]]) -> Row:
    return retry_rows.compare("", case, real, retry_rows.ours(case))


def test_the_recorded_retries_of_1_40_tell_a_changed_constant() -> None:
    assert not _red(retry_rows.old_rows())
    mutants = _mutants("aws-cli-v2", "retry", "attempts", "throttle_base_s", "transient_base_s", "cap_s", "quota")
    assert len(mutants) >= 4
    for path, sdks in mutants.items():
        told = False
        for sdk in sdks:
            with _instead(sdk):
                told = told or _red(retry_rows.old_rows())
        assert told, path


_JS = {
    **_mutants("js-v3", "sts", "advisory"),
    **_mutants("js-v3", "imds", "advisory"),
    **_mutants("js-v3-explicit", "sts", "advisory"),
}


@pytest.mark.parametrize("path", _JS)
def test_the_recorded_javascript_sdk_tells_a_changed_window(path: str) -> None:
    preset, provider = path.split(".")[:2]
    kinds = {kind for kind, (name, way, _) in js_rows.KINDS.items() if (name, way) == (preset, provider)}
    cases = [case for case in js_rows.CASES if case["kind"] in kinds]
    told = False
    for sdk in _JS[path]:
        with _instead(sdk):
            told = told or any(js_rows.rule_trace(case) != js_rows.expected(case) for case in cases)
    assert told
