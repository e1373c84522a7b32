"""Lines of the transcription that nobody wrote blind, and why."""

from __future__ import annotations

__all__ = ["NOT_BLIND"]

_OURS = "no source states it: it is this project's own assumption, so there is nothing to transcribe"
_FITTED = "no source states it: fitted here to the published log, so there is nothing to transcribe"
_NAMED = "the name of the source on the shelf holds the value, and no other copy of the log was found"
_JOINED = (
    "of its services a second reader, who had not seen them, found all but elasticmapreduce, whose page he left out"
)
_SAME = "read in one sitting with its fact"

NOT_BLIND: dict[str, str] = {
    "cloudtrail.delivery_role_call_gap_s": _FITTED,
    "cloudtrail.delivery_role_gaps": _NAMED,
    "cloudtrail.delivery_role_log_h": _NAMED,
    "cloudtrail.delivery_role_sdk": _FITTED,
    "ecs.lambda_environment_s": _OURS,
    "ecs.task_offered_every_s": _OURS,
    "identity_center.api_burst": _OURS,
    "roles_anywhere.create_session_burst": _OURS,
    "sdk_botocore.already_expired": _SAME,
    "sdk_botocore.branch_already_expired": _SAME,
    "sdk_botocore.branch_imds_extension": _SAME,
    "sdk_botocore.branch_non_recoverable_s": _SAME,
    "sdk_botocore.clock_correction": _SAME,
    "sdk_botocore.loads_first": _SAME,
    "sdk_go.clock_correction_s": _SAME,
    "sdk_go.container_attempts": _SAME,
    "sdk_go.imds_token_s": _SAME,
    "sdk_java.already_stale_2026": _SAME,
    "sdk_java.clock_correction_s": _SAME,
    "sdk_java.container_retries": _SAME,
    "sdk_java.jitter_end_before_stale_2026_s": _SAME,
    "sdk_java.non_recoverable_2026_s": _SAME,
    "signing.skew_request_expired_services": _JOINED,
}
