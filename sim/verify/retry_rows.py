"""Rows against the retry layer of the real botocore: every attempt's instant, given the same uniform draws."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sim.policies.retry import RetryRule
from sim.sdks import RETRY_MODES, SDKS
from sim.verify.botocore_rows import installed
from sim.verify.guard import run_sealed
from sim.verify.retry_cases import Mode, RetryCase, model, random_retry_cases
from sim.verify.rows import Row, exact, skipped

__all__ = ["OLD_CASES", "SEED", "compare", "old_rows", "ours", "real_attempts", "retry_rows", "rule_of"]

SEED: Final = 20_261_128
_CALLS: Final = 6
_SOURCE: Final = "botocore's retries, the real ones"
_OLD_SOURCE: Final = "botocore 1.40.0's retries, recorded"
_TOLERANCE_S: Final = 1e-9
_KEPT_CALLS: Final = 30
_MODES: Final[dict[Mode, tuple[int, ...]]] = {"legacy": (5, 8), "standard": (3, 8), "adaptive": (3,)}
_KEPT: Final[dict[Mode, tuple[int, ...]]] = {"standard": (3, 8), "adaptive": (3, 8)}
_PRESETS: Final[dict[Mode, str]] = {"legacy": "botocore-1.24", "standard": "botocore-1.44"}

OLD_CASES: Final = [
    *random_retry_cases(SEED, {"standard": (3, 8)}, _CALLS),
    *random_retry_cases(SEED, {"standard": (8,)}, 20, keeps=True),
    *random_retry_cases(SEED + 1, {"standard": (2, 5)}, _CALLS),
    *random_retry_cases(SEED + 1, {"standard": (3, 5)}, 60, keeps=True),
]
"""Cases that botocore 1.40.0 played, before the standard mode changed; `retry_traces.json` holds its attempts."""


def rule_of(mode: Mode, attempts: int) -> RetryRule:
    """The preset's rule for a mode, with another number of attempts: that is a setting of every SDK."""
    rule = RETRY_MODES["adaptive"] if mode == "adaptive" else SDKS[_PRESETS[mode]].retry
    return rule if attempts == _SHIPPED[mode] else replace(rule, attempts=attempts)


_SHIPPED: Final[dict[Mode, int]] = {"legacy": 5, "standard": 3, "adaptive": 3}
"""Attempts that botocore makes unless told otherwise: these cases take the number from the preset."""


def real_attempts(cases: Sequence[RetryCase]) -> list[list[list[float]]]:
    """What the real SDK does in each case, in a sealed process."""
    told: list[list[list[float]]] = run_sealed("sim.verify.retry_clock:play", [case.plain() for case in cases])
    return told


def compare(source: str, case: RetryCase, real: list[list[float]], ours: list[list[float]]) -> Row:
    """A row that passes if every call has as many attempts, and each is at the same instant."""
    row = exact(source, f"{case.title}: attempts by call", [len(made) for made in real], [len(made) for made in ours])
    if row.verdict == "failed":
        return row
    apart = max(abs(a - b) for one, other in zip(real, ours, strict=True) for a, b in zip(one, other, strict=True))
    if apart <= _TOLERANCE_S:
        return row
    return replace(row, verdict="failed", note=f"the same attempts, but one of them {apart:,.3g} s apart")


def retry_rows() -> list[Row]:
    """Rows of scripted answers: three modes, 3, 5 and 8 attempts, clients that are kept or not."""
    cases = [*random_retry_cases(SEED, _MODES, _CALLS), *random_retry_cases(SEED, _KEPT, _KEPT_CALLS, keeps=True)]
    if not installed():
        return skipped([(_SOURCE, f"{case.title}: attempts by call") for case in cases], "botocore is not installed")
    pairs = zip(cases, real_attempts(cases), strict=True)
    return [compare(_SOURCE, case, real, ours(case)) for case, real in pairs]


def ours(case: RetryCase) -> list[list[float]]:
    """Our attempts: those of the preset that has the case's mode."""
    rule = rule_of(case.mode, case.attempts)
    return model(rule, case)


def old_rows() -> list[Row]:
    """Rows of the standard mode before 2026, which the AWS CLI is taken to have: recorded, so nothing is needed."""
    text = Path(__file__).with_name("retry_traces.json").read_text(encoding="utf-8")
    recorded: list[Any] = json.loads(text)["attempts"]
    rule = SDKS["aws-cli-v2"].retry
    return [_old(rule, case, real) for case, real in zip(OLD_CASES, recorded, strict=True)]


def _old(rule: RetryRule, case: RetryCase, real: list[list[float]]) -> Row:
    mine = rule if case.attempts == _SHIPPED["standard"] else replace(rule, attempts=case.attempts)
    return compare(_OLD_SOURCE, case, real, model(mine, case))
