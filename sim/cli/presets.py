"""An SDK preset in the words in which a scenario changes it: `sdk: {preset: NAME, sts: {...}, retry: {...}}`."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.sdks import RETRY_MODES, Sdk

__all__ = ["sdk_row"]

_WINDOWS: Final = {field.name: field for field in dataclasses.fields(Refresh) if field.init}


def sdk_row(sdk: Sdk) -> dict[str, Any]:
    """A preset as a row: what stands in each block that a scenario may change, and the source."""
    return {
        "name": sdk.name,
        "title": sdk.title,
        "sts": _told(_refresh(sdk.sts)),
        "imds": _told(_refresh(sdk.imds)),
        "retry": _told(_retry(sdk.retry)),
        "default_session_s": sdk.default_session_s,
        "keeps_client": sdk.keeps_client,
        "source": sdk.source,
    }


def _refresh(rule: Refresh) -> dict[str, Any]:
    """The windows; what is at its default is left out."""
    found: dict[str, Any] = {}
    if len(rule.advisory) == 1:
        found["advisory_s"] = rule.advisory[0][1]
    else:
        found["advisory"] = [[_finite(life), window] for life, window in rule.advisory]
    for name, field in _WINDOWS.items():
        value = getattr(rule, name)
        if name == "mandatory_s" or (name != "advisory" and value != field.default):
            found[name] = _finite(value)
    return found


def _retry(rule: RetryRule) -> dict[str, Any]:
    mode = next((name for name, known in RETRY_MODES.items() if known == rule), None)
    found: dict[str, Any] = {"mode": mode} if mode is not None else {}
    found |= {"attempts": rule.attempts, "backoff": rule.law, "base_s": rule.transient_base_s}
    return found | {"throttle_base_s": rule.throttle_base_s, "cap_s": _finite(rule.cap_s)}


def _finite(value: Any) -> Any:
    """The value as YAML takes it: no limit is null."""
    if isinstance(value, tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and math.isinf(value) else value


def _told(words: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {_yaml(value)}" for key, value in words.items()) + "}"


def _yaml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_yaml(one) for one in value)}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)
