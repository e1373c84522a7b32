"""Chains of a scenario as links that real clients can play, and why others cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.access import Access
from sim.aws import signin, sts
from sim.chains.terms import Writer, not_on_or_after_s
from sim.issuers.spec import Broker, Endpoint, Function, IdentityCenter, PodIdentity, Sts
from sim.principals.population import Population
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.sdk_choice import preset_of, sdk_of
from sim.sdks import SDKS
from sim.verify.rehearsal_parts import Link, Login

__all__ = ["SDK", "commands_of", "link_of", "obstacle", "played_as", "steps_of"]

SDK: Final = "botocore-1.44"
"""The preset of the SDK that is installed with the extra."""
_CLI: Final = ("aws-cli-v1", "aws-cli-v2")
"""Presets whose every call is a process of its own with the same botocore's file cache."""
_NO_RULES: Final = ("key", "login", "function", "presigned")
"""Ways in which no rule of an SDK takes part."""

_STS: Final = ("AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "GetSessionToken", "GetFederationToken")
_CODED: Final = ("AssumeRole", "GetSessionToken")


# --- What a step is ------------------------------------------------------------------------------------------------


def steps_of(scenario: Scenario, chain: str | None) -> Iterator[Step]:
    """The steps that are played: a chain's first one, and those of its sources."""
    while chain is not None:
        step = scenario.credentials[chain][0]
        yield step
        chain = step.source


def link_of(scenario: Scenario, chain: str) -> Link:
    """A chain's first step as a link. Only for chains without an obstacle."""
    step = scenario.credentials[chain][0]
    issuer, _, operation = step.from_.partition(".")
    if step.from_ == "access_key":
        return Link("key", "", str(step.user))
    if step.from_ == "password":
        return Link("login", "", str(step.user), login=_by_password(step))
    length = None if step.session_s is None else int(step.session_s)
    source = Link("key", "", str(step.user)) if step.user is not None else None
    if step.source is not None:
        source = link_of(scenario, step.source)
    if step.from_ == "presigned":
        return Link("presigned", "", source.role if source else "", length, renewed=False, source=source)
    spec = scenario.issuers[issuer]
    if not isinstance(spec, Sts):
        return _local_link(scenario, step)
    role = str(step.role or step.user or "")
    login = _by_saml(scenario, step) if operation == "AssumeRoleWithSAML" else None
    return Link(operation, issuer, role, length, step.renewed, step.cache != "none", source, login, step.mfa)


def _local_link(scenario: Scenario, step: Step) -> Link:
    """What is had from whoever is no STS: an endpoint, an agent, a function's environment, the portal."""
    spec = scenario.issuers[step.from_]
    login, length = None, None
    if isinstance(spec, IdentityCenter):
        way, role, login = "sso", str(step.permission_set), _by_portal(scenario, step, spec)
    elif isinstance(spec, Function):
        way, role, length = "function", spec.role, int(spec.life_s)
    elif isinstance(spec, Endpoint):
        way, role = spec.kind, spec.role
    else:
        way, role = "agent" if isinstance(spec, PodIdentity) else "broker", str(step.role)
    return Link(way, step.from_, role, length, step.renewed, step.cache != "none", login=login)


def _by_portal(scenario: Scenario, step: Step, spec: IdentityCenter) -> Login:
    lasts_s = min(spec.portal_session_s, not_on_or_after_s(scenario, spec.idp))
    token_s = lasts_s if spec.access_token_s is None else spec.access_token_s
    life_s = spec.permission_sets[str(step.permission_set)].session_s
    again = step.login.again_after_s
    return Login("sso", spec.idp, again, lasts_s, token_s, life_s, step.refresh_token, spec.sts or "")


def _by_saml(scenario: Scenario, step: Step) -> Login:
    asked_s = float(sts.ASSUME_ROLE_WITH_SAML_DEFAULT_S.value) if step.session_s is None else step.session_s
    life_s = min(asked_s, not_on_or_after_s(scenario, str(step.idp)))
    return Login(step.way or "saml-file", str(step.idp), step.login.again_after_s, life_s=life_s)


def _by_password(step: Step) -> Login:
    lasts_s, life_s = float(signin.BEARER_TOKEN_DEFAULT_S.value), float(signin.LOGIN_TOKEN_MAX_S.value)
    return Login("login", "", step.login.again_after_s, lasts_s, lasts_s, life_s)


# --- Who plays it --------------------------------------------------------------------------------------------------


def played_as(population: Population, link: Link) -> str:
    """The preset whose rules the real clients of a population follow."""
    preset = preset_of(population.sdk)
    return preset if preset in _CLI and not _without_rules(link) else SDK


def commands_of(population: Population, link: Link) -> bool:
    """Whether every call is a process of its own: the AWS CLI, and whoever reads a tool's file again each time."""
    file = link.login is not None and link.login.way == "saml-file"
    return file or (preset_of(population.sdk) in _CLI and link.way != "key")


def _without_rules(link: Link) -> bool:
    """Whether no rule of an SDK decides when a link is renewed."""
    file = link.login is not None and link.login.way == "saml-file"
    return file or (link.way in _NO_RULES and (link.source is None or _without_rules(link.source)))


def obstacle(scenario: Scenario, population: str) -> str | None:
    """Why real clients cannot play a population, or None."""
    spec = scenario.populations[population]
    told = next((why for step in steps_of(scenario, spec.credentials) if (why := _of_step(scenario, step))), None)
    if told is not None:
        return told
    if (denied := _denied(scenario, spec)) is not None:
        return f"{denied} is denied by the scenario's policies; the server has none and would grant it"
    link = link_of(scenario, spec.credentials)
    if any(each.login is not None for each in (link.source.links() if link.source else ())):
        return "a session that somebody logged in for signs for another one; clients play logins of their own"
    if spec.people and any(each.mfa for each in link.links()) and not commands_of(spec, link):
        return f"{SDK} asks for a code once in the life of a process, a person gives one for every session"
    return None if _without_rules(link) else _of_sdk(population, preset_of(spec.sdk), link)


def _of_sdk(population: str, preset: str, link: Link) -> str | None:
    """Why no client follows a preset's rules."""
    if preset == SDK:
        return None
    if preset in _CLI:
        ways = {each.way for each in link.links()}
        filed = ways <= {"AssumeRole", "key"} or (ways == {"sso"} and preset == "aws-cli-v2")
        return None if filed else f"{preset} keeps only sessions of roles and of Identity Center (v2) in a file"
    title = SDKS[preset].title
    return f"its sdk is {preset} ({title}), real clients are {SDK}; add --set populations.{population}.sdk={SDK}"


def _denied(scenario: Scenario, spec: Population) -> str | None:
    """The request of a population's chain that nobody may make, or None."""
    writer = Writer(scenario, Access(scenario), sdk_of(spec.sdk))
    chain: str | None = spec.credentials
    for step in steps_of(scenario, chain):
        if not writer.terms(str(chain), step).request.allowed:
            return step.from_
        chain = step.source
    return None


def _is_root(scenario: Scenario, step: Step) -> bool:
    """Whether a user of the scenario is the root user of an account."""
    return step.user is not None and scenario.users[step.user].root


_OBSTACLES: Final[tuple[tuple[Callable[[Scenario, Step], object], str], ...]] = (
    (lambda _, step: step.way == "console", "a browser signs (way: console), and no SDK takes part"),
    (lambda _, step: step.from_ == "password" and step.way != "login", "a browser signs, and no SDK takes part"),
    (lambda _, step: step.from_ == "anonymous", "its requests go out unsigned, so there is nothing to obtain"),
    (
        lambda _, step: step.way is not None and step.from_.endswith(".AssumeRoleWithWebIdentity"),
        "a person logs in at an OIDC provider, and a tool that botocore knows nothing of asks STS",
    ),
    (
        lambda _, step: step.mfa and step.from_.partition(".")[2] not in _CODED,
        "somebody types a code for an operation for which botocore asks for none",
    ),
    (lambda _, step: step.mistyped, "its mistyped credentials would be accepted: the server checks no signature"),
    (
        lambda _, step: step.from_ == "presigned" and step.renewed,
        "the program decides when it signs anew, and no SDK takes part; what is signed once (renewed: false) is played",
    ),
    (_is_root, "its user is a root user, and the server takes it for an IAM user"),
)


def _of_step(scenario: Scenario, step: Step) -> str | None:
    """Why botocore cannot play a step."""
    if step.service:
        return f"{step.service} asks itself; no client of yours does"
    told = next((why for test, why in _OBSTACLES if test(scenario, step)), None)
    if told is not None or step.from_ in {"access_key", "password", "presigned"}:
        return told
    issuer, _, operation = step.from_.partition(".")
    spec = scenario.issuers[issuer]
    if isinstance(spec, Endpoint | PodIdentity | Broker | Function | IdentityCenter):
        return None
    if isinstance(spec, Sts):
        return None if operation in _STS else f"{step.from_}: botocore has no provider for it"
    return f"nothing plays {step.from_} ({spec.kind}): botocore has no provider for it"
