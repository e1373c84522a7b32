"""Small scenarios of programs that react, build providers, and share caches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["program_zoo"]

_BUSY = {"kind": "poisson", "rps": 0.1}
_FAULTS = [
    {"at_s": 300, "outage": "sts", "for_s": 200},
    {"at_s": 700, "restart": "fleet", "ramp_s": 60},
    {"at_s": 900, "policy": "role/app", "deny": ["s3:GetObject"], "for_s": 100},
]
_JITTER = {"full_jitter": {"base_s": 2, "cap_s": 30}}
_REACTIONS: dict[str, dict[str, Any]] = {
    "stop": {"AccessDenied": "stop"},
    "again": {
        "sts.ServiceUnavailable": {
            "again_after": {"full_jitter": {"base_s": 2, "cap_s": 30}},
            "times": 4,
            "then": "stop",
        },
        "AccessDenied": {"again_after": {"fixed_s": 7}},
    },
    "restart": {"AccessDenied": {"restart_after": {"exponential": {"base_s": 3}}}, "RefreshFailed": "restart"},
    "refresh": {"AccessDenied": "refresh", "ExpiredToken": "refresh"},
    "continue": {"RefreshFailed": {"again_after": {"fixed_s": 5}, "times": 2, "then": "continue"}},
}
_PROVIDERS: dict[str, Any] = {"call": "call", "calls": {"calls": 7}, "time": {"every_s": {"exponential": {"mean": 60}}}}


def program_zoo(
    document: Callable[..., dict[str, Any]], fleet: Callable[..., dict[str, Any]], chains: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Every reaction, every way of building providers and every scope of a cache, with faults on the way."""
    own = [{**chains["chained"][0], "session_s": 960, "retry": {"attempts": 1}}]
    blocks = {"horizon_s": 1200.0, "timeline": _FAULTS}

    def made(step: dict[str, Any], **more: Any) -> dict[str, Any]:
        words = {"threads": 2, "per_host": 2, "count": 3, **more}
        credentials = {**chains, "own": [{**own[0], **step}]}
        return document({"fleet": fleet("own", _BUSY, **words)}, credentials=credentials, **blocks)

    found = {f"error-{name}": made({}, on_error=words) for name, words in _REACTIONS.items()}
    found["error-threads"] = made({"cache": "thread"}, on_error=_REACTIONS["restart"])
    found |= {f"provider-{name}": made({}, new_provider_per=words) for name, words in _PROVIDERS.items()}
    both = {"new_provider_per": "call", "on_error": _REACTIONS["again"]}
    found["provider-call-error"] = made({"negative_cache_s": 20}, **both)
    found |= {f"cache-{scope}": made({"cache": scope}) for scope in ("none", "host", "file")}
    found["cache-process-races"] = made({"single_flight": False}, threads=3)
    found["cache-host-races"] = made({"cache": "host", "single_flight": False})
    cold = {"start": {"at_s": 0}, "new_provider_per": "call"}
    found["cache-host-call"] = made({"cache": "host", "negative_cache_s": 30}, **cold)
    found["cache-none-work"] = made(
        {"cache": "none"}, work={"calls": 50, "within_s": 800}, start={"at_s": 0}, threads=1
    )
    work = {"work": {"calls": 60, "within_s": 1100}, "start": {"at_s": 0, "spread_s": 20}, "count": 2}
    for name in ("again", "continue", "refresh"):
        found[f"work-error-{name}"] = made({}, on_error=_REACTIONS[name], **work)
    found["work-error-threads"] = made({"cache": "thread"}, on_error=_REACTIONS["restart"], **work)
    found["work-provider-calls"] = made({}, new_provider_per=_PROVIDERS["calls"], **work)
    found["work-call-error"] = made({"negative_cache_s": 20}, **both, **work)
    found["calls-arrive-late"] = made({}, arrives_after_s=240.0, threads=1)
    found["work-arrives-late"] = made({}, arrives_after_s=120.0, **work)
    found["work-running"] = made({}, new_provider_per={"every_s": 90}, work=work["work"])
    return found
