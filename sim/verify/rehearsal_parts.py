"""The common language of a rehearsal: what a client is told to do, and what is seen of it; plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sim.verify.trace import Trace

__all__ = ["AGENTS", "Link", "Login", "Offered", "Player", "Seen", "operation_of"]

AGENTS: Final = ("agent", "broker")
"""Ways whose answers come from a cache on the client's host."""
_OPERATIONS: Final = {
    **dict.fromkeys(("imds", "container", "agent", "broker", "function"), "GetCredentials"),
    "key": "key of",
    "sso": "GetRoleCredentials",
    "login": "aws login of",
    "presigned": "URL signed by",
}


@dataclass(slots=True)
class Seen(Trace):
    """What happened to a client, and when its person logged in or typed a code."""

    logins: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Login:
    """How a person logs in, and what that leaves.

    Attributes:
        way: `sso`, `saml-file`, `process` or `login`.
        idp: Identity provider of the scenario; empty for a password.
        again_after_s: How long nobody tries again after a login that was of no use.
        lasts_s: Life of the portal's session, or of `aws login`.
        token_s: Life of an access token of the portal.
        life_s: Life of role credentials, or of a set of `aws login`.
        refreshes: Whether a refresh token is kept.
        sts: STS that the portal needs for role credentials, if the scenario says so.
    """

    way: str
    idp: str
    again_after_s: float
    lasts_s: float = 0.0
    token_s: float = 0.0
    life_s: float = 0.0
    refreshes: bool = True
    sts: str = ""

    @property
    def counts_tokens(self) -> bool:
        """Whether requests for access tokens are compared: the simulator makes none where one lasts as the session."""
        return self.token_s < self.lasts_s


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
        way: `key`, an operation of STS, `imds`, `container`, `agent`, `broker`, `function`, `sso`, `login` or
            `presigned`.
        issuer: Issuer of the scenario; empty for a key.
        role: Role that it obtains, or user that it is.
        session_s: Length of the sessions that it asks for; None where it asks for none.
        renewed: Whether a new one is obtained when one ends.
        cached: Whether what it yields serves later calls, too.
        source: What signs.
        login: The login that it needs, if a person has to log in.
        mfa: Whether a code is typed for it.
    """

    way: str
    issuer: str
    role: str
    session_s: int | None = None
    renewed: bool = True
    cached: bool = True
    source: Link | None = None
    login: Login | None = None
    mfa: bool = False

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Link:
        """A link from plain data."""
        source = None if data["source"] is None else cls.of(data["source"])
        login = None if data["login"] is None else Login(**data["login"])
        return cls(**{**data, "source": source, "login": login})

    @property
    def issuers(self) -> set[str]:
        """Issuers of the scenario whose outages meet it."""
        behind = () if self.login is None else (self.login.idp, self.login.sts)
        return {name for name in (self.issuer, *behind) if name}

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
        new_every_s: Time after which it builds one, counted from the call that built the last one; 0 for never.
        commands: Whether every call is a process of its own, with a file cache.
        offered: What the endpoint of its host offers, if it has one.
        draws: Uniform draws for botocore's static stability, by number of the fetch, from 1.
        lent: Sets that the simulated agent of its host had to hand out: when it got each, and its end.
    """

    name: str
    population: str
    calls: tuple[float, ...]
    link: Link
    new_every: int = 0
    new_every_s: float = 0.0
    commands: bool = False
    offered: Offered | None = None
    draws: tuple[float, ...] = ()
    lent: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Player:
        """A player from plain data."""
        offered = None if data["offered"] is None else Offered(**data["offered"])
        changes = {"calls": tuple(data["calls"]), "draws": tuple(data["draws"]), "link": Link.of(data["link"])}
        lent = tuple((at, end) for at, end in data["lent"])
        return cls(**{**data, **changes, "offered": offered, "lent": lent})

    def plain(self) -> dict[str, Any]:
        """The player as plain data."""
        return asdict(self)


def operation_of(way: str) -> str:
    """What a request by a link is called in the records."""
    return _OPERATIONS.get(way, way)
