"""Is a request allowed? The evaluation logic of IAM, within one account and across two.

Example:
    >>> from sim.policies.authorization import decide
    >>> read = {
    ...     "Version": "2012-10-17",
    ...     "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::photos/*"}],
    ... }
    >>> decision = decide(
    ...     "s3:GetObject",
    ...     "arn:aws:s3:::photos/ann/1.jpg",
    ...     principal="arn:aws:iam::111122223333:user/ann",
    ...     context={"aws:SourceIp": "203.0.113.7"},
    ...     identity=[read],
    ... )
    >>> decision.effect, decision.kind, decision.sid, decision.index
    ('allowed', 'identity', 'Read', 0)
    >>> decision.reason
    'identity policy identity[0], statement 0 (Read) allows it'
    >>> decide("s3:PutObject", "arn:aws:s3:::photos/ann/1.jpg", identity=[read]).reason
    'no statement of an identity policy allows it'

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html,
reference_policies_evaluation-logic_policy-eval-basics-single.html (who is limited by what) and
reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sim.policies.authorization_conditions import PolicyError
from sim.policies.authorization_documents import Documents, PolicySet, read_documents, read_levels
from sim.policies.authorization_inputs import one_text, read_context
from sim.policies.authorization_layers import Decision, Effect, Layer, Query, judge
from sim.policies.authorization_principal import principal_of
from sim.policies.authorization_statement import Policy, Request, check_policy

__all__ = [
    "Decision",
    "Effect",
    "Layer",
    "PolicyError",
    "check_policy",
    "decide",
    "revoke_older_sessions",
    "statements_from",
]

_VERSION: Final = "2012-10-17"


def decide(  # noqa: PLR0913 - one word for each kind of policy, so that a call reads like AWS's own page
    action: str,
    resource: str | None = None,
    *,
    principal: str | Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
    identity: PolicySet = None,
    groups: PolicySet = None,
    boundary: PolicySet = None,
    session: PolicySet = None,
    resource_policy: PolicySet = None,
    trust: PolicySet = None,
    scps: PolicySet = None,
    rcps: PolicySet = None,
    endpoint: PolicySet = None,
    resource_account: str | None = None,
    session_of: str | None = None,
) -> Decision:
    """Decide one request: allowed, implicitly denied or explicitly denied, by which statement, and why.

    Every policy is given as a document (a mapping with `Statement`, or its JSON text), a list of documents,
    or a mapping name -> document(s); the name then stands in the answer. A statement by itself is a document
    of the current version; AWS's answers around a document (PolicyDocument) are opened. What is not given
    does not exist. The decision is true where the request is allowed.

    Args:
        action: IAM action, `service:Operation`.
        resource: ARN it is for, `*` where the action knows no resources; None if nobody said, which
            every Allow covers and only a Deny on every resource.
        principal: Who asks: ARN of a user, role, role session (`arn:aws:sts::...:assumed-role/...`),
            federated user or account root; an account's number; a service such as `ec2.amazonaws.com`; a
            provider, as `{"Federated": ...}`; `*` for somebody without credentials; a user's plain name,
            which belongs to no account. None if only its policies matter.
        context: Condition keys in any case, and their values (text, numbers, booleans, instants, bytes,
            lists for multivalued keys), or the context entries of SimulateCustomPolicy. What the principal
            itself tells is filled in: aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType,
            aws:username of a user, aws:PrincipalIsAWSService.
        identity: Policies attached to the user, role or permission set.
        groups: Policies of the user's groups.
        boundary: Permissions boundary.
        session: Policies passed to AssumeRole* or GetFederationToken.
        resource_policy: Policy of the resource.
        trust: Trust policy, where the resource is a role to be assumed: it must allow. A resource_policy is
            taken for one if sts:AssumeRole* is asked for the ARN of a role; if neither is given, the trust
            policy is not looked at.
        scps: Service control policies: one level (a list of documents) or, from the root down, a list
            of levels or a mapping of them; at each level a document must allow.
        rcps: Resource control policies; only their denials matter, for AWS always allows beside them.
        endpoint: Policy of the VPC endpoint that the request passes.
        resource_account: Account of the resource, where its ARN does not tell it (an S3 bucket); the
            principal's if not given.
        session_of: ARN of the role or user behind a session, where the session's ARN does not tell it.

    Returns:
        The decision.

    Raises:
        PolicyError: A document cannot be evaluated (malformed, or an operator that does not exist), or an
            argument is nothing that can be decided, such as several actions at once.
    """
    action = one_text("action", action, "s3:GetObject")
    resource = None if resource is None else one_text("resource", resource, "arn:aws:s3:::photos/*")
    owner = None if resource_account is None else one_text("resource_account", resource_account, "111122223333")
    who = principal_of(principal, session_of)
    given = read_context(context)
    own = read_documents("trust", trust, "resource") or read_documents("resource", resource_policy, "resource")
    documents = Documents(
        identity=(*read_documents("identity", identity), *read_documents("group", groups)),
        boundary=read_documents("boundary", boundary),
        session=read_documents("session", session),
        resource=own,
        rcps=tuple(one for level in read_levels("rcp", rcps, "resource") for one in level),
        scps=read_levels("scp", scps),
        endpoint=read_documents("endpoint", endpoint, "resource"),
    )
    query = Query(Request(action, resource, {**who.keys(), **given}), who, documents, owner)
    return judge(query, is_trust=trust is not None)


def statements_from(
    allow: Iterable[str], deny: Iterable[str] = (), policies: Iterable[Policy] = ()
) -> tuple[Policy, ...]:
    """The short form of a role, user or group as policy documents, with its further documents.

    Args:
        allow: Action patterns allowed on every resource.
        deny: Action patterns denied on every resource.
        policies: IAM policy documents.

    Returns:
        Documents for `decide`; empty if nothing is said.
    """
    short = [
        {"Sid": sid, "Effect": effect, "Action": list(actions), "Resource": "*"}
        for sid, effect, actions in (("allow", "Allow", tuple(allow)), ("deny", "Deny", tuple(deny)))
        if actions
    ]
    return (*(({"Version": _VERSION, "Statement": short},) if short else ()), *policies)


def revoke_older_sessions(before: str) -> dict[str, Any]:
    """The inline policy AWSRevokeOlderSessions: denies everything to sessions issued before an instant.

    Args:
        before: Instant, ISO 8601; compared with `aws:TokenIssueTime`.
    """
    condition: Mapping[str, Any] = {"DateLessThan": {"aws:TokenIssueTime": before}}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition}
    return {"Version": _VERSION, "Statement": [statement]}
