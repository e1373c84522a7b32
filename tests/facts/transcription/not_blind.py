"""Lines of the transcription that nobody wrote blind, and why."""

from __future__ import annotations

__all__ = ["NOT_BLIND"]

_OURS = "no source states it: it is this project's own assumption, so there is nothing to transcribe"
_FITTED = "no source states it: fitted here to the published log, so there is nothing to transcribe"
_NAMED = "the name of the source on the shelf holds the value, and was seen before the source"
_TOLD = "the note on the shelf gives the value away; the source was opened afterwards and says the same"
_SPLIT = "written when its fact was split in two, from the page but with the old value known"
_SAME = "read in one sitting with its fact"

NOT_BLIND: dict[str, str] = {
    "cloudtrail.delivery_role_call_gap_s": _FITTED,
    "cloudtrail.delivery_role_gaps": _NAMED,
    "cloudtrail.delivery_role_log_h": _NAMED,
    "cloudtrail.delivery_role_sdk": _FITTED,
    "ecs.lambda_environment_s": _OURS,
    "ecs.task_offered_every_s": _OURS,
    "iam.attached_policies_user_max": _SPLIT,
    "iam.managed_policy_chars": _SAME,
    "iam.trust_policy_chars_max": _SAME,
    "identity_center.api_burst": _OURS,
    "retries.cli_new_retries": _TOLD,
    "roles_anywhere.create_session_burst": _OURS,
    "roles_anywhere.create_session_s": _SAME,
    "sdk_botocore.cli_v1_retry_mode": _TOLD,
    "sdk_botocore.resolves": _TOLD,
    "sdk_go.already_expired_2026": _SAME,
    "sdk_go.client_kept": _TOLD,
    "sdk_go.imds_retries_per": _SAME,
    "sdk_go.life_cap_2026_s": _SAME,
    "sdk_go.resolves": _TOLD,
    "sdk_java.client_kept": _TOLD,
    "sdk_java.prefetch_jitter_2026": _SAME,
    "sdk_java.resolves": _TOLD,
    "sdk_js.client_kept": _TOLD,
    "sdk_js.resolves": _TOLD,
    "signing.skew_request_expired_services": _SAME,
    "signing.wrong_session_token": _SAME,
    "sts.saml_assertion_s": _SAME,
}
