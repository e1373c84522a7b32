"""IAM Roles Anywhere: sessions for certificates."""

from __future__ import annotations

from sim.aws.fact import documented

_MODEL = "botocore 1.44.5: data/rolesanywhere service-2.json CreateProfileRequest.durationSeconds"
_QUOTAS = "https://docs.amazonaws.cn/en_us/rolesanywhere/latest/userguide/quotas.html"

SESSION_MIN_S = documented(900, "s", _MODEL)
SESSION_DEFAULT_S = documented(3600, "s", _MODEL)
SESSION_MAX_S = documented(43200, "s", _MODEL)
CREATE_SESSION_RPS = documented(10, "requests/s", _QUOTAS, "per Region, raisable")
OTHER_RPS = documented(1, "requests/s", _QUOTAS)
