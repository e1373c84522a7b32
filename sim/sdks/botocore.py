"""botocore generations and the AWS CLI built on it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.aws import retries
from sim.aws import sdk_botocore as facts
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule
from sim.sdks.base import Sdk
from sim.sdks.shared import STANDARD_2026, by_lifetime

__all__ = ["AWS_CLI_V2", "BOTOCORE_1_24", "BOTOCORE_1_44", "BOTOCORE_2026"]

_STS: Final = Refresh(
    advisory=((math.inf, float(facts.ADVISORY_S.value)),), mandatory_s=float(facts.MANDATORY_S.value), strict=True
)

# An instance metadata service that does not answer yields an empty result, and botocore raises on it even in
# the advisory window (utils.py InstanceMetadataFetcher, credentials.py _set_from_data): no grace, hence equal windows.
_IMDS: Final = replace(_STS, mandatory_s=float(facts.ADVISORY_S.value))

_EXTENSION: Final = (
    facts.IMDS_EXTENSION_WINDOW_S.value + facts.IMDS_EXTENSION_JITTER_S.value[0],
    facts.IMDS_EXTENSION_WINDOW_S.value + facts.IMDS_EXTENSION_JITTER_S.value[1],
)

BOTOCORE_1_44: Final = Sdk(
    name="botocore-1.44",
    title="botocore 1.44",
    source="botocore 1.44.5: credentials.py, retries/standard.py, utils.py",
    sts=_STS,
    imds=replace(_IMDS, extend=_EXTENSION, extend_when="short"),
    retry=STANDARD_2026,
)

BOTOCORE_1_24: Final = Sdk(
    name="botocore-1.24",
    title="botocore before 1.25",
    source="botocore 1.24: expiry rewriting came later (github.com/boto/botocore#2664); retries: data/_retry.json",
    sts=_STS,
    imds=_IMDS,
    retry=RetryRule(
        attempts=retries.LEGACY_ATTEMPTS.value,
        law="full_jitter",
        throttle_base_s=float(retries.LEGACY_BASE_S.value),
        transient_base_s=float(retries.LEGACY_BASE_S.value),
        cap_s=math.inf,
    ),
)

_BRANCH: Final = replace(
    by_lifetime(facts.BRANCH_ADVISORY_S, facts.BRANCH_MANDATORY_S, facts.BRANCH_AGAIN_AFTER_S), strict=True
)

BOTOCORE_2026: Final = Sdk(
    name="botocore-2026",
    title="botocore, unreleased branch feature/credential-refresh",
    source=facts.BRANCH_ADVISORY_S.source,
    sts=_BRANCH,
    imds=_BRANCH,
    retry=STANDARD_2026,
)

# Every command is a process of its own: it finds the file cache or fetches before it can sign anything.
_FILE_CACHE: Final = Refresh(
    advisory=((math.inf, float(facts.CACHE_WINDOW_S.value)),),
    mandatory_s=float(facts.CACHE_WINDOW_S.value),
    strict=True,
)

AWS_CLI_V2: Final = Sdk(
    name="aws-cli-v2",
    title="AWS CLI v2 (role credentials in a file)",
    source="botocore 1.44.5: credentials.py CachedCredentialFetcher (the CLI v2's own copy was not read)",
    sts=_FILE_CACHE,
    imds=BOTOCORE_1_44.imds,
    retry=RetryRule(
        attempts=retries.ATTEMPTS.value,
        law="full_jitter",
        throttle_base_s=float(retries.OLD_BASE_S.value),
        transient_base_s=float(retries.OLD_BASE_S.value),
        cap_s=float(retries.CAP_S.value),
    ),
)
