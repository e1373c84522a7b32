"""Rows of what answers on a client's own host, and of further issuers, where a scenario says nothing: written again."""

from __future__ import annotations

from typing import Any, Final

from sim import world
from sim.aws import eks, iam, roles_anywhere, signin
from sim.chains import chains, terms
from sim.chains.local_providers import rule_of
from sim.clients import logins
from sim.faults.disable_user import DisableUser
from sim.issuers.kinds.broker import Broker
from sim.issuers.spec import Container, Function, Imds, PodIdentity
from sim.validation import presigned
from sim.verify.rows import Row, exact
from sim.verify.small_runs import fleet, run

__all__ = ["issuer_rows"]

_SOURCE: Final = "AWS documentation, read again"
_AGENT: Final = "eks-pod-identity-agent 0.1.37, source"
_SECOND: Final = "published observations, read again"


def issuer_rows() -> list[Row]:
    """Metadata service, ECS, Lambda, agents, kiam, sign-in, Roles Anywhere, requests signed ahead, assertions."""
    return [*_endpoints(), *_agents(), *_sign_in(), *_anywhere(), *_signed_ahead(), _assertion(), *_ended()]


def _endpoints() -> list[Row]:
    imds, ecs, function = Imds.model_fields, Container.model_fields, Function.model_fields
    hops = Imds.model_json_schema()["properties"]["hop_limit"]
    return [
        exact(_SOURCE, "hop limit of the metadata service: least", 1, hops["minimum"]),
        exact(_SOURCE, "hop limit of the metadata service: most", 64, hops["maximum"]),
        exact(_SOURCE, "hop limit of the metadata service: default", 1, imds["hop_limit"].default),
        exact(_SOURCE, "ECS task credentials: life, s", 21_600.0, ecs["life_s"].default),
        exact("assumed", "ECS task credentials: a new set offered every, s", 10_800.0, ecs["offered_every_s"].default),
        exact("amazon-ecs-agent, source", "ECS task endpoint: requests/s", 40.0, ecs["rps"].default),
        exact("amazon-ecs-agent, source", "ECS task endpoint: burst", 60.0, ecs["burst"].default),
        exact("botocore 1.44.5, source", "waits for a container, s", 2.0, float(world._TIMEOUTS[Container].value)),
        exact("assumed", "Lambda: life of what lies in the environment, s", 43_200.0, function["life_s"].default),
        exact("assumed", "Lambda: life of an environment, s", 7200.0, function["environment_s"].default),
    ]


def _agents() -> list[Row]:
    agent = PodIdentity.model_validate({"kind": "pod_identity", "cluster": "c", "upstream": "u", "agent": "0.1.37"})
    broker = Broker.model_validate({"kind": "broker", "role": "r", "upstream": {"from": "sts.AssumeRole"}})
    rule = rule_of(agent)
    refill, burst = rule.limiter or (0.0, 0.0)
    oldest_s = float(eks.KUBELET_REFRESH_MAX_S.value)
    return [
        exact(_AGENT, "Pod Identity agent: renews after, s", 10_800.0, rule.renew_after_s),
        exact(_AGENT, "Pod Identity agent: looks every, s", 60.0, rule.sweep_s),
        exact(_AGENT, "Pod Identity agent: hands out with more left than, s", 15.0, rule.min_left_s),
        exact(_AGENT, "Pod Identity agent: refill of its limiter, 1/s", 3.0, refill),
        exact(_AGENT, "Pod Identity agent: burst of its limiter", 3.0, burst),
        exact(_AGENT, "Pod Identity agent: tokens a renewal", 2, rule.tokens_per_renewal),
        exact(_AGENT, "Pod Identity agent: asks again after at least, s", 60.0, rule.again_after[0]),
        exact(_AGENT, "Pod Identity agent: asks again after at most, s", 120.0, rule.again_after[1]),
        exact(_SECOND, "Pod Identity: life of credentials, s", 21_600.0, agent.life_s),
        exact(_SOURCE, "kubelet: a token is renewed when older than, s", 86_400.0, oldest_s),
        exact("kiam, source", "kiam: session, s", 900.0, broker.upstream.session_s),
        exact("kiam, source", "kiam: renews with this left, s", 300.0, broker.cache.renew_when_left_s),
    ]


def _sign_in() -> list[Row]:
    cached = DisableUser.model_fields["cached_s"].default
    return [
        exact(_SOURCE, "disabled user: new role sessions for, s", 3600.0, cached),
        exact(_SOURCE, "console session of an IAM user, s", 43_200.0, float(iam.CONSOLE_SESSION_S.value)),
        exact(_SOURCE, "aws login: credentials live, s", 900.0, float(signin.LOGIN_TOKEN_MAX_S.value)),
        exact(_SOURCE, "aws login: renewed for, s", 43_200.0, float(signin.BEARER_TOKEN_DEFAULT_S.value)),
        exact("AWS CLI v2, source", "aws login: renewed with this left, s", 300.0, chains._LOGIN.mandatory_s),
    ]


def _anywhere() -> list[Row]:
    lengths = (roles_anywhere.SESSION_MIN_S, roles_anywhere.SESSION_DEFAULT_S, roles_anywhere.SESSION_MAX_S)
    titles, told = ("shortest", "default", "longest"), (900.0, 3600.0, 43_200.0)
    return [
        exact(_SOURCE, f"Roles Anywhere: {title} session, s", expected, float(fact.value))
        for title, expected, fact in zip(titles, told, lengths, strict=True)
    ]


def _signed_ahead() -> list[Row]:
    return [
        exact("botocore 1.44.5, source", "a presigned request lives for, s", 3600.0, terms.PRESIGNED_S),
        exact(_SOURCE, "a presigned request lives for at most, s", 604_800.0, presigned.LONGEST_S),
        exact(
            "botocore 1.44.5, source",
            "portal: next access token with this left, s",
            900.0,
            logins.ACCESS_TOKEN_WINDOW_S,
        ),
    ]


def _person(idp: dict[str, object], **step: object) -> dict[str, Any]:
    """One person who gets into AWS by an identity provider."""
    document = fleet(1, 60.0, 1800.0)
    document["issuers"]["idp"] = {"kind": "idp", **idp}
    document["roles"]["app"]["trust"] = {"saml": "idp"}
    document["credentials"]["chain"] = [{"from": "sts.AssumeRoleWithSAML", "role": "app", "idp": "idp", **step}]
    document["populations"]["fleet"] |= {"people": True, "start": {"at_s": 0}}
    return document


def _ended() -> list[Row]:
    """STS is down for 290 s after a login that yields an assertion of 5 min; a tool asks every 13 or 12 s."""
    login = {"attention_s": 0, "again_after_s": 0}
    refused = []
    for pause_s in (13, 12):
        retry = {"attempts": 26, "backoff": "fixed", "base_s": pause_s}
        document = _person({"service_s": 0}, way="process", retry=retry, login=login)
        document["populations"]["fleet"]["calls"] = {"kind": "trace", "at_s": [0.0]}
        document["timeline"] = [{"at_s": 0, "outage": "sts", "for_s": 290}]
        (requests,) = run(document, "requests")
        refused.append(list(requests["outcome"]).count("denied"))
    return [
        exact(_SECOND, "AssumeRoleWithSAML 299 s after the login: refused", 0, refused[0]),
        exact(_SECOND, "AssumeRoleWithSAML 300 s after the login: refused, and not tried again", 1, refused[1]),
    ]


def _assertion() -> Row:
    """A session of two hours was asked for, and the assertion says one."""
    document = _person({"session_not_on_or_after_s": 3600}, way="console", session_s=7200)
    (credentials,) = run(document, "credentials")
    life_s = float(credentials["expires_at_s"][0] - credentials["issued_at_s"][0] // 1)
    return exact(_SOURCE, "AssumeRoleWithSAML: SessionNotOnOrAfter ends a session, s", 3600.0, life_s)
