"""Lines of the transcription that nobody wrote blind, and why."""

from __future__ import annotations

__all__ = ["NOT_BLIND"]

_OURS = "no source states it: it is this project's own assumption, so there is nothing to transcribe"
_FITTED = "no source states it: fitted here to the published log, so there is nothing to transcribe"
_NAMED = "the name of the source on the shelf holds the value, and no other copy of the log was found"
_JOINED = (
    "of its services a second reader, who had not seen them, found all but elasticmapreduce, whose page he left out"
)

NOT_BLIND: dict[str, str] = {
    "cloudtrail.delivery_role_call_gap_s": _FITTED,
    "cloudtrail.delivery_role_gaps": _NAMED,
    "cloudtrail.delivery_role_log_h": _NAMED,
    "cloudtrail.delivery_role_sdk": _FITTED,
    "ecs.lambda_environment_s": _OURS,
    "ecs.task_offered_every_s": _OURS,
    "identity_center.api_burst": _OURS,
    "roles_anywhere.create_session_burst": _OURS,
    "signing.skew_request_expired_services": _JOINED,
}
