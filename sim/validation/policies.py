"""Policy documents: what AWS would refuse to store, and trust that nobody of the scenario can satisfy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sim.access import Access
from sim.aws import iam, sts
from sim.faults.policy import PolicyChange
from sim.issuers.spec import IdentityCenter
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.policies.authorization_conditions import OPERATORS, PolicyError
from sim.policies.authorization_match import as_list
from sim.policies.authorization_statement import Kind, problems
from sim.principals.role import Trust
from sim.problems import did_you_mean
from sim.scenario import Scenario
from sim.validation.chains import operation_of, root_users, steps
from sim.validation.references import unknown
from sim.validation.timeline import entries

__all__ = ["RULES", "documents"]

_PASSES: Final = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken")
Found = Iterator[tuple[Path, Mapping[str, Any], Kind]]


def documents(scenario: Scenario) -> Found:
    """Every policy document with its place and how it is attached."""
    for block in ("roles", "users", "groups"):
        for name, holder in getattr(scenario, block).items():
            yield from (((block, name, "policies", n), one, "identity") for n, one in enumerate(holder.policies))
            boundary = getattr(holder, "boundary", None)
            if boundary is not None:
                yield (block, name, "boundary"), boundary, "identity"
    for name, role in scenario.roles.items():
        if not isinstance(role.trust, Trust) and "Statement" in role.trust:
            yield ("roles", name, "trust"), role.trust, "trust"
    yield from _of_accounts(scenario)
    for name, issuer in scenario.issuers.items():
        for title, one in issuer.permission_sets.items() if isinstance(issuer, IdentityCenter) else ():
            place: Path = ("issuers", name, "permission_sets", title, "policies")
            yield from (((*place, n), policy, "identity") for n, policy in enumerate(one.policies))
    for path, step in steps(scenario):
        if step.session_policy is not None:
            yield (*path, "session_policy"), step.session_policy, "identity"
    yield from _of_timeline(scenario)


def _of_accounts(scenario: Scenario) -> Found:
    for name, account in scenario.accounts.items():
        for number, level in enumerate(account.scps):
            place: Path = ("accounts", name, "scps", number)
            several = isinstance(level, tuple)
            yield from (((*place, n) if several else place, one, "identity") for n, one in enumerate(as_list(level)))
        yield from ((("accounts", name, "rcps", n), one, "resource") for n, one in enumerate(account.rcps))
    for name, resource in scenario.resources.items():
        if resource.policy is not None:
            yield ("resources", name, "policy"), resource.policy, "resource"


def _of_timeline(scenario: Scenario) -> Found:
    for place, fault in entries(scenario):
        if isinstance(fault, PolicyChange):
            yield from (((*place, "policies", n), one, "identity") for n, one in enumerate(fault.policies or ()))
            if fault.trust is not None and not isinstance(fault.trust, Trust) and "Statement" in fault.trust:
                yield (*place, "trust"), fault.trust, "trust"


def _wellformed(scenario: Scenario) -> Iterator[Finding]:
    for path, document, kind in documents(scenario):
        for place, text in problems(document, kind):
            if kind == "resource" and path[0] == "accounts" and "Principal" in text:
                continue  # a resource control policy is for everybody
            near = f"; {did_you_mean(place[-1], OPERATORS, 'operators')}" if "condition operator" in text else ""
            yield (*path, *place), f"{text}{near}"


def _length(document: Mapping[str, Any]) -> int:
    """Characters of a document as AWS counts them."""
    return len(json.dumps(document, separators=(",", ":"), default=str))


def _sizes(scenario: Scenario) -> Iterator[Finding]:
    """AWS counts the characters of a document without white space."""
    for path, document, kind in documents(scenario):
        length = _length(document)
        if kind == "trust" and path[0] == "roles":
            role = scenario.roles[str(path[1])]
            account = scenario.accounts.get(role.account)
            if account is not None and length > account.trust_policy_chars:
                yield (
                    path,
                    f"{length:,} characters; AWS takes {account.trust_policy_chars:,} in account {role.account} "
                    "(quota of role trust policies: 2,048, raised to 8,192 at most by accounts.X.trust_policy_chars)",
                )
        if path[-1] == "session_policy" and length > sts.SESSION_POLICY_MAX_CHARS.value:
            yield path, f"{length:,} characters; a session policy has at most {sts.SESSION_POLICY_MAX_CHARS.value:,}"


_INLINE: Final = {
    "users": iam.INLINE_POLICY_USER_CHARS,
    "roles": iam.INLINE_POLICY_ROLE_CHARS,
    "groups": iam.INLINE_POLICY_GROUP_CHARS,
}


def _attachable(scenario: Scenario) -> Iterator[Finding]:
    """A document too long for a managed policy can only be embedded, and all that is embedded has a quota."""
    for block, fact in _INLINE.items():
        for name, holder in getattr(scenario, block).items():
            lengths = [_length(document) for document in holder.policies]
            inline = sum(length for length in lengths if length > iam.MANAGED_POLICY_CHARS.value)
            if inline > fact.value:
                yield (
                    (block, name, "policies"),
                    f"{inline:,} characters in documents that are too long for a managed policy "
                    f"({iam.MANAGED_POLICY_CHARS.value:,} each); embedded in {block} AWS takes {fact.value:,} in all. "
                    "Split them into shorter documents",
                )
            boundary = getattr(holder, "boundary", None)
            length = 0 if boundary is None else _length(boundary)
            if length > iam.MANAGED_POLICY_CHARS.value:
                yield (
                    (block, name, "boundary"),
                    f"{length:,} characters; a boundary is a managed policy, of at most "
                    f"{iam.MANAGED_POLICY_CHARS.value:,}",
                )


def _session_policies(scenario: Scenario) -> Iterator[Finding]:
    for path, step in steps(scenario):
        operation = operation_of(scenario, step)
        if step.session_policy is not None and operation is not None and operation not in _PASSES:
            yield (*path, "session_policy"), f"{step.from_} takes no session policy; {', '.join(_PASSES)} do"


def _resources(scenario: Scenario) -> Iterator[Finding]:
    for name, resource in scenario.resources.items():
        yield from unknown(("resources", name, "account"), "account", resource.account, scenario.accounts)
    for name, population in scenario.populations.items():
        for number, calls in enumerate(population.calls):
            path: Path = ("populations", name, "calls")
            place = (*path, number, "resource") if len(population.calls) > 1 else (*path, "resource")
            yield from unknown(place, "resource", calls.resource, scenario.resources)


def _satisfiable(scenario: Scenario) -> Iterator[Finding]:
    """Of all steps that ask for a role, its trust document must let one; the short form is another rule's."""
    changed = {fault.policy for fault in scenario.timeline if isinstance(fault, PolicyChange)}
    access = Access(scenario)
    for name, role in scenario.roles.items():
        asking = [(path, step) for path, step in steps(scenario) if step.role == name]
        asking = [(path, step) for path, step in asking if not root_users(scenario, step)]  # another rule tells
        if isinstance(role.trust, Trust) or not asking or f"role/{name}" in changed:
            continue
        try:
            if any(access.trusts(name, step) for _, step in asking):
                continue
        except (PolicyError, KeyError, AttributeError):
            continue  # what is missing or malformed is told where it stands
        who = ", ".join(".".join(map(str, path)) for path, _ in asking)
        yield (
            ("roles", name, "trust"),
            f"nobody of the scenario can satisfy this trust policy: it refuses every step that asks for it ({who}); "
            "look at Principal, Condition and the account numbers (accounts.X.number)",
        )


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _wellformed,
    _sizes,
    _attachable,
    _session_policies,
    _resources,
    _satisfiable,
)
"""Every rule of this file."""
