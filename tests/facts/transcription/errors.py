"""What services call their errors: a second transcription."""

from __future__ import annotations

from tests.facts.transcription.line import DOC, MEM, Line

ERROR_NAMES: dict[str, Line] = {
    "query_skewed": ("SignatureDoesNotMatch", "", DOC),
    "s3_unknown_key": ("InvalidAccessKeyId", "", MEM),
    "s3_throttled": ("SlowDown", "", MEM),
    "json_unknown_key": ("UnrecognizedClientException", "", MEM),
    "json_bad_signature": ("InvalidSignatureException", "", MEM),
    "json_expired": ("ExpiredTokenException", "", DOC),
    "json_denied": ("AccessDeniedException", "", DOC),
    "json_throttled": ("ThrottlingException", "", DOC),
    "ec2_unknown_key": ("AuthFailure", "", MEM),
    "ec2_denied": ("UnauthorizedOperation", "", MEM),
    "ec2_expired": ("RequestExpired", "", MEM),
    "ec2_throttled": ("RequestLimitExceeded", "", DOC),
}
