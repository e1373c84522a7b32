"""AWS Sign-In: `aws login` tokens."""

from __future__ import annotations

from sim.aws.fact import documented

_MODEL = "botocore 1.44.5: data/signin service-2.json"

LOGIN_TOKEN_MAX_S = documented(900, "s", f"{_MODEL} CreateOAuth2TokenResponseBody.expiresIn", "at most")
BEARER_TOKEN_DEFAULT_S = documented(43200, "s", f"{_MODEL} CreateBearerToken")
