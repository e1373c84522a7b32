"""Facts that AWS ships as data: its own service models inside botocore, and botocore's constants, read here."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore import configprovider, credentials, tokens, utils

from sim.aws import FACTS

_DATA = Path(botocore.__file__).parent / "data"


@cache
def _shapes(service: str) -> dict[str, Any]:
    newest = max((_DATA / service).glob("*/service-2.json.gz"))
    shapes: dict[str, Any] = json.loads(gzip.decompress(newest.read_bytes()))["shapes"]
    return shapes


_BOUNDS = {
    ("sts", "durationSecondsType"): ("sts.get_session_token_min_s", "sts.get_session_token_max_s"),
    ("sts", "roleDurationSecondsType"): ("sts.assume_role_min_s", "sts.assume_role_max_s"),
    ("sts", "RootDurationSecondsType"): ("sts.assume_root_min_s", "sts.assume_root_max_s"),
    ("sts", "webIdentityTokenDurationSecondsType"): (
        "sts.get_web_identity_token_min_s",
        "sts.get_web_identity_token_max_s",
    ),
    ("iam", "roleMaxSessionDurationType"): ("iam.role_max_session_min_s", "iam.role_max_session_max_s"),
}


@pytest.mark.parametrize("shape", _BOUNDS)
def test_lengths_that_a_model_bounds(shape: tuple[str, str]) -> None:
    service, name = shape
    low, high = _BOUNDS[shape]
    model = _shapes(service)[name]
    assert (FACTS[low].value, FACTS[high].value) == (model["min"], model["max"])


_SPANS = {
    "sts.role_session_name_chars": ("sts", "roleSessionNameType"),
    "sts.external_id_chars": ("sts", "externalIdType"),
    "iam.password_max_age_days": ("iam", "maxPasswordAgeType"),
    "iam.password_reuse_prevention": ("iam", "passwordReusePreventionType"),
    "iam.password_length": ("iam", "minimumPasswordLengthType"),
    "signing.access_key_id_model_chars": ("iam", "accessKeyIdType"),
}


@pytest.mark.parametrize("name", _SPANS)
def test_spans_that_a_model_states(name: str) -> None:
    service, shape = _SPANS[name]
    model = _shapes(service)[shape]
    assert FACTS[name].value == (model["min"], model["max"])


_STATUS = {
    "signing.region_disabled_http": ("sts", "RegionDisabledException"),
    "signing.invalid_identity_token_http": ("sts", "InvalidIdentityTokenException"),
    "signing.idp_rejected_claim_http": ("sts", "IDPRejectedClaimException"),
    "signing.idp_communication_error_http": ("sts", "IDPCommunicationErrorException"),
    "iam.third_key_http": ("iam", "LimitExceededException"),
    "signing.eks_auth_throttling_http": ("eks-auth", "ThrottlingException"),
    "signing.eks_auth_expired_token_http": ("eks-auth", "ExpiredTokenException"),
    "signing.eks_auth_access_denied_http": ("eks-auth", "AccessDeniedException"),
    "signing.eks_auth_unavailable_http": ("eks-auth", "ServiceUnavailableException"),
}


@pytest.mark.parametrize("name", _STATUS)
def test_statuses_that_a_model_states(name: str) -> None:
    service, shape = _STATUS[name]
    model = _shapes(service)[shape]
    assert FACTS[name].value == model["error"]["httpStatusCode"]


def test_windows_of_botocore() -> None:
    refreshable = credentials.RefreshableCredentials
    assert FACTS["sdk_botocore.advisory_s"].value == refreshable._advisory_refresh_timeout
    assert FACTS["sdk_botocore.mandatory_s"].value == refreshable._mandatory_refresh_timeout
    assert (
        FACTS["sdk_botocore.cache_window_s"].value == credentials.CachedCredentialFetcher.DEFAULT_EXPIRY_WINDOW_SECONDS
    )
    assert FACTS["sdk_botocore.sso_token_attempt_every_s"].value == tokens.DeferredRefreshableToken._attempt_timeout
    assert FACTS["sdk_botocore.container_timeout_s"].value == utils.ContainerMetadataFetcher.TIMEOUT_SECONDS
    assert FACTS["sdk_botocore.container_attempts"].value == utils.ContainerMetadataFetcher.RETRY_ATTEMPTS
    assert FACTS["sdk_botocore.container_sleep_s"].value == utils.ContainerMetadataFetcher.SLEEP_TIME
    assert str(FACTS["ec2.imds_token_max_s"].value) == utils.IMDSFetcher._TOKEN_TTL


def test_defaults_of_botocore() -> None:
    defaults = {name: row[2] for name, row in configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES.items()}
    assert FACTS["sdk_botocore.imds_timeout_s"].value == defaults["metadata_service_timeout"]
    assert FACTS["sdk_botocore.imds_attempts"].value == defaults["metadata_service_num_attempts"]
    assert FACTS["sts.endpoint_default"].value == defaults["sts_regional_endpoints"]
