"""Signature Version 4: validity in time, and the errors that answer a bad signature or credential."""

from __future__ import annotations

from sim.aws.fact import documented, second_hand

_SIGNING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html"
_ERRORS = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
_TROUBLE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html"
_IDS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"
_STS = "botocore 1.44.5: data/sts service-2.json"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ErrorCodeBilling.html"
_COMPATIBLE = "error table of an S3-compatible service (IBM Cloud Object Storage, 2018)"
_DYNAMODB = "https://deverrors.com (DynamoDB)"
_CONSOLE = "the AWS console's common errors say 403"
_READ = "2026-11-28"
_PRESIGNED = ("presigned",)

SKEW_DEFAULT_S = documented(300, "s", _SIGNING, "in most cases")
SKEW_REQUEST_EXPIRED_S = documented(
    900, "s", "https://docs.aws.amazon.com/emr/latest/APIReference/CommonErrors.html", "many services, either way"
)
SKEW_REQUEST_EXPIRED_SERVICES = second_hand(
    ("dynamodb", "ecr", "elasticmapreduce", "sns", "sqs", "sts"),
    "",
    "https://docs.aws.amazon.com/emr/latest/APIReference/CommonErrors.html (elasticmapreduce); messages that end in "
    "'- 15 min.' in github.com/devsecops/bootcamp#101 and aws/aws-cli#6676 (sts: AssumeRole 2016, GetCallerIdentity "
    "2022), aws/aws-sdk-js#1174 (sns 2016), aws/aws-sdk-php#642 (sqs 2015), upmc-enterprises/registry-creds#24 and #47 "
    "(ecr 2017), the README of juiceinc/devlandia (dynamodb Query 2017)",
    "services seen to take 15 min; messages of Lambda, KMS, SSM, Rekognition and Elastic Transcoder say '- 5 min.'",
    read="2026-11-29",
)
SKEW_S3_S = second_hand(
    900, "s", "error body of an S3-compatible server (pastebin 8HJpUdsv)", "MaxAllowedSkewMilliseconds 900000"
)
PRESIGNED_URL_MAX_S = documented(
    604800,
    "s",
    "https://repost.aws/knowledge-center/presigned-url-s3-bucket-expiration",
    "7 days, for an IAM user; dies with the token if made with temporary credentials",
    uses=_PRESIGNED,
)
PRESIGNED_URL_DEFAULT_S = documented(
    3600, "s", "botocore 1.44.5: signers.py generate_presigned_url", "ExpiresIn", read=_READ, uses=_PRESIGNED
)
PRESIGNED_URL_EXPIRED = second_hand(
    "AccessDenied",
    "",
    "https://github.com/GlobalDataverseCommunityConsortium/dataverse-uploader/issues/30",
    "Request has expired, 403, in the log of the thread",
    read=_READ,
    uses=_PRESIGNED,
)
ACCESS_KEY_ID_CHARS = second_hand(
    20, "characters", "pattern in a published PyPI scan (allunix.ru, 2023-01-07)", "4 + 16"
)
ACCESS_KEY_ID_MODEL_CHARS = documented((16, 128), "characters", "botocore 1.44.5: data/iam accessKeyIdType")
SECRET_KEY_CHARS = second_hand(40, "characters", "pattern in a published PyPI scan (allunix.ru, 2023-01-07)")
PREFIXES = documented(
    ("AKIA", "ASIA", "AIDA", "AROA", "AGPA", "AIPA", "ANPA", "ANVA", "ASCA", "APKA", "ACCA", "ABIA"),
    "",
    _IDS,
    "long-term key, temporary key, user, role, group, instance profile, managed policy, its version, certificate, "
    "public key, context credential, service bearer token",
)
WRONG_SESSION_TOKEN = second_hand(
    "InvalidClientTokenId",
    "",
    "https://github.com/pulumi/docs/pull/19250 (2026-05); https://github.com/jrl84/amazon-sp-api/issues/57 (2021-09)",
    "a token that does not belong to the key it comes with, or is damaged; so does one that ended weeks ago",
    read=_READ,
)
SIGNATURE_DOES_NOT_MATCH_HTTP = documented(403, "", _TROUBLE)
INVALID_CLIENT_TOKEN_ID_HTTP = documented(403, "", _ERRORS, "STS, IAM, query services")
UNRECOGNIZED_CLIENT_HTTP = second_hand(400, "", _DYNAMODB, f"same meaning, JSON services; {_CONSOLE}", read=_READ)
INVALID_ACCESS_KEY_ID_HTTP = second_hand(403, "", _COMPATIBLE, "same meaning, S3", read=_READ)
EXPIRED_TOKEN_EXCEPTION_HTTP = documented(
    403, "", _ERRORS, "400 from STS AssumeRoleWithWebIdentity and some JSON services"
)
EXPIRED_TOKEN_HTTP = second_hand(403, "", "https://repost.aws (EC2 expired token, SQS)", "STS and query services")
EXPIRED_TOKEN_S3_HTTP = documented(400, "", _S3, read=_READ)
REQUEST_EXPIRED_HTTP = documented(400, "", _ERRORS)
REQUEST_TIME_TOO_SKEWED_HTTP = second_hand(403, "", "error body of an S3-compatible server (pastebin 8HJpUdsv)", "S3")
ACCESS_DENIED_HTTP = documented(403, "", _ERRORS, "400 on some JSON services")
INCOMPLETE_SIGNATURE_HTTP = documented(400, "", _ERRORS, "403 on newer pages")
MISSING_AUTHENTICATION_TOKEN_HTTP = documented(403, "", _ERRORS)
THROTTLING_EXCEPTION_HTTP = documented(400, "", _ERRORS, "429 on some")
REGION_DISABLED_HTTP = documented(403, "", f"{_STS} RegionDisabledException")
INVALID_IDENTITY_TOKEN_HTTP = documented(400, "", f"{_STS} InvalidIdentityTokenException")
IDP_REJECTED_CLAIM_HTTP = documented(403, "", f"{_STS} IDPRejectedClaimException")
IDP_COMMUNICATION_ERROR_HTTP = documented(400, "", f"{_STS} IDPCommunicationErrorException", "retryable")
EKS_AUTH_THROTTLING_HTTP = documented(429, "", "botocore 1.44.5: data/eks-auth service-2.json")
EKS_AUTH_EXPIRED_TOKEN_HTTP = documented(400, "", "botocore 1.44.5: data/eks-auth service-2.json")
EKS_AUTH_ACCESS_DENIED_HTTP = documented(400, "", "botocore 1.44.5: data/eks-auth service-2.json")
EKS_AUTH_UNAVAILABLE_HTTP = documented(503, "", "botocore 1.44.5: data/eks-auth service-2.json")
