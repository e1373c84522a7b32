"""The common language of a rehearsal: which links of a chain real clients can play, and what a client is told to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from sim.access import Access
from sim.chains.terms import Writer
from sim.issuers.spec import Endpoint, Sts
from sim.principals.population import Population
from sim.providers.step import Step
from sim.scenario import Scenario
from sim.sdk_choice import preset_of, sdk_of
from sim.sdks import SDKS

__all__ = ["SDK", "Link", "Offered", "Player", "link_of", "obstacle", "operation_of", "played_as", "steps_of"]

SDK: Final = "botocore-1.44"
"""The preset of the SDK that is installed with the extra."""
_COMMANDS: Final = ("aws-cli-v1", "aws-cli-v2")
"""Presets whose every call is a process of its own with the same botocore's file cache."""

_STS: Final = ("AssumeRole", "AssumeRoleWithWebIdentity", "GetSessionToken", "GetFederationToken")


@dataclass(frozen=True, slots=True)
class Offered:
    """What a host's endpoint offers: set n from phase + n * every_s on, for life_s."""

    phase_s: float
    every_s: float
    life_s: float


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain, with what signs its requests.

    Attributes:
        way: `key`, an operation of STS, `imds` or `container`.
        issuer: Issuer of the scenario; empty for a key.
        role: Role that it obtains, or user that it is.
        session_s: Length of the sessions that it asks for; None where it asks for none.
        renewed: Whether a new one is obtained when one ends.
        cached: Whether what it yields serves later calls, too.
        source: What signs.
    """

    way: str
    issuer: str
    role: str
    session_s: int | None = None
    renewed: bool = True
    cached: bool = True
    source: Link | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Link:
        """A link from plain data."""
        source = None if data["source"] is None else cls.of(data["source"])
        return cls(**{**data, "source": source})

    def links(self) -> Iterator[Link]:
        """This one and its sources, outermost first."""
        yield self
        if self.source is not None:
            yield from self.source.links()

    @property
    def title(self) -> str:
        """As a reader sees it: `AssumeRole reader < GetCredentials host`."""
        return " < ".join(f"{operation_of(link.way)} {link.role}" for link in self.links())


@dataclass(frozen=True, slots=True)
class Player:
    """One client.

    Attributes:
        name: Population and index.
        population: Its population in the slice, which it has for itself.
        calls: Instants of its calls, whole seconds, ascending.
        link: How it gets credentials.
        new_every: Calls after which it builds a new provider; 0 for never.
        commands: Whether every call is a process of its own, with a file cache.
        offered: What the endpoint of its host offers, if it has one.
        draws: Uniform draws for botocore's static stability, by number of the fetch, from 1.
    """

    name: str
    population: str
    calls: tuple[float, ...]
    link: Link
    new_every: int = 0
    commands: bool = False
    offered: Offered | None = None
    draws: tuple[float, ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Player:
        """A player from plain data."""
        offered = None if data["offered"] is None else Offered(**data["offered"])
        changes = {"calls": tuple(data["calls"]), "draws": tuple(data["draws"]), "link": Link.of(data["link"])}
        return cls(**{**data, **changes, "offered": offered})

    def plain(self) -> dict[str, Any]:
        """The player as plain data."""
        return asdict(self)


def operation_of(way: str) -> str:
    """What a request by a link is called in the records."""
    return {"imds": "GetCredentials", "container": "GetCredentials", "key": "key of"}.get(way, way)


def link_of(scenario: Scenario, chain: str) -> Link:
    """A chain's first step as a link. Only for chains without an obstacle."""
    step = scenario.credentials[chain][0]
    issuer, _, operation = step.from_.partition(".")
    if step.from_ == "access_key":
        return Link("key", "", str(step.user))
    spec = scenario.issuers[issuer]
    if isinstance(spec, Endpoint):
        return Link(spec.kind, issuer, spec.role, renewed=step.renewed, cached=step.cache != "none")
    length = None if step.session_s is None else int(step.session_s)
    source = Link("key", "", str(step.user)) if step.user is not None else None
    if step.source is not None:
        source = link_of(scenario, step.source)
    role = str(step.role or step.user or "")
    return Link(operation, issuer, role, length, step.renewed, step.cache != "none", source)


def played_as(population: Population, link: Link) -> str:
    """The preset whose rules the real clients of a population follow."""
    preset = preset_of(population.sdk)
    return preset if preset in _COMMANDS and link.way != "key" else SDK


def obstacle(scenario: Scenario, population: str) -> str | None:
    """Why real clients cannot play a population, or None."""
    spec = scenario.populations[population]
    told = next((why for step in steps_of(scenario, spec.credentials) if (why := _of_step(scenario, step))), None)
    if told is not None:
        return told
    if (denied := _denied(scenario, spec)) is not None:
        return f"{denied} is denied by the scenario's policies; the server has none and would grant it"
    preset = preset_of(spec.sdk)
    if link_of(scenario, spec.credentials).way == "key" or preset == SDK:
        return None
    if preset in _COMMANDS:
        return None if _role_by_file(scenario, spec.credentials) else f"{preset} keeps only sessions of roles in a file"
    title = SDKS[preset].title
    return f"its sdk is {preset} ({title}), real clients are {SDK}; add --set populations.{population}.sdk={SDK}"


def _role_by_file(scenario: Scenario, chain: str) -> bool:
    """Whether all that is asked for over the network are roles, which the CLI keeps in its file."""
    return all(link.way in {"AssumeRole", "key"} for link in link_of(scenario, chain).links())


def steps_of(scenario: Scenario, chain: str | None) -> Iterator[Step]:
    """The steps that are played: a chain's first one, and those of its sources."""
    while chain is not None:
        step = scenario.credentials[chain][0]
        yield step
        chain = step.source


def _denied(scenario: Scenario, spec: Population) -> str | None:
    """The request of a population's chain that nobody may make, or None."""
    writer = Writer(scenario, Access(scenario), sdk_of(spec.sdk))
    chain: str | None = spec.credentials
    for step in steps_of(scenario, chain):
        if not writer.terms(str(chain), step).request.allowed:
            return step.from_
        chain = step.source
    return None


def _is_root(scenario: Scenario, user: str | None) -> bool:
    """Whether a user of the scenario is the root user of an account."""
    return user is not None and scenario.users[user].root


def _of_step(scenario: Scenario, step: Step) -> str | None:
    """Why botocore cannot play a step."""
    issuer, _, operation = step.from_.partition(".")
    for given, told in (
        (step.way, f"a person logs in (way: {step.way}), and the server has no login"),
        (step.mfa, "somebody types an MFA code, and the server asks for none"),
        (step.mistyped, "its mistyped credentials would be accepted: the server checks no signature"),
        (step.service, f"{step.service} asks itself; no client of yours does"),
        (_is_root(scenario, step.user), f"{step.user} is a root user, and the server takes it for an IAM user"),
    ):
        if given:
            return told
    if step.from_ == "access_key" or isinstance(scenario.issuers.get(issuer), Endpoint):
        return None
    if isinstance(scenario.issuers.get(issuer), Sts):
        return None if operation in _STS else f"{step.from_}: botocore has no provider for it"
    kind = scenario.issuers[issuer].kind if issuer in scenario.issuers else issuer
    return f"nothing plays {step.from_} ({kind}); moto and the stubs beside it play sts, imds, container and access_key"
