"""Signing, logs, ages of keys, leaks: a second transcription from the sources."""

from __future__ import annotations

from tests.facts.transcription.line import DOC, MEAS, MEM, SECOND, Line

SIGNING: dict[str, Line] = {
    "wrong_session_token": ("InvalidClientTokenId", "", SECOND),
    "skew_default_s": (300, "s", DOC),
    "skew_request_expired_s": (900, "s", DOC),
    "skew_request_expired_services": (("dynamodb", "ecr", "elasticmapreduce", "sns", "sqs", "sts"), "", SECOND),
    "skew_s3_s": (900, "s", SECOND),
    "presigned_url_max_s": (604_800, "s", DOC),
    "presigned_url_default_s": (3_600, "s", DOC),
    "presigned_url_expired": ("AccessDenied", "", SECOND),
    "access_key_id_chars": (20, "characters", SECOND),
    "access_key_id_model_chars": ((16, 128), "characters", DOC),
    "secret_key_chars": (40, "characters", SECOND),
    "prefixes": (
        ("AKIA", "ASIA", "AIDA", "AROA", "AGPA", "AIPA", "ANPA", "ANVA", "ASCA", "APKA", "ACCA", "ABIA"),
        "",
        DOC,
    ),
    "signature_does_not_match_http": (403, "", DOC),
    "invalid_client_token_id_http": (403, "", DOC),
    "unrecognized_client_http": (400, "", SECOND),
    "invalid_access_key_id_http": (403, "", SECOND),
    "expired_token_exception_http": (403, "", DOC),
    "expired_token_http": (403, "", SECOND),
    "expired_token_s3_http": (400, "", DOC),
    "request_expired_http": (400, "", DOC),
    "request_time_too_skewed_http": (403, "", SECOND),
    "access_denied_http": (403, "", DOC),
    "incomplete_signature_http": (400, "", DOC),
    "missing_authentication_token_http": (403, "", DOC),
    "throttling_exception_http": (400, "", DOC),
    "region_disabled_http": (403, "", DOC),
    "invalid_identity_token_http": (400, "", DOC),
    "idp_rejected_claim_http": (403, "", DOC),
    "idp_communication_error_http": (400, "", DOC),
    "eks_auth_throttling_http": (429, "", DOC),
    "eks_auth_expired_token_http": (400, "", DOC),
    "eks_auth_access_denied_http": (400, "", DOC),
    "eks_auth_unavailable_http": (503, "", DOC),
}

CLOUDTRAIL: dict[str, Line] = {
    "delivery_mean_s": (300, "s", DOC),
    "data_events_every_s": (300, "s", DOC),
    "management_events_every_s": (900, "s", DOC),
    "error_message_max_bytes": (1024, "bytes", DOC),
    "delivery_role_session_s": (3600, "s", MEAS),
    "delivery_role_refresh_mean_s": (3390, "s", MEAS),
    "delivery_role_refresh_s": ((3304, 3525), "s", MEAS),
    "delivery_role_refresh_sd_s": (54, "s", MEAS),
    "delivery_role_gaps": (86, "gaps", MEAS),
    "delivery_role_log_h": (81, "h", MEAS),
    "delivery_role_sdk": ("java-v2-2025", "", MEM),
    "delivery_role_call_gap_s": (3, "s", MEM),
}

KEYS: dict[str, Line] = {
    "older_than_1_year_share": (0.59, "", SECOND),
    "older_than_3_years_share": (0.25, "", SECOND),
    "older_than_5_years_share": (0.1, "", SECOND),
    "age_mean_years": (2.1, "years", MEM),
    "age_weibull_shape": (0.88, "", MEM),
    "age_weibull_scale_years": (2.07, "years", MEM),
    "cis_rotation_days": (90, "days", SECOND),
    "cis_unused_days": (45, "days", SECOND),
    "rotations_in_flight": (1, "rotations", DOC),
    "federated_console_share": (0.79, "", SECOND),
    "some_iam_users_share": (0.39, "", SECOND),
    "ec2_over_privileged_share": (0.194, "", SECOND),
}

THREATS: dict[str, Line] = {
    "quarantine_s": (67, "s", SECOND),
    "first_use_s": (80, "s", SECOND),
    "mail_s": (116, "s", SECOND),
    "quarantine_2026_s": (10, "s", SECOND),
    "elektra_leak_s": (300, "s", SECOND),
    "comparitech_s": (60, "s", SECOND),
    "canary_github_s": (127, "s", SECOND),
    "canary_pypi_s": (119, "s", SECOND),
    "canary_npm_s": (60, "s", SECOND),
    "exposed_server_s": (67, "s", SECOND),
    "scannable_median_s": (20, "s", SECOND),
    "still_present_share": (0.81, "", SECOND),
    "still_valid_share": (0.64, "", SECOND),
    "github_new_secrets_2023": (12_778_599, "secrets", SECOND),
    "github_new_secrets_2024": (23_800_000, "secrets", SECOND),
    "remediation_median_days": (94, "days", SECOND),
    "first_use_median_s": (100, "s", MEM),
    "first_use_sigma": (0.5, "", MEM),
    "quarantine_median_s": (60, "s", MEM),
    "found_on_github_share": (1, "", MEM),
    "found_on_gitlab_share": (0, "", MEM),
    "dwell_median_days": ((416, 243, 229, 205, 146, 99, 101, 78, 56, 24, 21, 16, 10, 11, 14), "days", SECOND),
    "dwell_internal_days": (9, "days", SECOND),
    "dwell_external_days": (25, "days", SECOND),
    "dwell_espionage_days": (122, "days", SECOND),
    "revoke_effect": ("a few minutes", "", DOC),
}

_DENIED = """
cloudtrail:LookupEvents
ec2:RequestSpotInstances ec2:RunInstances ec2:StartInstances
iam:AddUserToGroup iam:AttachGroupPolicy iam:AttachRolePolicy iam:AttachUserPolicy iam:ChangePassword
iam:CreateAccessKey iam:CreateInstanceProfile iam:CreateLoginProfile iam:CreatePolicyVersion iam:CreateRole
iam:CreateUser iam:DetachUserPolicy iam:PassRole iam:PutGroupPolicy iam:PutRolePolicy
iam:PutUserPermissionsBoundary iam:PutUserPolicy iam:SetDefaultPolicyVersion iam:UpdateAccessKey
iam:UpdateAccountPasswordPolicy iam:UpdateAssumeRolePolicy iam:UpdateLoginProfile iam:UpdateUser
lambda:AddLayerVersionPermission lambda:AddPermission lambda:CreateFunction lambda:GetPolicy lambda:ListTags
lambda:PutProvisionedConcurrencyConfig lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode
lightsail:Create* lightsail:Delete* lightsail:DownloadDefaultKeyPair lightsail:GetInstanceAccessDetails
lightsail:Start* lightsail:Update*
organizations:CreateAccount organizations:CreateOrganization organizations:InviteAccountToOrganization
s3:DeleteBucket s3:DeleteObject s3:DeleteObjectVersion s3:PutLifecycleConfiguration s3:PutBucketAcl
s3:PutBucketOwnershipControls s3:DeleteBucketPolicy s3:ObjectOwnerOverrideToBucketOwner
s3:PutAccountPublicAccessBlock s3:PutBucketPolicy s3:ListAllMyBuckets
ec2:PurchaseReservedInstancesOffering ec2:AcceptReservedInstancesExchangeQuote ec2:CreateReservedInstancesListing
savingsplans:CreateSavingsPlan
ecs:CreateService ecs:CreateCluster ecs:RegisterTaskDefinition
ecr:GetAuthorizationToken
bedrock:CreateModelInvocationJob bedrock:InvokeModelWithResponseStream bedrock:CreateFoundationModelAgreement
bedrock:PutFoundationModelEntitlement bedrock:InvokeModel
s3:CreateBucket s3:PutBucketCors s3:GetObject s3:ListBucket
sagemaker:CreateEndpointConfig sagemaker:CreateProcessingJob
ses:GetSendQuota ses:ListIdentities
sts:GetSessionToken sts:GetFederationToken
amplify:CreateDeployment amplify:CreateBackendEnvironment
codebuild:CreateProject
glue:CreateJob
iam:DeleteRole iam:DeleteAccessKey iam:ListUsers
lambda:GetEventSourceMapping
sns:GetSMSAttributes
mediapackagev2:CreateChannel
"""

QUARANTINE: dict[str, Line] = {
    "quarantine_denies": (tuple(_DENIED.split()), "actions", SECOND),
}
