"""What a service calls an error: the same refusal has another name in each family of services.

A verdict of the records is the name in services of the query protocol (STS, IAM, SQS): the class of the error.
"""

from __future__ import annotations

from typing import Final

from sim.aws.fact import Fact, assumed, documented, second_hand

__all__ = ["names_of"]

_ERRORS = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
_TROUBLE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html"
_EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorBestPractices.html"
_LOGS = "botocore 1.44.5: data/logs service-2.json UnrecognizedClientException"
_COMPATIBLE = "error table of an S3-compatible service (IBM Cloud Object Storage, 2018)"
_BOOK = "DynamoDB Applied Design Patterns (2014), chapter 6, Error handling"
_READ = "2026-11-28"

QUERY_SKEWED = documented("SignatureDoesNotMatch", "", _TROUBLE, "'Signature expired'; RequestExpired at some")
S3_UNKNOWN_KEY = second_hand("InvalidAccessKeyId", "", _COMPATIBLE, "an unknown or inactive key at S3", read=_READ)
S3_THROTTLED = documented("SlowDown", "", _S3, "with status 503", read=_READ)
JSON_UNKNOWN_KEY = documented(
    "UnrecognizedClientException", "", _LOGS, "an unknown or inactive key at JSON services", read=_READ
)
JSON_BAD_SIGNATURE = second_hand(
    "InvalidSignatureException", "", _BOOK, "that a wrong time has the same name is remembered", read=_READ
)
JSON_EXPIRED = documented("ExpiredTokenException", "", _ERRORS)
JSON_DENIED = documented("AccessDeniedException", "", _ERRORS)
JSON_THROTTLED = documented("ThrottlingException", "", _ERRORS)
EC2_UNKNOWN_KEY = assumed(
    "AuthFailure",
    "",
    "an unknown or inactive key; the page lists InvalidClientTokenId as well",
    source=_EC2,
    read=_READ,
)
EC2_DENIED = documented("UnauthorizedOperation", "", _EC2, "CloudTrail puts Client. before it", read=_READ)
EC2_EXPIRED = documented("RequestExpired", "", _EC2, "a session or a signature that is too old", read=_READ)
EC2_THROTTLED = documented(
    "RequestLimitExceeded", "", "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
)

_QUERY: Final = frozenset(
    {
        "autoscaling",
        "cloudformation",
        "cloudsearch",
        "cloudwatch",
        "elasticache",
        "elasticbeanstalk",
        "elasticloadbalancing",
        "iam",
        "importexport",
        "rds",
        "redshift",
        "sdb",
        "ses",
        "sns",
        "sqs",
        "sts",
    }
)
"""Services whose models have the query protocol, or keep its names (awsQueryCompatible): botocore 1.44.5, data."""
_FAMILIES: Final[dict[str, dict[str, Fact[str]]]] = {
    "query": {"RequestTimeTooSkewed": QUERY_SKEWED},
    "s3": {"InvalidClientTokenId": S3_UNKNOWN_KEY, "Throttling": S3_THROTTLED},
    "json": {
        "InvalidClientTokenId": JSON_UNKNOWN_KEY,
        "SignatureDoesNotMatch": JSON_BAD_SIGNATURE,
        "RequestTimeTooSkewed": JSON_BAD_SIGNATURE,
        "ExpiredToken": JSON_EXPIRED,
        "AccessDenied": JSON_DENIED,
        "Throttling": JSON_THROTTLED,
    },
    "ec2": {
        "InvalidClientTokenId": EC2_UNKNOWN_KEY,
        "SignatureDoesNotMatch": EC2_UNKNOWN_KEY,
        "AccessDenied": EC2_DENIED,
        "ExpiredToken": EC2_EXPIRED,
        "RequestTimeTooSkewed": EC2_EXPIRED,
        "Throttling": EC2_THROTTLED,
    },
}


def names_of(service: str) -> dict[str, str]:
    """Verdict -> what a service calls it, where that is another name.

    Args:
        service: Prefix of the service's actions, such as `s3`; one that is not known speaks JSON.
    """
    family = service if service in _FAMILIES else "query" if service in _QUERY else "json"
    return {verdict: fact.value for verdict, fact in _FAMILIES[family].items()}
