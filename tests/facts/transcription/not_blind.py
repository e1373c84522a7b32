"""Lines of the transcription that nobody wrote blind, and why."""

from __future__ import annotations

__all__ = ["NOT_BLIND"]

_OURS = "no source states it: it is this project's own assumption, so there is nothing to transcribe"
_FITTED = "no source states it: fitted here to the published log, so there is nothing to transcribe"
_NAMED = "the name of the source on the shelf holds the value, and was seen before the source"
_TOLD = "the note on the shelf gives the value away; the source was opened afterwards and says the same"
_SPLIT = "written when its fact was split in two, from the page but with the old value known"

NOT_BLIND: dict[str, str] = {
    "cloudtrail.delivery_role_call_gap_s": _FITTED,
    "cloudtrail.delivery_role_gaps": _NAMED,
    "cloudtrail.delivery_role_log_h": _NAMED,
    "cloudtrail.delivery_role_sdk": _FITTED,
    "ecs.lambda_environment_s": _OURS,
    "ecs.task_offered_every_s": _OURS,
    "iam.attached_policies_user_max": _SPLIT,
    "identity_center.api_burst": _OURS,
    "retries.cli_new_retries": _TOLD,
    "roles_anywhere.create_session_burst": _OURS,
    "sdk_botocore.cli_v1_retry_mode": _TOLD,
    "sdk_botocore.resolves": _TOLD,
    "sdk_go.client_kept": _TOLD,
    "sdk_go.resolves": _TOLD,
    "sdk_java.client_kept": _TOLD,
    "sdk_java.resolves": _TOLD,
    "sdk_js.client_kept": _TOLD,
    "sdk_js.resolves": _TOLD,
}
