"""An SDK preset in the words in which a scenario changes it: `sdk: {preset: NAME, sts: {...}, retry: {...}}`."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import asdict
from typing import Any, Final, get_args

from sim.aws import eks
from sim.chains.local_providers import rule_of
from sim.issuers.spec import PodIdentity
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
        "container": _told({} if sdk.container is None else _refresh(sdk.container)),
        "retry": _told(_retry(sdk.retry)),
        "default_session_s": sdk.default_session_s,
        "keeps_client": sdk.keeps_client,
        "resolves": sdk.resolves,
        "corrects_clock": sdk.clock is not None,
        "source": sdk.source,
    }


def beside_rows() -> list[dict[str, Any]]:
    """What runs beside the SDKs and renews for them, as rows: agents, and the kubelet with its tokens."""
    releases = get_args(PodIdentity.model_fields["agent"].annotation)
    return [*(_agent_row(release) for release in releases), _kubelet_row()]


def _agent_row(release: str) -> dict[str, Any]:
    words = {"kind": "pod_identity", "cluster": "any", "upstream": "any", "agent": release}
    rule = asdict(rule_of(PodIdentity.model_validate(words)))
    shown = {name: _finite(value) for name, value in rule.items() if _finite(value) is not None}
    key = eks.AGENT_CACHE_KEY if release == "0.1.37" else eks.AGENT_0_2_CACHE_KEY
    return {
        "name": f"eks-pod-identity-agent-{release}",
        "title": f'EKS Pod Identity agent {release} (issuers: {{kind: pod_identity, agent: "{release}"}})',
        "cache": _told(shown),
        "source": f"{key.source}; {eks.AGENT_SWEEP_S.source}",
    }


def _kubelet_row() -> dict[str, Any]:
    share, most = eks.KUBELET_REFRESH_SHARE, eks.KUBELET_REFRESH_MAX_S
    tokens = {"token_s": eks.PROJECTED_TOKEN_S.value, "token_renewed_at": share.value, "most_s": most.value}
    return {
        "name": "kubelet",
        "title": "kubelet, service-account tokens in pods (issuers: {kind: idp, token_s: ..., token_renewed_at: ...})",
        "tokens": _told(tokens),
        "source": share.source,
    }


def _refresh(rule: Refresh) -> dict[str, Any]:
    """The windows; what is at its default is left out."""
    found: dict[str, Any] = {}
    if len(rule.advisory) == 1:
        found["advisory_s"] = rule.advisory[0][1]
    else:
        found["advisory"] = [[_life(life), window] for life, window in rule.advisory]
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


def _life(longest_s: float) -> Any:
    """A lifetime as its source says it: up to so long, or below a whole number."""
    whole = math.ceil(longest_s) if math.isfinite(longest_s) else 0
    return f"below {whole}" if math.nextafter(whole, 0.0) == longest_s else _finite(longest_s)


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
