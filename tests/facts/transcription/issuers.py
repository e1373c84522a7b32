"""Credentials of computers: instances, containers, functions, pods: a second transcription from the sources."""

from __future__ import annotations

from tests.facts.transcription.line import DOC, MEAS, MEM, SECOND, SRC, Line

EC2: dict[str, Line] = {
    "credential_life_s": (21_600, "s", DOC),
    "credential_life_observed_s": ((21_799, 23_700), "s", MEAS),
    "credential_life_sample_s": (21_949, "s", SECOND),
    "offered_every_s": (3600, "s", SECOND),
    "offered_before_end_s": (300, "s", DOC),
    "expired_per_cycle_s": (45, "s", MEAS),
    "role_swap_lag_s": (3240, "s", SECOND),
    "imds_token_min_s": (1, "s", DOC),
    "imds_token_max_s": (21_600, "s", DOC),
    "imds_hop_limit_default": (1, "hops", DOC),
    "imds_hop_limit": ((1, 64), "hops", DOC),
    "imds_rps": (100, "requests/s", MEM),
    "link_local_pps": (1024, "packets/s", DOC),
    "describe_burst": (100, "requests", DOC),
    "describe_rps": (20, "requests/s", DOC),
    "mutating_burst": (50, "requests", MEM),
    "mutating_rps": (5, "requests/s", MEM),
    "route53_rps": (5, "requests/s", SECOND),
    "imdsv2_enforced_share": (0.49, "", SECOND),
}

ECS: dict[str, Line] = {
    "task_credential_life_s": (21_600, "s", DOC),
    "task_offered_every_s": (10_800, "s", MEM),
    "task_metadata_rps": (40, "requests/s", SRC),
    "task_metadata_burst": (60, "requests", SRC),
    "lambda_credential_life_s": (43_200, "s", MEM),
    "lambda_environment_s": (7200, "s", MEM),
    "lambda_invocation_max_s": (900, "s", MEM),
}

EKS: dict[str, Line] = {
    "projected_token_s": (86_400, "s", SRC),
    "kubelet_refresh_share": (0.8, "", DOC),
    "kubelet_refresh_max_s": (86_400, "s", DOC),
    "kubelet_jitter_s": (10, "s", SRC),
    "irsa_session_s": (3600, "s", DOC),
    "service_account_token_s": (3600, "s", DOC),
    "service_account_extended_days": (90, "days", DOC),
    "oidc_key_rotation_days": (7, "days", DOC),
    "pod_identity_life_s": (21_600, "s", SECOND),
    "agent_renewal_max_s": (10_800, "s", SRC),
    "agent_cache_key": ("token", "", SRC),
    "agent_0_2_cache_key": ("pod", "", SRC),
    "agent_cache_entries": (2000, "entries", SRC),
    "agent_qps": (3, "requests/s", SRC),
    "agent_burst": (3, "requests", SRC),
    "agent_sweep_s": (60, "s", SRC),
    "agent_min_ttl_s": (15, "s", SRC),
    "agent_retry_s": ((60, 120), "s", SRC),
    "agent_tokens_per_renewal": (2, "tokens", SRC),
    "pod_token_s": (86_400, "s", SECOND),
}

KIAM: dict[str, Line] = {
    "session_s": (15 * 60, "s", SRC),
    "renew_before_end_s": (5 * 60, "s", SRC),
    "purge_every_s": (60, "s", SRC),
}
