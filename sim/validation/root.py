"""The root user of an account: one at most, without policies, who assumes no role and has two keys at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

from sim.aws import iam
from sim.aws.sts_operations import OPERATIONS
from sim.faults.policy import PolicyChange
from sim.faults.quarantine import Quarantine
from sim.faults.revoke import Revoke
from sim.keys.lives import rotated_users
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.principals.role import Trust
from sim.principals.user import User
from sim.scenario import Scenario
from sim.validation.chains import operation_of, root_users, steps
from sim.validation.quotas import users_of
from sim.validation.references import several
from sim.validation.timeline import entries

__all__ = ["RULES"]

ACCESS_KEYS: Final = int(iam.ACCESS_KEYS_PER_USER.value)
"""The most keys of the root user, as of an IAM user (AWS Account Management, root-user-access-key)."""
_ATTACHED: Final = {
    "groups": "is in no group",
    "allow": "may do everything as it is",
    "deny": "has no policy that could deny",
    "policies": "takes no policy",
    "boundary": "takes no permissions boundary",
}
_CHANGES: Final = {Quarantine: "quarantine attaches", PolicyChange: "policy changes", Revoke: "revoke attaches"}


def _roots(scenario: Scenario) -> Iterator[tuple[str, User]]:
    return ((name, user) for name, user in scenario.users.items() if user.root)


def _one_each(scenario: Scenario) -> Iterator[Finding]:
    """An account has one root user."""
    first: dict[str, str] = {}
    for name, user in _roots(scenario):
        if first.setdefault(user.account, name) != name:
            yield (
                ("users", name, "root"),
                f"account {user.account} has one root user, which is {first[user.account]} already; use that one, "
                "or make this an IAM user",
            )
        if user.per == "client":
            yield (
                ("users", name, "per"),
                "client would make a root user of every client, and an account has one; set per: population, or leave "
                "it out",
            )


def _unlimited(scenario: Scenario) -> Iterator[Finding]:
    """No policy of an identity is attached to the root user."""
    for name, user in _roots(scenario):
        for word, why in _ATTACHED.items():
            if getattr(user, word):
                yield (
                    ("users", name, word),
                    f"{name} is the root user of {user.account}, and the root user {why}: only "
                    f"accounts.{user.account}.scps, the rcps of a resource's account and a resource's own policy limit "
                    f"it; remove {word}",
                )


def _may_not(scenario: Scenario) -> Iterator[Finding]:
    """Operations that AWS refuses to the root user, whether its key, its session or its console session asks."""
    for path, step in steps(scenario):
        operation = OPERATIONS.get(operation_of(scenario, step) or "")
        for word, name in root_users(scenario, step):
            if operation is None or operation.of_root is not None or not operation.signers:
                continue
            answer = f"AWS answers {operation.root_refusal}"
            if step.way == "console":
                answer = "the console lets no root user switch to a role"
            yield (
                (*path, word),
                f"{answer}; {name} is the root user of {scenario.users[name].account}: let an IAM user or a role ask",
            )


def _trusted(scenario: Scenario) -> Iterator[Finding]:
    """The root user's ARN in a trust policy stands for its account."""
    for path, trust in _trusts(scenario):
        for name in several(trust.user):
            if name in scenario.users and scenario.users[name].root:
                account = scenario.users[name].account
                yield (
                    (*path, "user"),
                    f"{name} is the root user of {account}, who may assume no role; its ARN in a trust policy stands "
                    f"for the whole account: write account: {account}, or name an IAM user or a role",
                )


def _trusts(scenario: Scenario) -> Iterator[tuple[Path, Trust]]:
    for name, role in scenario.roles.items():
        if isinstance(role.trust, Trust):
            yield ("roles", name, "trust"), role.trust
    for place, fault in entries(scenario):
        if isinstance(fault, PolicyChange) and isinstance(fault.trust, Trust):
            yield (*place, "trust"), fault.trust


def _verbs(scenario: Scenario) -> Iterator[Finding]:
    """What a response cannot do, because it would attach a policy."""
    for place, fault in entries(scenario):
        name = fault.target.removeprefix("user/")
        if type(fault) in _CHANGES and name in scenario.users and scenario.users[name].root:
            yield (
                (*place, fault.verb),
                f"{_CHANGES[type(fault)]} a policy, and none can be attached to {name}, the root user of "
                f"{scenario.users[name].account}, or to its sessions. deactivate_key: {name} ends its keys, and what "
                "was obtained with them ends within an hour by itself",
            )


def _two_keys(scenario: Scenario) -> Iterator[Finding]:
    """Each population has keys of its own, and the root user of an account has two at most."""
    for name, user in _roots(scenario):
        uses = [one for one in scenario.populations if name in _used(scenario, one, "key")]
        number = user.key.number if user.key is not None else 0
        rotated = len(uses) > 1 and name in rotated_users(scenario)
        for place, population in enumerate(uses, start=1):
            if place * number > ACCESS_KEYS or (rotated and place > 1):
                why = "none of them could be rotated" if rotated else f"with {population} they are {place * number}"
                yield (
                    ("populations", population, "credentials"),
                    f"{name} is the root user of {user.account}, which has {ACCESS_KEYS} access keys at most; each "
                    f"population signs with keys of its own, and {why}: make these populations one, or let "
                    f"{population} be an IAM user or a role",
                )


def _used(scenario: Scenario, population: str, kind: Literal["key", "password"]) -> set[str]:
    """Users whose password, or whose key, a population uses."""
    chain = scenario.credentials.get(scenario.populations[population].credentials, ())
    by_password = {step.user for step in chain if step.from_ == "password" and step.user is not None}
    return by_password if kind == "password" else users_of(scenario, population) - by_password


def _one_password(scenario: Scenario) -> Iterator[Finding]:
    """People have a password each; whoever knows the root user's knows the same one."""
    for name, user in _roots(scenario):
        uses = [one for one in scenario.populations if name in _used(scenario, one, "password")]
        told = user.password is not None and (user.password.copies or user.password.age_s is not None)
        people = sum(scenario.populations[one].count for one in uses)
        if told and people > 1:
            yield (
                ("users", name, "password"),
                f"{people} people of {', '.join(uses)} would each have a password with an age and copies of its own, "
                f"and {name} is the root user of {user.account} with one: let one person sign in, or leave out age_s "
                "and copies",
            )


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _one_each,
    _unlimited,
    _may_not,
    _trusted,
    _verbs,
    _two_keys,
    _one_password,
)
"""Every rule of this file."""
