"""botocore generations and the AWS CLI built on it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.aws import sdk_botocore as facts
from sim.policies.refresh import Refresh
from sim.sdks.base import Sdk, fixed_pauses
from sim.sdks.retry_modes import LEGACY, STANDARD_2026, STANDARD_OLD
from sim.sdks.shared import by_lifetime, with_sts

__all__ = ["AWS_CLI_V1", "AWS_CLI_V2", "BOTOCORE_1_24", "BOTOCORE_1_44", "BOTOCORE_2026"]

# A set of the host's that has ended already raises, too: "Credentials were refreshed, but the refreshed credentials are
# still expired." (credentials.py _protected_refresh).
_ENDED_LEFT_S: Final = 0.0 if facts.ALREADY_EXPIRED.value == "failure" else None
_STS: Final = Refresh(
    advisory=((math.inf, float(facts.ADVISORY_S.value)),),
    mandatory_s=float(facts.MANDATORY_S.value),
    strict=True,
    ended_left_s=_ENDED_LEFT_S,
)

# An instance metadata service that does not answer yields an empty result, and botocore raises on it even in
# the advisory window (utils.py InstanceMetadataFetcher, credentials.py _set_from_data): no grace, hence equal windows.
_IMDS: Final = replace(_STS, mandatory_s=float(facts.ADVISORY_S.value))

_CONTAINER_RETRY: Final = fixed_pauses(
    facts.CONTAINER_ATTEMPTS.value, float(facts.CONTAINER_SLEEP_S.value), pauses_last=True
)
_IMDS_RETRY: Final = fixed_pauses(facts.IMDS_ATTEMPTS.value, 0.0)

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
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    imds_retry=_IMDS_RETRY,
    loads_first=facts.LOADS_FIRST.value,
)

BOTOCORE_1_24: Final = Sdk(
    name="botocore-1.24",
    title="botocore before 1.25",
    source="botocore 1.24: expiry rewriting came later (github.com/boto/botocore#2664); retries: data/_retry.json",
    sts=_STS,
    imds=_IMDS,
    retry=LEGACY,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    imds_retry=_IMDS_RETRY,
    loads_first=facts.LOADS_FIRST.value,
)

_BRANCH: Final = replace(
    by_lifetime(facts.BRANCH_ADVISORY_S, facts.BRANCH_MANDATORY_S, facts.BRANCH_AGAIN_AFTER_S), strict=True
)

BOTOCORE_2026: Final = Sdk(
    name="botocore-2026",
    title="botocore, unreleased branch feature/credential-refresh",
    source=facts.BRANCH_ADVISORY_S.source,
    sts=with_sts(_BRANCH, facts.BRANCH_NON_RECOVERABLE_S),
    imds=_BRANCH,
    container=_BRANCH,
    retry=STANDARD_2026,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    imds_retry=_IMDS_RETRY,
    loads_first=facts.LOADS_FIRST.value,
)

# Every command is a process of its own: it finds the file cache or fetches before it can sign anything.
_FILE_CACHE: Final = Refresh(
    advisory=((math.inf, float(facts.CACHE_WINDOW_S.value)),),
    mandatory_s=float(facts.CACHE_WINDOW_S.value),
    strict=True,
    ended_left_s=_ENDED_LEFT_S,
)

AWS_CLI_V1: Final = Sdk(
    name="aws-cli-v1",
    title="AWS CLI v1 (sessions of roles in a file)",
    source="awscli 1.46.3: customizations/assumerole.py CACHE_DIR; botocore/configprovider.py (its own 1.43.62)",
    sts=_FILE_CACHE,
    imds=BOTOCORE_1_44.imds,
    retry=LEGACY,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    imds_retry=_IMDS_RETRY,
    loads_first=facts.LOADS_FIRST.value,
)

AWS_CLI_V2: Final = Sdk(
    name="aws-cli-v2",
    title="AWS CLI v2 (sessions of roles, of Identity Center and of aws login in files)",
    source="github.com/aws/aws-cli@73fb33b (2.36.7): customizations/assumerole.py, sso; botocore/credentials.py",
    sts=_FILE_CACHE,
    imds=BOTOCORE_1_44.imds,
    retry=STANDARD_OLD,
    resolves=facts.RESOLVES.value,
    container_retry=_CONTAINER_RETRY,
    imds_retry=_IMDS_RETRY,
    loads_first=facts.LOADS_FIRST.value,
)
