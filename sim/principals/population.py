"""Populations: alike clients and what they do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from sim.principals.program import OnError, ProviderPer
from sim.principals.reload import Reload
from sim.principals.workday import Workday
from sim.sdk_words import SdkWords
from sim.spec import Dist, Name, NonNegative, Positive, Share, Spec
from sim.workloads import AnyCalls

__all__ = ["Population", "Start", "TimeZone", "Work"]


class TimeZone(Spec):
    """Where part of a population lives."""

    utc_offset_h: Annotated[float, Field(ge=-12, le=14)]
    """Offset from UTC, hours."""
    share: Share
    """Share of the population."""


class Start(Spec):
    """A cold start: nothing is held, processes begin within a spread."""

    at_s: float = 0.0
    """Earliest start."""
    spread_s: NonNegative = 0.0
    """Starts are uniform over this time."""


class Work(Spec):
    """A fixed amount of work by a program that makes one call at a time (closed loop).

    The workload's gaps are think times: while a call waits for its credential, the program's own
    time stands still. Calls not made in time end as Unfinished.
    """

    calls: Annotated[int, Field(gt=0)]
    """Calls of each client."""
    within_s: Positive
    """Time allowed, from the client's start."""


class Population(Spec):
    """Alike clients: people, or processes on hosts."""

    count: Annotated[int, Field(ge=1, le=10_000_000)]
    """People or processes; with `arrivals`, the processes of each arrival (how many come in all follows from them)."""
    per_host: Annotated[int, Field(ge=1)] = 1
    """Processes that share a host (an EC2 instance and its metadata service)."""
    hops: Annotated[int, Field(ge=1, le=64)] = 1
    """Network hops from a process to its instance's metadata service: 1 on the instance, 2 behind a container's
    bridge."""
    threads: Annotated[int, Field(ge=1, le=10_000)] = 1
    """Threads of a process, each with its own calls."""
    profiles: Dist = 1.0
    """Account and role pairs that a person uses, each with a credential of its own (rounded, at least 1)."""
    people: bool = False
    """Whether clients are people: they log in, and their work has hours."""
    sdk: str | SdkWords = "botocore-1.44"
    """SDK preset (`credflow facts --sdks`), or one with changes: `{preset: botocore-1.44, sts: {advisory_s: 300}}`."""
    credentials: Name
    """Chain by which its clients get credentials."""
    reload: Reload | None = None
    """How its clients follow a rotation of the key that they sign with; without it they change over with the key, and
    the key works at once."""
    intended_role: Name | None = None
    """Role they are meant to sign with; another one counts as off identity."""
    calls: tuple[AnyCalls, ...]
    """What they do: one call process, or several together."""
    arrives_after_s: NonNegative = 0.0
    """Time from the signature of a call to its arrival at AWS, which judges it then: a request that waits for a
    connection, a part of an upload that was signed with all others. A signature is good for 5 min (S3: 15), then
    RequestTimeTooSkewed; a session may end on the way. Rows and metrics give the time of the signature."""
    work: Work | None = None
    """A fixed amount of work instead of an open-ended stream of calls."""
    workday: Workday | None = None
    """Working hours of people."""
    on_error: OnError = {}
    """What the program does about an error: verdict of a call, or refusal of a fetch by its issuer -> `stop`,
    `restart`, `{restart_after: ...}` or `{again_after: ..., times: n, then: stop | continue}`."""
    new_provider_per: ProviderPer | None = None
    """How often the program builds a new credential provider (an empty cache, a new STS client): `call`,
    `{calls: n}`, or `{every_s: ...}` (a connection, a reconcile); once per process if absent."""
    time_zones: tuple[TimeZone, ...] = ()
    """Where people live; UTC if empty."""
    start: Start | None = None
    """Cold start; without it the population is stationary at time 0 (people, and clients of an agent or a broker:
    nothing held)."""
    arrivals: AnyCalls | None = None
    """Short-lived clients (pods, jobs): when they come, in the words of `calls`; at 0 none is there. Each of them
    starts with nothing held, and is a client of its own."""
    lifetime_s: Dist | None = None
    """How long a client lives that arrived or had a cold start; to the end of the run, or of its `work`, if absent."""

    @field_validator("calls", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return [value] if isinstance(value, dict) else value
