"""ECS task credentials and Lambda: compute whose credentials nobody can lengthen."""

from __future__ import annotations

from sim.aws.fact import assumed, documented

_AGENT = "github.com/aws/amazon-ecs-agent@8dfceca: agent/config/config.go"
_USE = ("container",)

TASK_CREDENTIAL_LIFE_S = documented(
    21600,
    "s",
    "ECS developer guide, task-iam-roles (third-party copy)",
    "default; its removal from the guide is announced in github.com/awsdocs/amazon-ecs-developer-guide#173",
    uses=_USE,
)
TASK_OFFERED_EVERY_S = assumed(
    10800,
    "s",
    "when the agent gets a new set for a running task is not published; half the life",
    span=(3600, 21300),
    uses=_USE,
)
TASK_METADATA_RPS = documented(40, "requests/s", f"{_AGENT} DefaultTaskMetadataSteadyStateRate", uses=_USE)
TASK_METADATA_BURST = documented(60, "requests", f"{_AGENT} DefaultTaskMetadataBurstRate", uses=_USE)
LAMBDA_CREDENTIAL_LIFE_S = assumed(
    43200,
    "s",
    "fixed for the life of the execution environment; 12 h is often quoted",
    span=(3600, 43200),
    uses=("lambda",),
)
LAMBDA_ENVIRONMENT_S = assumed(
    7200, "s", "life of an execution environment in use; AWS publishes none", span=(600, 43200), uses=("lambda",)
)
LAMBDA_INVOCATION_MAX_S = assumed(900, "s", "15 min, remembered; the documentation was not read")
