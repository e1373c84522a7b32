"""Names that must exist: accounts, roles, users, chains, issuers, populations, presets, places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from sim.aws.quotas import QUOTA_PROFILES
from sim.issuers.spec import Attached, IdentityCenter
from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.principals.role import Trust
from sim.problems import did_you_mean, shorten
from sim.scenario import Scenario
from sim.sdk_choice import preset_of
from sim.sdks import SDKS

__all__ = ["PLACES", "RULES", "trusting", "unknown"]

PLACES: Final = (
    "laptop",
    "browser",
    "process",
    "imds",
    "agent",
    "broker",
    "file",
    "repository",
    "image",
    "backup",
    "ci",
    "host",
)
"""Where a credential can lie."""

_TRUSTED_ISSUERS: Final = {"saml": "idp", "web_identity": "idp", "identity_center": "identity_center"}


def unknown(path: Path, what: str, name: str | None, known: Iterable[str]) -> Iterator[Finding]:
    """A finding if a name is given that does not exist."""
    names = list(known)
    if name is not None and name not in names:
        yield path, f"there is no {what} {shorten(name)}; {did_you_mean(name, names)}"


def issuers_of(scenario: Scenario, kind: str) -> list[str]:
    """Names of the issuers of a kind."""
    return [name for name, issuer in scenario.issuers.items() if issuer.kind == kind]


def several(value: tuple[str, ...] | str) -> tuple[str, ...]:
    """One name or several, as several."""
    return (value,) if isinstance(value, str) else value


def _accounts(scenario: Scenario) -> Iterator[Finding]:
    for block in ("roles", "groups", "users"):
        for name, holder in getattr(scenario, block).items():
            yield from unknown((block, name, "account"), "account", holder.account, scenario.accounts)
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, IdentityCenter):
            yield from unknown(("issuers", name, "account"), "account", issuer.account, scenario.accounts)
            for title, one in issuer.permission_sets.items():
                path = ("issuers", name, "permission_sets", title, "account")
                yield from unknown(path, "account", one.account, scenario.accounts)


def _account_numbers(scenario: Scenario) -> Iterator[Finding]:
    allowed = {"111122223333", "444455556666", "777788889999", "123456789012"}
    for name, account in scenario.accounts.items():
        if account.number is not None and account.number not in allowed and not account.number.startswith("000000000"):
            yield (
                ("accounts", name, "number"),
                f"{shorten(account.number)} could be a real account; use one of AWS's documentation numbers "
                f"({', '.join(sorted(allowed))}) or 000000000NNN",
            )


def _one_account_each(scenario: Scenario) -> Iterator[Finding]:
    """Policies name accounts by their number."""
    first: dict[str, str] = {}
    for name, account in scenario.accounts.items():
        if account.number is not None and first.setdefault(account.number, name) != name:
            yield (
                ("accounts", name, "number"),
                f"{shorten(account.number)} is that of account {first[account.number]} already; give each its own, "
                "such as 000000000NNN",
            )


def _quota_profiles(scenario: Scenario) -> Iterator[Finding]:
    for name, account in scenario.accounts.items():
        for group, quota in account.quotas.items():
            if isinstance(quota, str):
                path = ("accounts", name, "quotas", group)
                yield from unknown(path, "quota profile", quota, QUOTA_PROFILES)
                if quota in QUOTA_PROFILES and QUOTA_PROFILES[quota].quota_group != group:
                    yield (
                        path,
                        f"{quota} is a profile of the quota group {QUOTA_PROFILES[quota].quota_group}, not of {group}",
                    )


def _issuers(scenario: Scenario) -> Iterator[Finding]:
    for name, issuer in scenario.issuers.items():
        if isinstance(issuer, Attached):
            yield from unknown(("issuers", name, "role"), "role", issuer.role, scenario.roles)
        if isinstance(issuer, IdentityCenter):
            yield from unknown(("issuers", name, "idp"), "issuer of kind idp", issuer.idp, issuers_of(scenario, "idp"))
            yield from unknown(("issuers", name, "sts"), "issuer of kind sts", issuer.sts, issuers_of(scenario, "sts"))


def _trust(scenario: Scenario) -> Iterator[Finding]:
    for name, role in scenario.roles.items():
        yield from trusting(scenario, ("roles", name, "trust"), role.trust)


def trusting(scenario: Scenario, path: Path, trust: Trust | dict[str, Any]) -> Iterator[Finding]:
    """What is wrong with whom a trust policy names, in its short form; a document is another rule's."""
    if isinstance(trust, Trust):
        yield from _trusted(scenario, path, trust)
    elif "Statement" not in trust:
        keys = ", ".join(sorted(shorten(key) for key in trust)) or "nothing"
        wrong = next((key for key in trust if key not in Trust.model_fields), None)
        near = did_you_mean(wrong, Trust.model_fields, "keys of the short form")
        right = near if wrong is not None else "each key names one or a list of names"
        yield path, f"{keys} is neither the short form nor a policy document with Statement; {right}"


def _trusted(scenario: Scenario, path: Path, trust: Trust) -> Iterator[Finding]:
    known: dict[str, Iterable[str]] = {"role": scenario.roles, "user": scenario.users, "account": scenario.accounts}
    for key, names in known.items():
        for name in several(getattr(trust, key)):
            yield from unknown((*path, key), key, name, names)
    for key, kind in _TRUSTED_ISSUERS.items():
        for name in several(getattr(trust, key)):
            yield from unknown((*path, key), f"issuer of kind {kind}", name, issuers_of(scenario, kind))


def _groups(scenario: Scenario) -> Iterator[Finding]:
    for name, user in scenario.users.items():
        for index, group in enumerate(user.groups):
            path = ("users", name, "groups", index)
            yield from unknown(path, "group", group, scenario.groups)
            if group in scenario.groups and scenario.groups[group].account != user.account:
                other = scenario.groups[group].account
                yield (
                    path,
                    f"group {group} is in account {other}, the user in {user.account}; both must be in one account",
                )


def _populations(scenario: Scenario) -> Iterator[Finding]:
    for name, population in scenario.populations.items():
        path = ("populations", name)
        yield from unknown((*path, "credentials"), "chain", population.credentials, scenario.credentials)
        yield from unknown((*path, "intended_role"), "role", population.intended_role, scenario.roles)
        place = (*path, "sdk") if isinstance(population.sdk, str) else (*path, "sdk", "preset")
        yield from unknown(place, "SDK preset", preset_of(population.sdk), SDKS)


def _copies(scenario: Scenario) -> Iterator[Finding]:
    for name, user in scenario.users.items():
        for place in user.key.copies if user.key is not None else ():
            yield from unknown(("users", name, "key", "copies", place), "place", place, PLACES)


def _theft(scenario: Scenario) -> Iterator[Finding]:
    for population, places in scenario.theft.places.items():
        path = ("theft", "places", population)
        yield from unknown(path, "population", population, scenario.populations)
        for place in places:
            yield from unknown((*path, place), "place", place, PLACES)
        if sum(places.values()) <= 0:
            yield path, "the weights of a population's places must not all be 0"


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (
    _accounts,
    _account_numbers,
    _one_account_each,
    _quota_profiles,
    _issuers,
    _trust,
    _groups,
    _populations,
    _copies,
    _theft,
)
"""Every rule of this file."""
