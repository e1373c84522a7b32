"""EC2: the instance metadata service (IMDS), instance-profile credentials, EC2's own request buckets."""

from __future__ import annotations

from sim.aws.fact import assumed, documented, measured, second_hand

_ROLES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html"
_IMDS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html"
_QUERY = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (Query throttling)"
_BUCKETS = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
_LINK_LOCAL = (
    "https://docs.aws.amazon.com/AmazonElastiCache/latest (third-party copy); of packets to the VPC's DNS alone: "
    "https://docs.aws.amazon.com/whitepapers/latest/hybrid-cloud-dns-options-for-vpc/constraints.html"
)
_SAMPLE = "copy of a Stack Overflow question of 2014 (xiaobeizi.cn/x/HzVgjQgg88)"
_USE = ("imds",)

CREDENTIAL_LIFE_S = documented(
    21600,
    "s",
    "https://repost.aws/knowledge-center/presigned-url-s3-bucket-expiration",
    "valid up to six hours; nobody can set it",
    uses=_USE,
)
CREDENTIAL_LIFE_OBSERVED_S = measured(
    (21799, 23700), "s", "nine grants in public CloudTrail data sets", "shortest, longest lifetime", uses=_USE
)
CREDENTIAL_LIFE_SAMPLE_S = second_hand(21949, "s", _SAMPLE, "6 h 05 min 49 s, LastUpdated to Expiration")
OFFERED_EVERY_S = second_hand(
    3600,
    "s",
    f"{_SAMPLE}; github.com/JuliaCloud/AWS.jl#57; github.com/mapbox/tilelive-s3#26",
    "a new set about hourly in two reports, only near the end in one; the documented bound alone would make "
    "botocore sign with expired credentials",
    span=(3600, 21300),
    uses=_USE,
)
OFFERED_BEFORE_END_S = documented(
    300, "s", _ROLES, "new credentials at least 5 min before the old ones expire", uses=_USE
)
EXPIRED_PER_CYCLE_S = measured(
    45,
    "s",
    "botocore 1.44.5 on a virtual clock",
    "signed with expired credentials per cycle if a new set came only 5 min before the end",
)
ROLE_SWAP_LAG_S = second_hand(3240, "s", "https://note.f5.pm/go-158160.html", "up to 54 min")
IMDS_TOKEN_MIN_S = documented(1, "s", _IMDS)
IMDS_TOKEN_MAX_S = documented(21600, "s", _IMDS, "SDKs ask for this", uses=_USE)
IMDS_HOP_LIMIT_DEFAULT = documented(1, "hops", _IMDS)
IMDS_HOP_LIMIT = documented((1, 64), "hops", "botocore 1.44.5: data/ec2 service-2.json HttpPutResponseHopLimit")
IMDS_RPS = assumed(
    100,
    "requests/s",
    "throttled per instance, no number published; derived from the packet limit, an exchange being several packets",
    source=_QUERY,
    span=(50, 200),
)
LINK_LOCAL_PPS = documented(
    1024, "packets/s", _LINK_LOCAL, "per network interface, shared by IMDS, DNS and NTP; excess is dropped silently"
)
DESCRIBE_BURST = documented(100, "requests", _BUCKETS, "DescribeHosts; AWS's own example of a token bucket")
DESCRIBE_RPS = documented(20, "requests/s", _BUCKETS, "DescribeHosts")
MUTATING_BURST = assumed(50, "requests", "remembered", source=_BUCKETS)
MUTATING_RPS = assumed(5, "requests/s", "remembered", source=_BUCKETS)
ROUTE53_RPS = second_hand(5, "requests/s", "third-party copy of the Route 53 guide", "older account figure")
IMDSV2_ENFORCED_SHARE = second_hand(
    0.49, "", "Datadog State of Cloud Security 2025 (third-party copy)", "of instances; 0.32 in 2024, 0.21 in 2023"
)
