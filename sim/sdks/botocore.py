"""botocore generations."""

from __future__ import annotations

import math

from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.sdks.base import Sdk

__all__ = ["BOTOCORE_1_44"]

_WINDOWS = Refresh(advisory=((math.inf, 900.0),), mandatory_s=600.0, strict=True)

BOTOCORE_1_44 = Sdk(
    name="botocore-1.44",
    title="botocore 1.44",
    source="botocore 1.44.5: credentials.py, retries/standard.py, utils.py",
    sts=_WINDOWS,
    imds=_WINDOWS,
    retry=RetryRule(attempts=3, law="full_jitter", throttle_base_s=1.0, transient_base_s=0.05, cap_s=20.0),
)
