"""From a population's words to its clients: workloads become calls, chains become caches."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sim.cache import Place
from sim.calendar import Calendar
from sim.chains import Chains, place_of
from sim.client import Client, When
from sim.fetching import Asker
from sim.issuers.spec import Iam, Imds
from sim.key_turns import Consumer
from sim.keys import KeyOwner
from sim.laws import draw
from sim.ledger import Ledger, Part
from sim.principals.population import Population, Work
from sim.principals.user import AccessKey, User
from sim.providers.step import Step
from sim.stationary import imds_fetched_at, session_age
from sim.streams import Purpose, Stream, population_id
from sim.worker import Worker
from sim.workloads.base import Caller, Calls
from sim.workloads.merged import merge
from sim.world import World

__all__ = ["KEY_SLOT", "Built", "build_population"]

KEY_SLOT: Final = 4094
"""Slot of an IAM user as the holder of its access keys."""


class Built:
    """One population's clients, hosts, people and key owners.

    Attributes:
        name: Name of the population.
        clients: (index, client) pairs in the order of index and slot.
        owners: IAM users with a key that is rotated or signs every call, by name and number.
        chains: Its caches, hosts and people.
    """

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.spec: Population = world.scenario.populations[name]
        self.chains = Chains(world, name)
        self.first_step: Step = self.chains.steps(self.spec.credentials)[0]
        self.clients: list[tuple[int, Client]] = []
        self.owners: dict[tuple[str, int], KeyOwner] = {}

    def reread(self, client: Client, at: float) -> None:
        """A client that restarts at `at` reads the newest keys of its users."""
        for owner in self.owners.values():
            owner.reread(client.cache.asker, at)


def build_population(world: World, name: str, clients: range | None = None) -> Built:
    """Build the clients of a population, or a block of them; nothing has started yet."""
    built = Built(world, name)
    for client in clients or range(built.spec.count):
        profiles = max(round(draw(world.stream(name), built.spec.profiles, Purpose.PROFILES, client)), 1)
        caches = _caches(built, client, profiles)
        for slot, callers in enumerate(caches):
            _build_client(built, client, slot, callers, _share(built.spec.work, slot, len(caches)))
    return built


def _caches(built: Built, client: int, profiles: int) -> list[list[Caller]]:
    """The callers of each cache of a client.

    Threads share their process's cache unless the chain says that each has its own. Profiles of a person
    have a session each, but one access key and one console sign-in serve an IAM user's whole work.
    """
    stream, calendar = built.world.stream(built.name), _calendar(built, client)
    slots = range(max(profiles, built.spec.threads))
    memo: dict[tuple[int, int], list[tuple[float, float]]] = {}
    callers = [Caller(stream, client, slot, profiles, 0, calendar, memo) for slot in slots]
    if profiles > 1:
        shared = built.first_step.from_ in {"access_key", "password"}
    else:
        shared = built.first_step.cache != "thread"
    return [callers] if shared else [[caller] for caller in callers]


def _share(work: Work | None, slot: int, caches: int) -> Work | None:
    """The part of a client's work that falls to one of its caches."""
    if work is None or caches == 1:
        return work
    return work.model_copy(update={"calls": work.calls // caches + (slot < work.calls % caches)})


def _build_client(built: Built, client: int, slot: int, callers: list[Caller], work: Work | None) -> None:
    world, step = built.world, built.first_step
    tag = f"{built.name}-{client:06d}" + (f".{slot}" if slot else "")
    asker = world.asker(world.holder(built.name, client, slot, tag))
    parts = _parts(built, callers)
    cache = built.chains.cache(asker, built.spec.credentials)
    judge = world.client_timeline.judge(world.authority, built.name, client)
    ledger = Ledger(asker.holder, parts, judge, world.recorder, world.clock)
    calls = merge(tuple(part.calls for part in parts))
    when = When(_starts_at(built, client), world.horizon_s, world.scenario.run.record)
    if work is not None:
        made: Client = Worker(world.clock, cache, calls, ledger, when, work)
    else:
        made = Client(world.clock, cache, calls, ledger, when, fails_first=step.way == "saml-file")
    built.clients.append((client, made))
    while built.chains.signing:
        title, key_of = built.chains.signing.pop()
        _owner(built, title, client).consumers.append(
            Consumer(key_of, key_of.asker, built.spec.reload, when.starts_at_s)
        )
    for source in built.chains.steps(built.spec.credentials):
        if isinstance(world.scenario.issuers.get(source.from_), Imds):
            built.chains.host(source.from_, client).clients.append(made)
    if step.from_ == "access_key":
        owner = _owner(built, str(step.user), client)
        owner.consumers.append(Consumer(made, asker, built.spec.reload, when.starts_at_s))
    elif built.spec.start is None:
        _hold_at_start(built, made)


def _starts_at(built: Built, client: int) -> float:
    start = built.spec.start
    if start is None:
        return 0.0
    return start.at_s + start.spread_s * built.world.stream(built.name).uniform(Purpose.START, client)


def _parts(built: Built, callers: list[Caller]) -> tuple[Part, ...]:
    """A cache's calls, one part per action and resource."""
    made: dict[tuple[str, str | None], list[Calls]] = {}
    for number, spec in enumerate(built.spec.calls):
        made.setdefault((spec.action, spec.resource), []).extend(
            spec.calls_of(replace(caller, number=number)) for caller in callers
        )
    return tuple(Part(merge(tuple(calls)), *asked) for asked, calls in made.items())


def _calendar(built: Built, client: int) -> Calendar:
    target = built.world.stream(built.name).uniform(Purpose.TIME_ZONE, client)
    offset = 0.0
    for zone in built.spec.time_zones:
        offset = zone.utc_offset_h
        target -= zone.share
        if target < 0:
            break
    return Calendar.of(built.world.scenario.run.start, offset, built.spec.workday)


def _hold_at_start(built: Built, made: Client) -> None:
    """A stationary population holds at 0 what it has held for a while."""
    cache, asker, step = made.cache, made.cache.asker, built.first_step
    if isinstance(built.world.scenario.issuers.get(step.from_), Imds):
        host = built.chains.host(step.from_, asker.holder.client)
        at = imds_fetched_at(cache, host)
        made.hold(host.offered(at), at)
        return
    life = built.chains.session_s(built.spec.credentials)
    gap = 1.0 / sum(1.0 / calls.mean_gap_s() for calls in built.spec.calls)
    at = -session_age(cache, life, gap / built.spec.threads)
    made.hold(built.chains.mint(asker, built.spec.credentials, at), at)


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
    return KeyOwner(
        asker=asker,
        user=user_name,
        key=key,
        origin=built.chains.key_origin(user_name),
        iam=world.api(iam) if iam is not None else None,
        account=user.account,
        propagation_s=spec.propagation_s if isinstance(spec, Iam) else 0.0,
        places=_copies(built, key, number),
        recorder=world.recorder,
        horizon_s=world.horizon_s,
        extra=world.client_timeline.replaced(user_name, number),
    )


def _user_of(built: Built, user_name: str, number: int) -> Asker:
    """An IAM user as a holder of keys; a further user of the same clients has draws and ids of its own."""
    world, stem = built.world, built.name
    if user_name == built.first_step.user:
        return world.asker(world.holder(stem, number, KEY_SLOT, f"{stem}-{number:06d}"))
    stream = world.stream(stem)
    own = Stream(stream.seed, stream.replication, population_id(f"{stem}/{user_name}"))
    return Asker(world.clock, own, world.holder(stem, number, KEY_SLOT, f"{stem}-{user_name}-{number:06d}"))


def _copies(built: Built, key: AccessKey, number: int) -> tuple[tuple[Place, int], ...]:
    """The places that hold copies of a user's key, and how many."""
    stream = built.world.stream(built.name)
    copies = key.copies or {place_of(built.first_step, built.spec): 1.0}
    laws = enumerate(copies.items())
    drawn = ((place, int(draw(stream, law, Purpose.COPIES, number, k))) for k, (place, law) in laws)
    return tuple((built.world.place(place, built.name, number), n) for place, n in drawn if n > 0)
