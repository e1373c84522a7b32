"""One statement of an IAM policy: is it well formed, and does it apply to a request?

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sim.policies.authorization_conditions import PolicyError, conditions_hold, known_operator
from sim.policies.authorization_match import any_like, as_list, covers_arn, substitute

__all__ = ["Policy", "Request", "Statement", "applies", "check_policy", "statements"]

Policy = Mapping[str, Any]
Statement = Mapping[str, Any]

_ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"}
)
_EXCLUSIVE: Final = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of AWS.

    Attributes:
        action: IAM action, `service:Operation`.
        resource: ARN it is for; None where the scenario names none: every Allow covers it whatever
            its Resource, a Deny only if it is for every resource.
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
    return ", ".join(map(str, value)) if isinstance(value, Mapping) else type(value).__name__


def _problems(statement: object, with_principal: bool) -> Iterator[str]:
    if not isinstance(statement, Mapping):
        yield f"a statement must be a mapping, not {type(statement).__name__}"
        return
    unknown = sorted(map(str, set(statement) - _ELEMENTS))
    if unknown:
        yield f"unknown element {', '.join(unknown)}; known: {', '.join(sorted(_ELEMENTS))}"
    if statement.get("Effect") not in {"Allow", "Deny"}:
        yield f"Effect must be Allow or Deny, not {statement.get('Effect')!r}"
    for one, other in _EXCLUSIVE:
        if one in statement and other in statement:
            yield f"{one} and {other} exclude each other"
    if "Action" not in statement and "NotAction" not in statement:
        yield "Action or NotAction is missing"
    needed, refused = ("Principal", "Resource") if with_principal else ("Resource", "Principal")
    if needed not in statement and f"Not{needed}" not in statement:
        yield f"{needed} or Not{needed} is missing"
    if refused in statement or f"Not{refused}" in statement:
        yield f"{refused} does not belong into {'a trust' if with_principal else 'an identity'} policy"
    yield from _condition_problems(statement.get("Condition", {}))


def _condition_problems(condition: object) -> Iterator[str]:
    if not isinstance(condition, Mapping) or not all(isinstance(keys, Mapping) for keys in condition.values()):
        yield "Condition must map operators to keys to values"
        return
    unknown = [name for name in condition if not known_operator(str(name))]
    if unknown:
        yield f"unknown condition operator {', '.join(map(repr, unknown))}"


def check_policy(policy: Policy, trust: bool = False) -> None:
    """Refuse a policy document that cannot be evaluated.

    Args:
        policy: The document.
        trust: Whether it is a trust policy, which names principals and no resources.

    Raises:
        PolicyError: With every problem of every statement.
    """
    found = [
        f"statement {number}: {problem}"
        for number, statement in enumerate(statements(policy))
        for problem in _problems(statement, trust)
    ]
    if found:
        raise PolicyError("; ".join(found))


def _action_matches(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any_like(as_list(statement["NotAction"]), action, ignore_case=True)
    return any_like(as_list(statement.get("Action")), action, ignore_case=True)


def _resource_matches(statement: Statement, request: Request, keys: Mapping[str, Any]) -> bool:
    inverted = "NotResource" in statement
    patterns = as_list(statement.get("NotResource" if inverted else "Resource", "*"))
    if request.resource is None:
        return statement.get("Effect") == "Allow" or (not inverted and "*" in patterns)
    texts = [text for text in (substitute(pattern, keys) for pattern in patterns) if text is not None]
    return any(covers_arn(text, request.resource) for text in texts) is not inverted


def applies(statement: Statement, request: Request) -> bool:
    """Whether a statement speaks about a request; its principals are not looked at.

    Raises:
        PolicyError: An operator of its Condition is not known.
    """
    keys = request.keys()
    return (
        _action_matches(statement, request.action)
        and _resource_matches(statement, request, keys)
        and conditions_hold(statement.get("Condition", {}), keys)
    )
