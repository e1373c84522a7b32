"""Long-term keys: published ages, rotation policies, habits of organisations."""

from __future__ import annotations

from sim.aws.fact import assumed, documented, second_hand

_DATADOG = "Datadog, State of Cloud Security 2025 (third-party copy)"
_KEY = ("access_key",)

OLDER_THAN_1_YEAR_SHARE = second_hand(
    0.59, "", _DATADOG, "of IAM users with an active key, by the oldest one; 0.60 in 2024", uses=_KEY
)
OLDER_THAN_3_YEARS_SHARE = second_hand(0.25, "", _DATADOG, "of keys; 0.21 a year before", uses=_KEY)
OLDER_THAN_5_YEARS_SHARE = second_hand(0.10, "", _DATADOG, "of keys; 0.08 a year before", uses=_KEY)
AGE_MEAN_YEARS = assumed(
    2.1,
    "years",
    "mean of the exponential law close to the published shares",
    source=f"derived from {_DATADOG}",
    span=(1.8, 2.4),
    uses=_KEY,
)
AGE_WEIBULL_SHAPE = assumed(
    0.88, "", "Weibull through P(>1 y) and P(>3 y)", source=f"derived from {_DATADOG}", span=(0.8, 1.0)
)
AGE_WEIBULL_SCALE_YEARS = assumed(
    2.07, "years", "Weibull through P(>1 y) and P(>3 y)", source=f"derived from {_DATADOG}", span=(1.9, 2.3)
)
CIS_ROTATION_DAYS = second_hand(
    90, "days", "CIS AWS Foundations v7.0.0 section 2.12 (tenable.com); v1.5 section 1.14 (hub.steampipe.io)", uses=_KEY
)
CIS_UNUSED_DAYS = second_hand(45, "days", "CIS AWS Foundations v7.0.0 section 2.11 (tenable.com)", "90 in v1.2")
ROTATIONS_IN_FLIGHT = documented(
    1,
    "rotations",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    "two keys at most, so one rotation at a time per user",
    uses=_KEY,
)
FEDERATED_CONSOLE_SHARE = second_hand(0.79, "", _DATADOG, "of organisations")
SOME_IAM_USERS_SHARE = second_hand(0.39, "", _DATADOG, "of organisations")
EC2_OVER_PRIVILEGED_SHARE = second_hand(0.194, "", _DATADOG, "of instances; below 0.004 administrators")
