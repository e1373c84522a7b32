"""What a service calls an error: the same refusal has another name in each family of services.

A verdict of the records is the name in services of the query protocol (STS, IAM, SQS): the class of the error.
"""

from __future__ import annotations

from typing import Final

from sim.aws.fact import Fact, assumed, documented

__all__ = ["names_of"]

_ERRORS = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
_TROUBLE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html"

QUERY_SKEWED = documented("SignatureDoesNotMatch", "", _TROUBLE, "'Signature expired'; RequestExpired at some")
S3_UNKNOWN_KEY = assumed("InvalidAccessKeyId", "", "an unknown or inactive key at S3; remembered")
S3_THROTTLED = assumed("SlowDown", "", "one of the codes that SDKs retry as a throttle; that it is S3's is remembered")
JSON_UNKNOWN_KEY = assumed("UnrecognizedClientException", "", "an unknown or inactive key at JSON services; remembered")
JSON_BAD_SIGNATURE = assumed("InvalidSignatureException", "", "also for a wrong time; remembered")
JSON_EXPIRED = documented("ExpiredTokenException", "", _ERRORS)
JSON_DENIED = documented("AccessDeniedException", "", _ERRORS)
JSON_THROTTLED = documented("ThrottlingException", "", _ERRORS)
EC2_UNKNOWN_KEY = assumed("AuthFailure", "", "an unknown or inactive key at EC2; remembered")
EC2_DENIED = assumed("UnauthorizedOperation", "", "CloudTrail writes it as Client.UnauthorizedOperation; remembered")
EC2_EXPIRED = assumed("RequestExpired", "", "a session or a signature that is too old at EC2; remembered")
EC2_THROTTLED = documented(
    "RequestLimitExceeded", "", "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
)

_QUERY: Final = frozenset({"sts", "iam", "sqs", "sns", "cloudformation", "rds", "autoscaling", "elasticloadbalancing"})
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
