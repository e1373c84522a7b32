"""AWS SDK for JavaScript v3."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.aws import sdk_js as facts
from sim.policies.clock import ClockRule
from sim.policies.refresh import Refresh
from sim.sdks.base import Sdk, fixed_pauses
from sim.sdks.retry_modes import STANDARD_2026

__all__ = ["JS_V3", "JS_V3_EXPLICIT"]

_WINDOW: Final = float(facts.WINDOW_S.value)
_SHORTEST, _LONGEST = facts.IMDS_EXTENSION_S.value

_CHAIN: Final = Refresh(advisory=((math.inf, _WINDOW),), mandatory_s=0.0, strict=True, background=True)
_EXPLICIT: Final = Refresh(advisory=((math.inf, _WINDOW),), mandatory_s=_WINDOW, strict=True)
_CLOCK: Final = ClockRule(float(facts.CLOCK_CORRECTION_S.value), heals=False)
_CONTAINER_RETRY: Final = fixed_pauses(1 + facts.CONTAINER_RETRIES.value, float(facts.CONTAINER_SLEEP_S.value))


def _static_stability(rule: Refresh) -> Refresh:
    """The rule for instance metadata: a failure extends the expiry; the next try is a window before that."""
    pause = (_SHORTEST - _WINDOW, _LONGEST - _WINDOW)
    return replace(rule, on_failed="serve", again_after=pause, extend=(_SHORTEST, _LONGEST - 1))


JS_V3: Final = Sdk(
    name="js-v3",
    title="AWS SDK for JavaScript v3, default chain",
    source="npm @aws-sdk/credential-provider-node 3.972.97: memoizeChain; @smithy/credential-provider-imds 4.5.2",
    sts=_CHAIN,
    imds=_static_stability(_CHAIN),
    retry=STANDARD_2026,
    keeps_client=facts.CLIENT_KEPT.value,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    imds_timeout_s=float(facts.IMDS_TIMEOUT_S.value),
    clock=_CLOCK,
)

JS_V3_EXPLICIT: Final = Sdk(
    name="js-v3-explicit",
    title="AWS SDK for JavaScript v3, explicit provider",
    source="npm @smithy/core 3.41.0: memoizeIdentityProvider; @smithy/credential-provider-imds 4.5.2",
    sts=_EXPLICIT,
    imds=_static_stability(_EXPLICIT),
    retry=STANDARD_2026,
    keeps_client=facts.CLIENT_KEPT.value,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    imds_timeout_s=float(facts.IMDS_TIMEOUT_S.value),
    clock=_CLOCK,
)
