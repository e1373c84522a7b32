"""The scenario: what a YAML file says, frozen. Strategies are overlays on one base."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator

from sim.faults import AnyFault
from sim.issuers.spec import AnyIssuer
from sim.principals.account import Account
from sim.principals.campaign import Campaign
from sim.principals.group import Group
from sim.principals.population import Population
from sim.principals.resource import Resource
from sim.principals.role import Role
from sim.principals.user import User
from sim.providers.step import Chain
from sim.records import Level
from sim.spec import Name, NonNegative, Positive, Spec
from sim.threats.theft import Theft

__all__ = ["Assumed", "Basis", "Check", "Run", "Scenario", "Strategy"]


Thread = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*/[\w.-]+#[0-9]{1,7}$")]
"""A public issue or pull request: `owner/repository#number`."""

_YEARS: Final = (1970, 9000)
"""Calendars end in the year 9999, and a run may last ten years."""


class Run(Spec):
    """How long, how often, from which seed, and how much is recorded."""

    horizon_s: Annotated[float, Field(gt=0, le=10 * 365 * 86400)]
    """Length of a run."""
    start: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    """UTC instant of time 0; a Monday gives whole working weeks."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of every draw."""
    replications: Annotated[int, Field(ge=1, le=10_000)] = 3
    """Independent repetitions."""
    record: Level = Level.CREDENTIALS
    """How much is recorded."""

    @field_validator("start")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        if not _YEARS[0] <= value.year <= _YEARS[1]:
            raise ValueError(f"{value.isoformat()} is not allowed; must lie in the years {_YEARS[0]} to {_YEARS[1]}")
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Strategy(Spec):
    """A named variation of the base: values set, entries removed. `*` in a path matches any name."""

    title: str = ""
    """What the strategy is, in a few words."""
    set: dict[str, Any] = {}
    """Path -> new value, such as `populations.people-cli.credentials: sso`."""
    remove: tuple[str, ...] = ()
    """Paths that do not exist in this strategy."""


class Check(Spec):
    """A range that a metric is expected in."""

    metric: str
    """Metric, with a selector in braces where wanted: `requests{issuer=sts,outcome=throttled}`."""
    over: str | None = None
    """Metric that it is divided by: the sum of the one over all replications by the sum of the other. Both are counts
    or amounts, in the same window; there is no value where the second is 0."""
    strategy: Name | None = None
    """Strategy it holds for; all if absent."""
    window_s: tuple[NonNegative, NonNegative] | None = None
    """Only what happened in [from, to)."""
    at_s: NonNegative | None = None
    """For metrics of an instant."""
    expect: tuple[float | None, float | None]
    """Lowest and highest value; null leaves an end open."""
    word: Literal["given", "assumed", "calibrated", "predicted"] | None = None
    """What the number is worth: `given` or `assumed` (an input fixes it), `calibrated` (an input was chosen so that
    it appears), `predicted` (no input fixes it)."""
    published: float | str | None = None
    """What the source reports for it: a number, or a few words."""
    thread: Thread | None = None
    """Source that reports it, one of `threads`; not needed where there is only one."""


class Assumed(Spec):
    """An input that nobody measured for this scenario: its range, and how to measure it at home."""

    note: str = ""
    """Why this value."""
    range: tuple[Any, Any] | None = None
    """Lowest and highest value that is plausible; `--assumptions` moves the input over it."""
    scale: tuple[Positive, Positive] | None = None
    """The range as factors of the value, for inputs that several paths share."""
    against: str | None = None
    """Path of a number that moves by as much the other way, so that their sum stays: parts of a whole."""
    measure: str = ""
    """The query or report that gives the reader's own value."""


class Basis(Spec):
    """Where the inputs come from, by path. `*` in a path matches any name."""

    given: dict[str, str] = {}
    """Stated by the question or the source."""
    documented: dict[str, str] = {}
    """Stated by AWS or the SDK."""
    measured: dict[str, str] = {}
    """Measured, with where."""
    second_hand: dict[str, str] = {}
    """Published by others, read in a copy or a summary."""
    assumed: dict[str, Assumed] = {}
    """Assumed, with a range."""
    calibrated: dict[str, str] = {}
    """Chosen so that a known output appears."""


class Scenario(Spec):
    """One question, told as identities, issuers, populations and strategies."""

    name: Name
    """Name of the scenario and of its results folder."""
    question: str
    """The question that its report answers."""
    description: str = ""
    """What is modelled, for readers."""
    threads: tuple[Thread, ...] = ()
    """Public issue threads that it is built from."""
    run: Run
    """Length, seed, replications."""
    accounts: Annotated[dict[Name, Account], Field(min_length=1)]
    """AWS accounts."""
    issuers: dict[Name, AnyIssuer] = {}
    """Whoever mints credentials: sts, imds, idp, identity_center, iam."""
    roles: dict[Name, Role] = {}
    """IAM roles."""
    groups: dict[Name, Group] = {}
    """IAM groups."""
    users: dict[Name, User] = {}
    """IAM users."""
    resources: dict[Name, Resource] = {}
    """What calls are done to, where its policy or its account matters."""
    credentials: dict[Name, Chain]
    """Credential-provider chains."""
    populations: Annotated[dict[Name, Population], Field(min_length=1)]
    """Clients and what they do."""
    timeline: tuple[AnyFault, ...] = ()
    """What happens at an instant."""
    rotation: Campaign | None = None
    """A rehearsal: many keys rotated in a row, beside what the policies of the users ask for."""
    theft: Theft = Theft()
    """Where thieves look."""
    strategies: dict[Name, Strategy] = {"base": Strategy()}
    """What is compared."""
    baseline: Name | None = None
    """Strategy that differences are taken against; the first one if absent."""
    cloudtrail_usd_per_100k: NonNegative = 2.0
    """Price of 100,000 management events beyond the free trail."""
    checks: tuple[Check, ...] = ()
    """What must come out."""
    basis: Basis = Basis()
    """Where the inputs come from."""
