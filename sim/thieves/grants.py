"""What AWS allows whoever bears a credential: the policies' part of a privilege-hour, written beside the holdings.

A thief who takes a credential may do what its principal may do, as long as it is accepted; a thief who mints may do
for so much longer what the sessions behind it may do. Both follow from policies, trust and the kind of the
credential, so they are told once for each kind of credential that lay somewhere, not for each credential.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from sim.access import CHAINED_S, Access, Asked
from sim.authority import Authority
from sim.aws import iam, signin
from sim.credentials import Credential, Holder, Origin
from sim.issuers.spec import IdentityCenter
from sim.recorder import Recorder
from sim.records import Kind, Verdict
from sim.scenario import Scenario
from sim.thieves.thief import EXCHANGED
from sim.thieves.ways import vouched_roles, vouched_s

__all__ = ["Deed", "Grants", "chained_s", "deeds_of"]

_CONSOLE_S: Final = float(iam.CONSOLE_SESSION_S.value)
_LOGIN_S: Final = float(signin.LOGIN_TOKEN_MAX_S.value)
_LATER_S: Final = 1e9
"""When a thief's session is issued, as conditions on aws:TokenIssueTime see it: after all that they name."""
_ENDS_CHAINS: Final = frozenset({"GetFederationToken", "AssumeRoot", "GetRoleCredentials"})
"""Operations of sessions from which exposure counts no further ones."""
_NOBODY: Final = Holder("", 0, 0, 0, "")


class Deed(NamedTuple):
    """Something a thief may want to do.

    Attributes:
        action: IAM action.
        resource: Resource of the scenario, if one is named.
        weight: How bad an hour is in which it is allowed.
    """

    action: str
    resource: str | None
    weight: float


class _Bearer(NamedTuple):
    """Whoever bears a session, and until when after the end of the credential from which it was minted.

    Attributes:
        principal: Who a service sees.
        operation: Operation that issued it.
        after_s: Time for which it may outlive that credential, s; inf if it is renewed out of its own kind.
    """

    principal: str
    operation: str
    after_s: float


@dataclass(frozen=True, slots=True)
class _Class:
    """Credentials that are allowed the same.

    Attributes:
        name: Their name in the tables.
        cuts: Unix seconds at which a policy tells sessions apart by the time of their issue.
    """

    name: str
    cuts: tuple[float, ...]


def deeds_of(scenario: Scenario, population: str, own: Mapping[str, float] | None = None) -> tuple[Deed, ...]:
    """What a thief may want to do with what he finds at a population.

    Args:
        scenario: The scenario.
        population: Name of the population.
        own: Actions with weights that go before those of `theft.actions`.

    Returns:
        `own`, else `theft.actions`, else the calls of the population, each with weight 1.
    """
    said = own if own is not None else scenario.theft.actions
    if said is not None:
        return tuple(Deed(action, None, weight) for action, weight in said.items())
    calls = scenario.populations[population].calls
    return tuple(Deed(*one, 1.0) for one in dict.fromkeys((spec.action, spec.resource) for spec in calls))


def chained_s(access: Access, principal: str) -> dict[str, float]:
    """Roles that can be reached from a principal's session, and how long after its end the last one is accepted.

    Each step of a chain lasts at most an hour from the instant it is taken, so the longest way counts; behind a
    cycle of trust there is a way of any length.

    Returns:
        `role/NAME` -> seconds; inf behind a cycle.
    """
    roles = tuple(access.scenario.roles)
    found: dict[str, float] = {}
    front = dict.fromkeys([principal])  # in the order of the scenario: a set's would differ from process to process
    longest = len(roles) + 1
    for steps in range(1, 2 * longest + 2):
        front = dict.fromkeys(f"role/{role}" for one in front for role in roles if access.may_chain(one, role))
        found.update(dict.fromkeys(front, steps * CHAINED_S if steps < longest else math.inf))
        if not front:
            break
    return found


class Grants:
    """Names what lies anywhere by what it is good for, and writes what that is.

    Args:
        scenario: The shard's part of a resolved scenario.
        access: Its policies over time.
        authority: Who judges calls.
    """

    def __init__(self, scenario: Scenario, access: Access, authority: Authority) -> None:
        self._scenario = scenario
        self._access = access
        self._authority = authority
        self._classes: dict[tuple[object, ...], _Class] = {}
        self._names: dict[tuple[object, ...], str] = {}
        self._first: dict[tuple[str, str], Credential] = {}

    def of(self, credential: Credential) -> str:
        """The name of what a credential is good for."""
        one = credential
        key = (one.holder.population, one.provider, one.principal, one.operation, one.mfa, one.limited_by, one.kind)
        found = self._classes.get(key)
        if found is None:
            found = self._classes[key] = self._class(one)
            self._first[one.holder.population, found.name] = one
        return self._of_its_time(found, one) if found.cuts else found.name

    def _class(self, credential: Credential) -> _Class:
        words = [credential.principal, "by", credential.operation, "of", credential.provider]
        words += ["with MFA"] if credential.mfa else []
        words += [f"limited by {credential.limited_by[0]}.{credential.limited_by[1]}"] if credential.limited_by else []
        return _Class(" ".join(words), tuple(sorted(set(self._cuts(credential)))))

    def _cuts(self, credential: Credential) -> Iterator[float]:
        if credential.kind is Kind.ACCESS_KEY or credential.kind in EXCHANGED:
            return
        for deed in deeds_of(self._scenario, credential.holder.population):
            asked = Asked(credential.principal, deed.action, deed.resource, credential.limited_by)
            yield from self._access.permit(asked).issue_cuts

    def _of_its_time(self, found: _Class, credential: Credential) -> str:
        """The name where policies ask when a session was issued."""
        stamp = credential.issued_at_s + self._scenario.run.start.timestamp()
        between = bisect_left(found.cuts, stamp), bisect_right(found.cuts, stamp)
        key = (found.name, between)
        if key not in self._names:
            self._names[key] = f"{found.name} issued in time {between[0]}-{between[1]}"
        name = self._names[key]
        self._first.setdefault((credential.holder.population, name), credential)
        return name

    def write(self, recorder: Recorder) -> None:
        """Write what everything that lay somewhere is good for."""
        if recorder.grants is None:
            return
        for (population, name), credential in sorted(self._first.items(), key=lambda item: item[0]):
            for deed in deeds_of(self._scenario, population):
                for minted, after_s, start, stop in self._spans(credential, deed):
                    row = (
                        population,
                        name,
                        deed.action,
                        deed.resource or "",
                        deed.weight,
                        minted,
                        after_s,
                        start,
                        stop,
                    )
                    recorder.grants.add(self._scenario.run.horizon_s, 0, row)

    def _spans(self, credential: Credential, deed: Deed) -> Iterator[tuple[int, float, float, float]]:
        """(minted, after_s, from_s, to_s) of every unbroken time in which policies allow a deed."""
        if credential.kind not in EXCHANGED:
            origin = Origin(
                credential.principal, "", "", "", credential.operation,
                mfa=credential.mfa, limited_by=credential.limited_by,
            )  # fmt: skip
            issued = credential.issued_at_s
            yield from ((0, 0.0, *span) for span in self._allowed(credential.kind, origin, issued, deed))
        for one in self._minted(credential):
            origin = Origin(one.principal, "", "", "", one.operation)
            yield from ((1, one.after_s, *span) for span in self._allowed(Kind.SESSION, origin, _LATER_S, deed))

    def _allowed(self, kind: Kind, origin: Origin, issued_at_s: float, deed: Deed) -> Iterator[tuple[float, float]]:
        bearer = Credential(kind, _NOBODY, 0, origin, issued_at_s, math.inf)
        since = -math.inf
        for until, verdict in self._authority.pieces(bearer, deed.action, deed.resource):
            if verdict is Verdict.OK:
                yield since, until
            since = until

    def _minted(self, credential: Credential) -> Iterator[_Bearer]:
        """Sessions that a thief obtains with a credential, those at the end of each chain included."""
        for first in self._obtained(credential):
            if first.after_s > 0:
                yield first
            if first.operation not in _ENDS_CHAINS:
                for role, further_s in chained_s(self._access, first.principal).items():
                    yield _Bearer(role, "AssumeRole", first.after_s + further_s)

    def _obtained(self, credential: Credential) -> Iterator[_Bearer]:
        """The session with which chains begin; the credential itself if it is one."""
        principal = credential.principal
        match credential.kind:
            case Kind.SESSION:
                yield _Bearer(principal, credential.operation, 0.0)
            case Kind.ACCESS_KEY:
                yield _Bearer(principal, "GetSessionToken", self._access.key_mints_s(principal))
            case Kind.PASSWORD if not credential.mfa:
                yield _Bearer(principal, "ConsoleLogin", _CONSOLE_S)
            case Kind.LOGIN_TOKEN:
                yield _Bearer(principal, "CreateOAuth2Token", _LOGIN_S)
            case Kind.PROJECTED_TOKEN | Kind.SAML_ASSERTION:
                by = "AssumeRoleWithWebIdentity" if credential.kind is Kind.PROJECTED_TOKEN else "AssumeRoleWithSAML"
                for role in vouched_roles(self._scenario, credential):
                    after_s = vouched_s(self._scenario, credential, role, credential.expires_at_s)
                    yield _Bearer(f"role/{role}", by, after_s)
            case Kind.SSO_TOKEN:
                yield from self._assigned(credential)

    def _assigned(self, token: Credential) -> Iterator[_Bearer]:
        """Permission sets that a portal token opens to its person."""
        spec = self._scenario.issuers.get(token.issuer)
        if isinstance(spec, IdentityCenter):
            steps = self._scenario.credentials.get(token.provider, ())
            for name in dict.fromkeys(step.permission_set for step in steps if step.from_ == token.issuer):
                length = float(spec.permission_sets[str(name)].session_s)
                yield _Bearer(f"permission_set/{token.issuer}/{name}", "GetRoleCredentials", length)
