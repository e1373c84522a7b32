"""From a population's words to its clients: workloads become calls, chains become caches."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from functools import partial
from typing import Final, NamedTuple, Protocol

from simpy import Event

from sim.caches.cache import Place
from sim.caches.host_caches import raced
from sim.caches.places import place_of
from sim.caches.start_held import hold_at_start
from sim.callers import calendar_of, parts_of
from sim.chains.chains import Chains
from sim.chains.fetching import Asker
from sim.clients.client import Client, Kit, When
from sim.clients.clock_correction import correction_of
from sim.clients.ledger import Ledger
from sim.clients.provider_life import Programs
from sim.clients.sts_caller import Line, StsCaller, StsCalls
from sim.issuers.spec import Iam, Local, Sts
from sim.keys.journal import Journal
from sim.keys.keys import DEFAULT_ROTATION, KeyOwner
from sim.keys.turns import Consumer, KeyHolder
from sim.laws import copies_at, draw
from sim.principals.population import Population, Work
from sim.principals.user import AccessKey, User
from sim.providers.step import Step
from sim.streams import Purpose, Stream, population_id
from sim.sts_calls import operation_of, served_by
from sim.timeline.lifetimes import Life
from sim.timeline.upgrades import versions
from sim.workloads.base import Caller
from sim.workloads.merged import merge
from sim.world import World

__all__ = ["KEY_SLOT", "Built", "Thing", "build_population"]

KEY_SLOT: Final = 4094
"""Slot of an IAM user as the holder of its access keys."""
_VERSION_BITS: Final = 18
"""Room for the fetches of one version of a client, before the numbers of the next one's."""


class Thing(Protocol):
    """What runs beside the clients of a population: a host, the token in a pod, the owner of a key."""

    def run(self) -> Generator[Event, None, None]:
        """Its SimPy process."""

    def finish(self) -> None:
        """Write what is open at the horizon."""


class Read(NamedTuple):
    """A key that a client reads when its process starts."""

    owner: KeyOwner
    holder: KeyHolder
    asker: Asker


class Built:
    """One population's clients, hosts, people and key owners, in one version.

    Attributes:
        name: Name of the population.
        version: The number of its upgrades before.
        clients: (index, client) pairs in the order of index and slot.
        lives: When the process of each client runs as this version; empty where all run to the end.
        reads: The keys that each client reads when its process starts.
        owners: IAM users with a key that is rotated, lies somewhere or signs every call, by name and number.
        chains: Its caches, hosts and people.
        sending: Its clients' calls to STS.

    Args:
        world: The world as this version sees it.
        name: Name of the population.
        before: The population before its upgrades; None if this is it.
        version: The number of its upgrades before.
    """

    def __init__(self, world: World, name: str, before: Built | None = None, version: int = 0) -> None:
        self.world = world
        self.name = name
        self.version = version
        self.spec: Population = world.scenario.populations[name]
        self.chains: Chains = Chains(world, name, before.chains if before else None)
        self.first_step: Step = self.chains.steps(self.spec.credentials)[0]
        self.clients: list[tuple[int, Client]] = []
        self.lives: dict[Client, tuple[Life, ...]] = {}
        self.reads: dict[Client, list[Read]] = {}
        self.owners: dict[tuple[str, int], KeyOwner] = before.owners if before else {}
        self._askers: dict[tuple[int, int], Asker] = before._askers if before else {}
        self._consumers: dict[Client, list[tuple[KeyOwner, Consumer]]] = {}
        self.sending: list[StsCalls] = []
        self.programs = Programs(self.spec, self.first_step)

    def begin(self, client: Client, at: float) -> None:
        """A client's process starts at `at` and reads the keys of its users."""
        read = [(one.owner, Consumer(one.holder, one.asker, self.spec.reload, at)) for one in self.reads[client]]
        self._consumers[client] = read
        for owner, consumer in read:
            owner.join(consumer, at)

    def end(self, client: Client, at: float) -> None:
        """A client's process ends at `at`: nobody tells it of a new key any more."""
        for owner, consumer in self._consumers.pop(client, ()):
            owner.leave(consumer, at)

    def reread(self, client: Client, at: float) -> None:
        """A client that restarts at `at` reads the newest keys of its users."""
        for owner, consumer in self._consumers.get(client, ()):
            owner.reread(consumer, at)

    def asker(self, client: int, slot: int) -> Asker:
        """A client as one that asks for credentials; an upgraded one goes on counting those it was given."""
        if (client, slot) not in self._askers:
            tag = f"{self.name}-{client:06d}" + (f".{slot}" if slot else "")
            self._askers[client, slot] = self.world.asker(self.world.holder(self.name, client, slot, tag))
        return self._askers[client, slot]

    @property
    def things(self) -> Iterator[Thing]:
        """Calls to STS, hosts, tokens and key owners, in the order of their start; upgrades leave all but the first."""
        yield from self.sending
        if not self.version:
            yield from self.chains.hosts.values()
            yield from self.chains.tokens
            yield from self.owners.values()


def build_population(world: World, name: str, clients: range | None = None) -> list[Built]:
    """Build the clients of a population, or a block of them, in all its versions; nothing has started yet."""
    built = [Built(world, name)]
    for version, scenario in enumerate(versions(world.scenario, name)[1:], start=1):
        built.append(Built(world.seen_as(scenario), name, built[0], version))
    lifetimes = world.lifetimes(name)
    for client in clients or range(lifetimes.number):
        lives = lifetimes.of(client)
        for one in built:
            own = tuple(life for life in lives if life.version == one.version)
            if own:
                _build_process(one, client, own)
    return built


def _build_process(built: Built, client: int, lives: tuple[Life, ...]) -> None:
    """Build a client's caches and the calls that sign with them."""
    stream = built.world.stream(built.name)
    profiles = max(round(draw(stream, built.spec.profiles, Purpose.PROFILES, client)), 1)
    caches = _caches(built, client, profiles)
    for slot, callers in enumerate(caches):
        _build_client(built, client, slot, callers, lives, _share(built.spec.work, slot, len(caches)))


def _caches(built: Built, client: int, profiles: int) -> list[list[Caller]]:
    """The callers of each cache of a client.

    Threads share their process's cache unless the chain says that each has its own. Profiles of a person
    have a session each, but one access key and one console sign-in serve an IAM user's whole work.
    """
    stream = built.world.stream(built.name)
    calendar = calendar_of(built.spec, stream, client, built.world.scenario.run.start)
    slots = range(max(profiles, built.spec.threads))
    memo: dict[tuple[int, int], list[tuple[float, float]]] = {}
    callers = [Caller(stream, client, slot, profiles, 0, calendar, memo) for slot in slots]
    if profiles > 1:
        shared = built.first_step.from_ in {"access_key", "password"}
    else:
        shared = built.first_step.cache != "thread" and not raced(built.first_step)
    return [callers] if shared else [[caller] for caller in callers]


def _share(work: Work | None, slot: int, caches: int) -> Work | None:
    """The part of a client's work that falls to one of its caches."""
    if work is None or caches == 1:
        return work
    return work.model_copy(update={"calls": work.calls // caches + (slot < work.calls % caches)})


def _build_client(
    built: Built, client: int, slot: int, callers: list[Caller], lives: tuple[Life, ...], work: Work | None
) -> None:
    world, step = built.world, built.first_step
    asker = built.asker(client, slot)
    parts = parts_of(built.spec, callers, lives)
    line = _line(built)
    sent = tuple(part for part in parts if line is not None and operation_of(part.action))
    cache = built.chains.cache(asker, built.spec.credentials)
    cache.fetches = built.version << _VERSION_BITS
    correction = correction_of(built.chains.sdk, parts, known=work is None)
    judge = world.client_timeline.judge(world.authority, built.name, client, built.spec.arrives_after_s, correction)
    account = partial(Ledger, asker.holder, authority=judge, recorder=world.recorder, clock=world.clock)
    ledger = account(tuple(part for part in parts if part not in sent))
    starts_at = 0.0 if math.isinf(lives[0].start_s) else lives[0].start_s
    when = When(starts_at, world.horizon_s, world.scenario.run.record)
    kit = Kit(world.clock, cache, merge(tuple(part.calls for part in parts)), ledger, when)
    if work is not None:
        made: Client = built.programs.working(client, kit, work)
    elif built.programs:
        build = partial(built.chains.fresh, asker, built.spec.credentials)
        made = built.programs.around(client, kit, build)
    elif line is not None:
        made = caller = StsCaller(kit, line)
        built.sending += [StsCalls(caller, account((part,)), starts_at, world.horizon_s) for part in sent]
    else:
        made = Client(kit, fails_first=step.way == "saml-file")
    built.clients.append((client, made))
    read = [Read(_owner(built, title, client), key, asker) for title, key in built.chains.signed(made)]
    person = built.chains.staff.people.get(client)
    if person is not None and person.password is not None:
        person.password.next_use = kit.calls.first
    for source in built.chains.steps(built.spec.credentials):
        if isinstance(world.scenario.issuers.get(source.from_), Local):
            built.chains.host(source.from_, client).clients.append(made)
    if step.from_ == "access_key":
        read.append(Read(_owner(built, str(step.user), client), made, asker))
    elif math.isinf(lives[0].start_s) and not built.programs.call_by_call:
        hold_at_start(world, built.chains, made)
    _tell_of_keys(built, made, read, lives)


def _tell_of_keys(built: Built, made: Client, read: list[Read], lives: tuple[Life, ...]) -> None:
    """Whoever runs is told of new keys; processes that start later read them then."""
    built.reads[made] = read
    whole = built.world.lifetimes(built.name).whole
    if not whole:
        built.lives[made] = lives
    if whole or lives[0].start_s <= 0:
        built.begin(made, max(lives[0].start_s, 0.0))


def _line(built: Built) -> Line | None:
    """How the population's calls reach STS, if some are requests there."""
    name = served_by(built.world.scenario, built.spec)
    if name is None:
        return None
    spec = built.world.scenario.issuers[name]
    group = "global" if isinstance(spec, Sts) and spec.endpoint == "global" else "signed"
    return Line(built.world.api(name), group, built.chains.sdk.retry)


def _owner(built: Built, user_name: str, client: int) -> KeyOwner:
    """The IAM user whose key a client signs with."""
    user = built.world.scenario.users[user_name]
    number = client if user.per == "client" else 0
    if (user_name, number) not in built.owners:
        built.owners[user_name, number] = _key_owner(built, user_name, user, number)
    return built.owners[user_name, number]


def _key_owner(built: Built, user_name: str, user: User, number: int) -> KeyOwner:
    world = built.world
    asker = _user_of(built, user_name, number)
    iam = next((name for name, spec in world.scenario.issuers.items() if isinstance(spec, Iam)), None)
    spec = world.scenario.issuers[iam] if iam is not None else None
    key = user.key or AccessKey()
    propagation_s = spec.propagation_s if isinstance(spec, Iam) else 0.0
    journal = Journal(
        asker=asker,
        user=user_name,
        account=user.account,
        iam=world.api(iam) if iam is not None else None,
        places=_copies(built, key, number),
        recorder=world.recorder,
        propagation_s=propagation_s,
        toil_min=(key.rotation or DEFAULT_ROTATION).toil_min,
        horizon_s=world.horizon_s,
    )
    extra = world.client_timeline.replaced(user_name, number)
    origin = built.chains.key_origin(user_name)
    return KeyOwner(asker, key, origin, journal, propagation_s, world.horizon_s, extra=extra)


def _user_of(built: Built, user_name: str, number: int) -> Asker:
    """An IAM user as a holder of keys; a further user of the same clients has draws and ids of its own."""
    world, stem = built.world, built.name
    if user_name == built.chains.with_key(built.first_step).user and not built.version:
        return world.asker(world.holder(stem, number, KEY_SLOT, f"{stem}-{number:06d}"))
    stream = world.stream(stem)
    own = Stream(stream.seed, stream.replication, population_id(f"{stem}/{user_name}"))
    return Asker(world.clock, own, world.holder(stem, number, KEY_SLOT, f"{stem}-{user_name}-{number:06d}"))


def _copies(built: Built, key: AccessKey, number: int) -> tuple[tuple[Place, int], ...]:
    """The places that hold copies of a user's key, and how many."""
    copies = key.copies or {place_of(built.first_step, built.spec): 1.0}
    drawn = copies_at(built.world.stream(built.name), copies, number)
    return tuple((built.world.place(place, built.name, number), copied) for place, copied in drawn)
