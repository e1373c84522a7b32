"""The words of the records: levels, verdicts, kinds of credentials, outcomes, ends."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["EndReason", "Kind", "Level", "Outcome", "Verdict"]


class Level(StrEnum):
    """How much a run records. All levels give the same credentials, requests and verdict counts."""

    SUMMARY = "summary"
    CREDENTIALS = "credentials"
    CALLS = "calls"


class Verdict(StrEnum):
    """How a call ended. Every call ends exactly once, with one of these."""

    OK = "ok"
    EXPIRED_TOKEN = "ExpiredToken"
    INVALID_CLIENT_TOKEN_ID = "InvalidClientTokenId"
    SIGNATURE_DOES_NOT_MATCH = "SignatureDoesNotMatch"
    REQUEST_TIME_TOO_SKEWED = "RequestTimeTooSkewed"
    ACCESS_DENIED = "AccessDenied"
    THROTTLING = "Throttling"
    SERVICE_UNAVAILABLE = "ServiceUnavailable"
    NO_CREDENTIALS = "NoCredentials"
    REFRESH_FAILED = "RefreshFailed"
    UNFINISHED = "Unfinished"


class Kind(StrEnum):
    """What a credential is."""

    ACCESS_KEY = "access_key"
    PASSWORD = "password"
    SESSION = "session"
    SSO_TOKEN = "sso_token"
    SAML_ASSERTION = "saml_assertion"
    PROJECTED_TOKEN = "projected_token"
    LOGIN_TOKEN = "login_token"
    PRESIGNED = "presigned"


class Outcome(StrEnum):
    """How an attempt at an issuer ended."""

    OK = "ok"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    DENIED = "denied"


class EndReason(StrEnum):
    """Why a credential stopped being held by its client."""

    REPLACED = "replaced"
    EXPIRED = "expired"
    ROTATED = "rotated"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    REVOKED = "revoked"
    RESTARTED = "restarted"
    FINISHED = "finished"
    OPEN = "open"
