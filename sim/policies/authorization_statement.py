"""One statement of an IAM policy: is it well formed, and does it speak about a request?

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from sim.policies.authorization_conditions import PolicyError, conditions_hold, documented, known_operator, spelled
from sim.policies.authorization_match import any_like, as_list, covers_arn, substitute
from sim.policies.authorization_storing import REFUSED, sid_problems, storing_problems

__all__ = ["Kind", "Policy", "Problem", "Request", "Statement", "applies", "check_policy", "problems", "statements"]

Policy = Mapping[str, Any]
Statement = Mapping[str, Any]
Kind = Literal["identity", "resource", "trust"]
"""How a document is attached: to an identity (also boundaries, session policies, SCPs), to a resource, to a role."""
Problem = tuple[tuple[str | int, ...], str]
"""A place in a document and what is wrong there."""

VARIABLES_SINCE: Final = "2012-10-17"
VERSIONS: Final = (VARIABLES_SINCE, "2008-10-17")
_ELEMENTS: Final = (
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
)
_NO_VERSION: Final = "is no version of the policy language"
_NO_STATEMENT: Final = "at least one statement is needed"
_NOT_HERE: Final = "does not belong into"
_SPELLING: Final = "is spelled"
_UNDOCUMENTED: Final = "stands on no page of AWS"
PRINCIPALS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_PRINCIPAL: Final = f"must be * or map {', '.join(PRINCIPALS[:-1])} or {PRINCIPALS[-1]} to names"
_SCALARS: Final = (str, int, float, Decimal, date)
"""What may stand in a Condition: JSON's values, and YAML's instants."""
_EXCLUSIVE: Final = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of AWS.

    Attributes:
        action: IAM action, `service:Operation`.
        resource: ARN it is for; None where nothing is named: every Allow covers it whatever its Resource,
            a Deny only if it is for every resource.
        context: Condition keys and their values (strings, numbers, booleans, datetimes, lists of them).
    """

    action: str
    resource: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)

    def keys(self) -> dict[str, Any]:
        """The context by key in lower case; condition keys ignore case."""
        return {key.lower(): value for key, value in self.context.items()}


def statements(policy: Policy) -> list[Statement]:
    """The statements of a policy document.

    Raises:
        PolicyError: The document is none.
    """
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        raise PolicyError(f"a policy document needs a Statement; this one has: {_names(policy)}")
    return as_list(policy["Statement"])


def _names(value: object) -> str:
    return (", ".join(map(str, value)) or "nothing") if isinstance(value, Mapping) else type(value).__name__


def problems(policy: Policy, kind: Kind = "identity") -> Iterator[Problem]:
    """What AWS would refuse in a document, each with its place.

    Args:
        policy: The document.
        kind: How it is attached: only policies of resources and roles name principals.
    """
    try:
        found = statements(policy)
    except PolicyError as error:
        yield (), str(error)
        return
    version = policy.get("Version", VERSIONS[1])
    if str(version) not in VERSIONS:
        yield ("Version",), f"{version!r} {_NO_VERSION}; {' or '.join(VERSIONS)}"
    if not found:
        yield ("Statement",), _NO_STATEMENT
    for number, statement in enumerate(found):
        place: tuple[str | int, ...] = ("Statement",)
        if isinstance(policy["Statement"], (list, tuple)):
            place = ("Statement", number)
        for key, text in _statement_problems(statement, kind):
            yield ((*place, *key) if key else place), text
    for number, text in sid_problems(found) if kind != "resource" else ():
        yield ("Statement", number, "Sid"), text


def _statement_problems(statement: object, kind: Kind) -> Iterator[Problem]:
    if not isinstance(statement, Mapping):
        yield (), f"a statement must be a mapping, not {type(statement).__name__}"
        return
    for name in statement:
        if name not in _ELEMENTS:
            yield (str(name),), f"unknown element {name}; known: {', '.join(_ELEMENTS)}"
    if statement.get("Effect") not in ("Allow", "Deny"):  # no set: a list or a mapping may stand here
        place = ("Effect",) if "Effect" in statement else ()
        yield place, f"Effect must be Allow or Deny, not {statement.get('Effect')!r}"
    for one, other in _EXCLUSIVE:
        if one in statement and other in statement:
            yield (other,), f"{one} and {other} exclude each other"
    if "Action" not in statement and "NotAction" not in statement:
        yield (), "Action or NotAction is missing"
    yield from _attachment_problems(statement, kind)
    yield from _list_problems(statement)
    yield from _principal_problems(statement)
    yield from _condition_problems(statement.get("Condition", {}))
    yield from storing_problems(statement, kind)


def _attachment_problems(statement: Statement, kind: Kind) -> Iterator[Problem]:
    """A statement says who or what it is about, whichever the document's place leaves open."""
    has_principal = next((name for name in ("Principal", "NotPrincipal") if name in statement), None)
    has_resource = next((name for name in ("Resource", "NotResource") if name in statement), None)
    if kind == "identity" and has_principal:
        yield (has_principal,), f"{has_principal} {_NOT_HERE} an identity policy"
    if kind == "identity" and not has_resource:
        yield (), "Resource or NotResource is missing"
    if kind == "trust" and has_resource:
        yield (has_resource,), f"{has_resource} {_NOT_HERE} a trust policy"
    if kind == "trust" and not has_principal:
        yield (), "Principal or NotPrincipal is missing"


def _list_problems(statement: Statement) -> Iterator[Problem]:
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in statement and not all(isinstance(value, str) for value in as_list(statement[name])):
            yield (name,), f"{name} must be text or a list of texts"


def _principal_problems(statement: Statement) -> Iterator[Problem]:
    for name in ("Principal", "NotPrincipal"):
        element = statement.get(name, "*")
        if isinstance(element, str):
            continue
        if not isinstance(element, Mapping):
            yield (name,), f"{name} {_PRINCIPAL}"
            continue
        for key, entries in element.items():
            if key not in PRINCIPALS:
                yield (name, str(key)), f"{name} {_PRINCIPAL}"
            elif entries is None or not all(isinstance(entry, str) for entry in as_list(entries)):
                yield (name, key), f"{key} must be text or a list of texts"


def _condition_problems(condition: object) -> Iterator[Problem]:
    if not isinstance(condition, Mapping) or not all(isinstance(keys, Mapping) for keys in condition.values()):
        yield ("Condition",), "Condition must map operators to keys to values"
        return
    for name, tests in condition.items():
        right = spelled(str(name))
        if not known_operator(right):
            yield ("Condition", str(name)), f"unknown condition operator {str(name)!r}"
        elif not documented(right):
            yield ("Condition", str(name)), f"condition operator {name} {_UNDOCUMENTED}"
        elif right != name:
            yield ("Condition", str(name)), f"condition operator {name} {_SPELLING} {right}"
        for key, wanted in tests.items():
            if not isinstance(key, str) or not all(isinstance(value, _SCALARS) for value in as_list(wanted)):
                yield ("Condition", str(name), str(key)), "a condition tests a key against text, a number or a boolean"


def check_policy(policy: Policy, kind: Kind = "identity", strict: bool = True) -> None:
    """Refuse a policy document.

    Args:
        policy: The document.
        kind: How it is attached.
        strict: Whether to refuse also what AWS would not store but what can be evaluated all the same: a
            strange version, no statements, an element that does not belong to this kind of policy, a Sid twice, a
            resource that is no ARN, a value that its condition operator cannot read.

    Raises:
        PolicyError: With every problem of every statement.
    """
    found = [(place, text) for place, text in problems(policy, kind) if strict or not _harmless(text)]
    if found:
        raise PolicyError("; ".join(f"{'.'.join(map(str, place))}: {text}".removeprefix(": ") for place, text in found))


def _harmless(text: str) -> bool:
    return any(part in text for part in (_NO_VERSION, _NO_STATEMENT, _NOT_HERE, _SPELLING, _UNDOCUMENTED, REFUSED))


def _action_matches(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any_like(as_list(statement["NotAction"]), action, ignore_case=True)
    return any_like(as_list(statement.get("Action")), action, ignore_case=True)


def _resource_matches(
    statement: Statement, request: Request, keys: Mapping[str, Any], variables: bool, expand: bool
) -> bool:
    inverted = "NotResource" in statement
    patterns = as_list(statement.get("NotResource" if inverted else "Resource", "*"))
    if request.resource is None:
        return statement.get("Effect") == "Allow" or (not inverted and "*" in patterns)
    texts = [substitute(pattern, keys) if variables else pattern for pattern in patterns]
    if inverted and None in texts:
        return False  # What is left out cannot be told, so nothing is meant.
    return any(covers_arn(text, request.resource, expand) for text in texts if text is not None) is not inverted


def applies(policy: Policy, statement: Statement, request: Request, expand: bool = True) -> bool:
    """Whether a statement speaks about a request; its principals are not looked at.

    Args:
        policy: Its document, whose version says whether policy variables are read.
        statement: The statement.
        request: What is asked.
        expand: Whether a short resource pattern stands for all that begins like it.

    Raises:
        PolicyError: An operator of its Condition does not exist.
    """
    keys = request.keys()
    variables = str(policy.get("Version")) == VARIABLES_SINCE
    return (
        _action_matches(statement, request.action)
        and _resource_matches(statement, request, keys, variables, expand)
        and conditions_hold(statement.get("Condition", {}), keys, variables)
    )
