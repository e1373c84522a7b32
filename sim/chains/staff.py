"""The people of a population: who logs in where, the passwords that they type, and what a login leaves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from sim.aws import signin
from sim.caches.places import place_of
from sim.chains.fetching import Asker
from sim.chains.terms import Terms, not_on_or_after_s
from sim.clients.people import Person, Portal
from sim.credentials import Origin
from sim.issuers.spec import IdentityCenter
from sim.keys.passwords import PASSWORD_SLOT, ConsolePassword
from sim.laws import copies_at
from sim.principals.population import Population
from sim.providers.step import Step
from sim.records import Kind
from sim.world import SIGN_IN, World

__all__ = ["Staff", "login_of", "vouched_by"]


class Staff:
    """A population's people, each made when a chain needs one first.

    Attributes:
        people: Client -> person.

    Args:
        world: What the shard's clients meet.
        population: Name of the population.
        session: Terms of what its people's chain yields first.
        before: Those whose chains were built before an upgrade: the same people.
    """

    def __init__(self, world: World, population: str, session: Callable[[], Terms], before: Staff | None) -> None:
        self._world = world
        self._name = population
        self._spec: Population = world.scenario.populations[population]
        self._session = session
        self.people: dict[int, Person] = before.people if before else {}

    def portal(self, spec: IdentityCenter, issuer: str, role: Origin) -> Portal:
        """What a login at Identity Center leaves: a portal session that yields `role`."""
        longest = max(permission_set.session_s for permission_set in spec.permission_sets.values())
        mints = longest + role.mints_s
        origin = Origin(f"identity_center/{issuer}", spec.account, role.provider, issuer, "CreateToken", mints)
        origin = replace(origin, endings=self._world.timeline.portal_endings(self._name))
        return Portal(min(spec.portal_session_s, not_on_or_after_s(self._world.scenario, spec.idp)), origin)

    def person(self, step: Step, asker: Asker, way: str) -> Person:
        """The person that a client is, who logs in one way."""
        client = asker.holder.client
        if client not in self.people:
            idp = self._world.idp(SIGN_IN if way in {"password", "login"} else str(step.idp))
            place = self._world.place(place_of(step, self._spec), self._name, client)
            password = self._password(step, client) if way in {"password", "login"} else None
            person = Person(asker, idp, way, step.login, self._world.recorder, place, password)
            person.disabled_at_s = self._world.timeline.disabled_at(self._name, client)
            self.people[client] = person
        return self.people[client]

    def _password(self, step: Step, client: int) -> ConsolePassword | None:
        """A person's password; None where nothing is known of its age, and it lies nowhere."""
        world, user = self._world, self._world.scenario.users[str(step.user)]
        spec, policy = user.password, world.scenario.accounts[user.account].password_policy
        # AWS: the password policy does not apply to the root user's password (id_credentials_passwords_account-policy)
        aged = policy is not None and not user.root
        max_age_s = policy.max_age_s if aged and policy and policy.max_age_s is not None else math.inf
        if spec is None or (math.isinf(max_age_s) and not spec.copies and spec.age_s is None):
            return None
        terms = self._session()
        mints_s = terms.session_s + terms.origin.mints_s
        origin = replace(terms.origin, operation="ChangePassword", mints_s=0.0 if spec.mfa else mints_s)
        asker = world.asker(world.holder(self._name, client, PASSWORD_SLOT, f"{self._name}-{client:06d}"))
        drawn = copies_at(world.stream(self._name), spec.copies, PASSWORD_SLOT << 40 | client)
        places = tuple((world.place(place, self._name, client), number) for place, number in drawn)
        return ConsolePassword(asker, spec, max_age_s, origin, places, world.recorder)


def login_of(origin: Origin) -> Portal:
    """The session that `aws login` keeps on the laptop, of the user who logged in."""
    life_s = float(signin.BEARER_TOKEN_DEFAULT_S.value)
    mints = signin.LOGIN_TOKEN_MAX_S.value + origin.mints_s
    return Portal(life_s, replace(origin, mints_s=mints, operation="Authorize", endings=()), Kind.LOGIN_TOKEN)


def vouched_by(step: Step, idp: str) -> Step:
    """The step with the identity provider behind Identity Center."""
    return step.model_copy(update={"idp": idp})
