"""ECS task credentials and Lambda: compute whose credentials nobody can lengthen."""

from __future__ import annotations

from sim.aws.fact import assumed, documented

_AGENT = "github.com/aws/amazon-ecs-agent@8dfceca: agent/config/config.go"

TASK_CREDENTIAL_LIFE_S = documented(
    21600,
    "s",
    "ECS developer guide, task-iam-roles (third-party copy)",
    "default; its removal from the guide is announced in github.com/awsdocs/amazon-ecs-developer-guide#173",
)
TASK_METADATA_RPS = documented(40, "requests/s", f"{_AGENT} DefaultTaskMetadataSteadyStateRate")
TASK_METADATA_BURST = documented(60, "requests", f"{_AGENT} DefaultTaskMetadataBurstRate")
LAMBDA_CREDENTIAL_LIFE_S = assumed(
    43200, "s", "fixed for the life of the execution environment; 12 h is often quoted", span=(3600, 43200)
)
LAMBDA_INVOCATION_MAX_S = assumed(900, "s", "15 min, remembered; the documentation was not read")
