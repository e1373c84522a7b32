"""What answers on hosts, said wrongly: refused with the place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.loading.scenario_file import load
from tests.support.small_scenario import GOOD, check_edit, written

BASE = GOOD.replace(
    "  idp: {kind: idp}\n",
    "  idp: {kind: idp}\n"
    "  eks: {kind: eks_auth}\n"
    "  agent: {kind: pod_identity, cluster: idp, upstream: eks}\n"
    "  kiam: {kind: broker, role: host, upstream: {from: sts.AssumeRole}}\n"
    "  task: {kind: container, role: ecs}\n"
    "  function: {kind: lambda, role: fn}\n",
).replace(
    "users:\n",
    "  ecs: {account: main, trust: {service: ecs-tasks.amazonaws.com}}\n"
    "  fn: {account: main, trust: {service: lambda.amazonaws.com}}\n"
    "  pod: {account: main, trust: {service: pods.eks.amazonaws.com, role: host}}\n"
    "users:\n",
).replace(
    "  key: [{from",
    "  on-pod: [{from: agent, role: pod}]\n"
    "  on-kiam: [{from: kiam, role: pod}]\n"
    "  on-task: [{from: task}]\n"
    "  on-function: [{from: function}]\n"
    "  key: [{from",
).replace(
    "  people:\n    count",
    "  pods: {count: 3, per_host: 3, credentials: on-pod, calls: {kind: poisson, rps: 1}}\n"
    "  people:\n    count",
)  # fmt: skip
KIAM = "kiam: {kind: broker, role: host, upstream: {from: sts.AssumeRole}}"
AGENT = "agent: {kind: pod_identity, cluster: idp, upstream: eks}"
IMDS = "imds: {kind: imds, role: host}"
TASK = "task: {kind: container, role: ecs}"
PODS = "pods: {count: 3, per_host: 3, credentials: on-pod,"
EDITS = {
    "a release that is a number": (
        AGENT, AGENT[:-1] + ", agent: 0.2}", "issuers.agent.agent", ['write "0.2", in quotes'],
    ),
    "a broker in front of itself": (
        KIAM, KIAM.replace("sts.AssumeRole", "kiam"), "issuers.kiam.upstream.from", ["is the broker itself", "sts"],
    ),
    "a broker in front of an idp": (
        KIAM, KIAM.replace("sts.AssumeRole", "idp"), "issuers.kiam.upstream.from", ["is of kind idp", "sts.AssumeRole"],
    ),
    "a broker in front of nobody": (
        KIAM, KIAM.replace("sts.Ass", "stss.Ass"), "issuers.kiam.upstream.from", ["did you mean sts?"],
    ),
    "a broker that asks for a token": (
        KIAM, KIAM.replace("sts.AssumeRole", "sts.GetSessionToken"), "issuers.kiam.upstream.from",
        ["write sts.AssumeRole"],
    ),
    "a broker without a role": (KIAM, KIAM.replace(" role: host,", ""), "issuers.kiam.role", ["missing"]),
    "a broker with a role that is not there": (
        KIAM, KIAM.replace("role: host", "role: hots"), "issuers.kiam.role", ["did you mean host?"],
    ),
    "a broker that keeps nothing": (
        KIAM, KIAM[:-1] + ", cache: {renew_when_left_s: 900}}", "issuers.kiam.cache.renew_when_left_s",
        ["900 is not below", "300 is kiam's default"],
    ),
    "a broker with sessions of 10 min": (
        KIAM, KIAM.replace("AssumeRole}", "AssumeRole, session_s: 600}"), "issuers.kiam.upstream.session_s",
        ["900 s (15 min)"],
    ),
    "a broker with sessions of 2 h": (
        KIAM, KIAM.replace("AssumeRole}", "AssumeRole, session_s: 7200}"), "issuers.kiam.upstream.session_s",
        ["role chaining", "3600"],
    ),
    "a broker for a role that does not trust it": (
        "on-kiam: [{from: kiam, role: pod}]", "on-kiam: [{from: kiam, role: fn}]", "credentials.on-kiam.0.role",
        ["roles.fn.trust needs role: host"],
    ),
    "a broker per rack": (KIAM, KIAM[:-1] + ", per: rack}", "issuers.kiam.per", ["node", "server"]),
    "an agent without a cluster": (AGENT, AGENT.replace(" cluster: idp,", ""), "issuers.agent.cluster", ["missing"]),
    "an agent of a cluster that is not there": (
        AGENT, AGENT.replace("cluster: idp", "cluster: ipd"), "issuers.agent.cluster", ["did you mean idp?"],
    ),
    "an agent of a cluster that is none": (
        AGENT, AGENT.replace("cluster: idp", "cluster: sts"), "issuers.agent.cluster", ["is of kind sts, not idp"],
    ),
    "an agent that asks STS": (
        AGENT, AGENT.replace("upstream: eks", "upstream: sts"), "issuers.agent.upstream", ["not eks_auth", "eks"],
    ),
    "an agent release that is not there": (
        AGENT, AGENT[:-1] + ", agent: '0.3'}", "issuers.agent.agent", ["0.1.37", "0.2"],
    ),
    "an agent that renews too late": (
        AGENT, AGENT[:-1] + ", settings: {renew_after_s: 30000}}", "issuers.agent.settings.renew_after_s",
        ["not below the life", "21600"],
    ),
    "a cluster that projects no tokens": (
        "  idp: {kind: idp}\n", "  idp: {kind: idp, token_renewed_at: null}\n", "issuers.agent.cluster",
        ["projects no tokens", "token_renewed_at"],
    ),
    "a pod whose role trusts nobody on EKS": (
        "on-pod: [{from: agent, role: pod}]", "on-pod: [{from: agent, role: ecs}]", "credentials.on-pod.0.role",
        ["pods.eks.amazonaws.com"],
    ),
    "pods on no node": (
        PODS, PODS.replace(" per_host: 3,", ""), "populations.pods.per_host", ["how many pods a node has"],
    ),
    "pods with a session length": (
        "on-pod: [{from: agent, role: pod}]", "on-pod: [{from: agent, role: pod, session_s: 900}]",
        "credentials.on-pod.0.session_s", ["cannot be set", "6 h"],
    ),
    "pods that need no role": ("on-pod: [{from: agent, role: pod}]", "on-pod: [{from: agent}]",
                               "credentials.on-pod.0.role", ["is missing"]),
    "65 hops": (IMDS, IMDS[:-1] + ", hop_limit: 65}", "issuers.imds.hop_limit", ["65", "at most 64"]),
    "no hops": (IMDS, IMDS[:-1] + ", hop_limit: 0}", "issuers.imds.hop_limit", ["0", "at least 1"]),
    "tokens that are disabled": (
        IMDS, IMDS[:-1] + ", http_tokens: disabled}", "issuers.imds.http_tokens", ["optional", "required"],
    ),
    "hops where nobody counts them": (PODS, PODS + " hops: 2,", "populations.pods.hops", ["only a metadata service"]),
    "sets that end before the next": (
        TASK, TASK[:-1] + ", life_s: 3600, offered_every_s: 7200}", "issuers.task.life_s", ["offered_every_s at most"],
    ),
    "an environment that outlives its session": (
        "function: {kind: lambda, role: fn}", "function: {kind: lambda, role: fn, environment_s: 50000}",
        "issuers.function.life_s", ["shorter than environment_s"],
    ),
    "a bucket with one number": (TASK, TASK[:-1] + ", rps: null}", "issuers.task.rps", ["needs both rps and burst"]),
    "a task's role that trusts EC2": (
        TASK, TASK.replace("role: ecs", "role: host"), "issuers.task.role", ["does not trust ECS"],
    ),
    "a function's role that trusts ECS": (
        "function: {kind: lambda, role: fn}", "function: {kind: lambda, role: ecs}", "issuers.function.role",
        ["does not trust Lambda", "lambda.amazonaws.com"],
    ),
    "nobody signs for a role": (
        "source: instance, session_s: 3600}", "source: nobody, session_s: 3600}",
        "credentials.app.0.source", ["no credential"],
    ),
    "an operation of an agent": (
        "on-pod: [{from: agent, role: pod}]", "on-pod: [{from: agent.AssumeRole, role: pod}]",
        "credentials.on-pod.0.from", ["has no operations; write agent"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_agent(name: str, tmp_path: Path) -> None:
    base = BASE.replace("  on-pod:", "  nobody: [{from: anonymous}]\n  on-pod:")
    check_edit(tmp_path, EDITS[name], mark=AGENT if name == "a cluster that projects no tokens" else None, base=base)


def test_the_right_one_is_right(tmp_path: Path) -> None:
    load(written(tmp_path, BASE))
