"""CloudTrail: delivery of events, and a real log that the model is held against."""

from __future__ import annotations

from sim.aws.fact import assumed, documented, measured

_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging.html"
_LOG = "a public CloudTrail log: 86 gaps in 81 h of CloudTrail's own log-delivery role"

DELIVERY_MEAN_S = documented(
    300,
    "s",
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html",
    "average, not guaranteed",
)
DATA_EVENTS_EVERY_S = documented(300, "s", _S3)
MANAGEMENT_EVENTS_EVERY_S = documented(900, "s", _S3)
ERROR_MESSAGE_MAX_BYTES = documented(
    1024,
    "bytes",
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
)
DELIVERY_ROLE_SESSION_S = measured(3600, "s", _LOG, uses=("service",))
DELIVERY_ROLE_REFRESH_MEAN_S = measured(3390, "s", _LOG, "sd 54 s", uses=("service",))
DELIVERY_ROLE_REFRESH_S = measured((3304, 3525), "s", _LOG, "shortest, longest", uses=("service",))
DELIVERY_ROLE_REFRESH_SD_S = measured(54, "s", _LOG)
DELIVERY_ROLE_GAPS = measured(86, "gaps", _LOG, "in 81 h")
DELIVERY_ROLE_LOG_H = measured(81, "h", _LOG)
DELIVERY_ROLE_SDK = assumed(
    "java-v2-2025",
    "",
    "fitted: U(300, 120) s before the expiry has mean 3,390 s and sd 52 s; the longest gap is a late call",
    source=f"derived from {_LOG}",
    uses=("sdk:cloudtrail-delivery",),
)
DELIVERY_ROLE_CALL_GAP_S = assumed(
    3, "s", "fitted: mean time to the call that renews", span=(0, 20), source=f"derived from {_LOG}"
)
