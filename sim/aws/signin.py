"""AWS Sign-In: `aws login` tokens."""

from __future__ import annotations

from sim.aws.fact import documented

_MODEL = "botocore 1.44.5: data/signin service-2.json"

LOGIN_TOKEN_MAX_S = documented(900, "s", f"{_MODEL} CreateOAuth2TokenResponseBody.expiresIn", "at most")
REFRESH_THRESHOLD_S = documented(
    300,
    "s",
    "botocore 1.44.5: credentials.py LoginCredentialFetcher._REFRESH_THRESHOLD; the AWS CLI 2.36.7 and JS v3 the same",
    "a set with at most this life left is renewed",
    read="2026-11-28",
)
BEARER_TOKEN_DEFAULT_S = documented(43200, "s", f"{_MODEL} CreateBearerToken")
