"""What services call their errors: a second transcription."""

from __future__ import annotations

from tests.facts.transcription.line import DOC, MEM, SECOND, Line

ERROR_NAMES: dict[str, Line] = {
    "query_skewed": ("SignatureDoesNotMatch", "", DOC),
    "s3_unknown_key": ("InvalidAccessKeyId", "", SECOND),
    "s3_throttled": ("SlowDown", "", DOC),
    "json_unknown_key": ("UnrecognizedClientException", "", DOC),
    "json_bad_signature": ("InvalidSignatureException", "", SECOND),
    "json_expired": ("ExpiredTokenException", "", DOC),
    "json_denied": ("AccessDeniedException", "", DOC),
    "json_throttled": ("ThrottlingException", "", DOC),
    "ec2_unknown_key": ("AuthFailure", "", MEM),
    "ec2_denied": ("UnauthorizedOperation", "", DOC),
    "ec2_expired": ("RequestExpired", "", DOC),
    "ec2_throttled": ("RequestLimitExceeded", "", DOC),
}
