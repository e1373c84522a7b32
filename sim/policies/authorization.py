"""Is a request allowed? The evaluation logic of IAM within one account, and of trust policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
A Deny that applies anywhere wins; else every layer that exists must allow; else the denial is implicit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sim.policies.authorization_conditions import PolicyError
from sim.policies.authorization_statement import Policy, Request, Statement, applies, check_policy, statements

__all__ = [
    "Decision",
    "Effect",
    "Layer",
    "PolicyError",
    "Request",
    "check_policy",
    "evaluate",
    "revoke_older_sessions",
    "statements_from",
]

Effect = Literal["allowed", "implicitly_denied", "explicitly_denied"]
Layer = Literal["identity", "boundary", "session", "scp", "trust"]

_VERSION: Final = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Decision:
    """How a request was decided.

    Attributes:
        effect: allowed, implicitly_denied (nothing allows it), explicitly_denied (a Deny applies).
        statement: The statement that decided; None for an implicit denial.
        layer: Where it was decided; for an implicit denial, the layer that did not allow.
    """

    effect: Effect
    statement: Statement | None = None
    layer: Layer = "identity"

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.effect == "allowed"


def statements_from(
    allow: Iterable[str], deny: Iterable[str] = (), policies: Iterable[Policy] = ()
) -> tuple[Policy, ...]:
    """The short form of a role, user or group as policy documents, with its further documents.

    Args:
        allow: Action patterns allowed on every resource.
        deny: Action patterns denied on every resource.
        policies: IAM policy documents.

    Returns:
        Documents for `evaluate`; empty if nothing is said.
    """
    short = [
        {"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": "*"}
        for sid, effect, actions in (("allow", "Allow", tuple(allow)), ("deny", "Deny", tuple(deny)))
        if actions
    ]
    return (*(({"Version": _VERSION, "Statement": short},) if short else ()), *policies)


def _first(policies: Iterable[Policy], effect: str, request: Request) -> Statement | None:
    """The first statement of that effect that applies."""
    return next(
        (
            statement
            for policy in policies
            for statement in statements(policy)
            if statement.get("Effect") == effect and applies(statement, request)
        ),
        None,
    )


def evaluate(
    policies: Iterable[Policy],
    request: Request,
    *,
    boundary: Policy | None = None,
    session: Iterable[Policy] | None = None,
    scps: Iterable[Policy] | None = None,
) -> Decision:
    """Decide a request of an identity within its account.

    Args:
        policies: Identity policies: the principal's own and those of its groups.
        request: What is asked.
        boundary: Permissions boundary, if there is one.
        session: Session policies passed when the session was made, if any were.
        scps: Service control policies of the organisation, if it has any; each must allow.

    Returns:
        The decision and the statement behind it.

    Raises:
        PolicyError: A policy that had to be read cannot be evaluated.
    """
    layers: list[tuple[Layer, tuple[Policy, ...]]] = [("scp", (scp,)) for scp in scps or ()]
    if boundary is not None:
        layers.append(("boundary", (boundary,)))
    if session is not None:
        layers.append(("session", tuple(session)))
    layers.append(("identity", tuple(policies)))
    for layer, documents in layers:
        if (denied := _first(documents, "Deny", request)) is not None:
            return Decision("explicitly_denied", denied, layer)
    decision = Decision("implicitly_denied")
    for layer, documents in layers:
        allowed = _first(documents, "Allow", request)
        if allowed is None:
            return Decision("implicitly_denied", None, layer)
        decision = Decision("allowed", allowed, layer)
    return decision


def revoke_older_sessions(before: str) -> dict[str, Any]:
    """The inline policy AWSRevokeOlderSessions: denies everything to sessions issued before an instant.

    Args:
        before: Instant, ISO 8601; compared with `aws:TokenIssueTime`.
    """
    condition: Mapping[str, Any] = {"DateLessThan": {"aws:TokenIssueTime": before}}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition}
    return {"Version": _VERSION, "Statement": [statement]}
