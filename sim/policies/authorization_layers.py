"""How the kinds of policies work together: which must allow, which limit whom, and which statement decides.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from sim.policies.authorization_documents import Document, Documents
from sim.policies.authorization_principal import Named, Principal, named_by
from sim.policies.authorization_statement import Request, Statement, applies

__all__ = ["Decision", "Effect", "Layer", "Query", "judge"]

Effect = Literal["allowed", "implicitly_denied", "explicitly_denied"]
Layer = Literal["identity", "group", "boundary", "session", "resource", "trust", "scp", "rcp", "endpoint", "none"]

_FREE: Final = frozenset({"sts:getcalleridentity"})
"""Actions that need no permission and that no policy can deny (STS API reference, GetCallerIdentity)."""
_ASSUMES: Final = frozenset({"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
_NOT_BY_ROOT: Final = frozenset({"sts:assumerole", "sts:assumeroot"})
"""Roles may not be assumed by root users (the error of github.com/kubernetes/kubectl#1243), nor may one call AssumeRoot
(STS API reference, AssumeRoot)."""
_UNLOCKS: Final = frozenset(
    {"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy", "sqs:getqueueattributes"}
    | {"sqs:setqueueattributes"}
)
"""What the root user of its account may do to a bucket or a queue whatever the resource's own policy denies: S3 API
reference, PutBucketPolicy; IAM user guide, root-user-tasks (a policy that denies all principals)."""
_OF_RESOURCES: Final = frozenset({"resource", "trust", "rcp", "endpoint"})
_READS: Final = ("get", "list", "generate", "simulate")
_IN_ARN: Final = 4
_ARN_PARTS: Final = 6


@dataclass(frozen=True, slots=True)
class Decision:
    """How a request was decided.

    Attributes:
        effect: allowed, implicitly_denied (something that must allow does not), explicitly_denied (a Deny applies).
        kind: Kind of the policy that decided; of an implicit denial, the kind that did not allow.
        policy: Name of that policy; empty for an implicit denial.
        statement: The statement that decided; None for an implicit denial.
        index: Number of the statement in its policy, from 0.
        reason: Why, in a sentence.
    """

    effect: Effect
    kind: Layer
    policy: str = ""
    statement: Statement | None = None
    index: int | None = None
    reason: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.effect == "allowed"

    def __bool__(self) -> bool:
        """Whether the request is allowed, so that `if decide(...)` is no trap."""
        return self.allowed

    @property
    def sid(self) -> str | None:
        """Sid of the deciding statement, if it has one."""
        return None if self.statement is None else self.statement.get("Sid")


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement that speaks about the request and names who asks."""

    document: Document
    index: int
    statement: Statement
    named: Named

    def decides(self, effect: Effect) -> Decision:
        """The decision by this statement."""
        layer: Any = self.document.layer
        sid = self.statement.get("Sid")
        place = f"statement {self.index}{f' ({sid})' if sid else ''}"
        verb = "allows" if effect == "allowed" else "denies"
        reason = f"{_LAYER_NAMES[layer]} {self.document.name}, {place} {verb} it"
        return Decision(effect, layer, self.document.name, self.statement, self.index, reason)


_LAYER_NAMES: Final[dict[str, str]] = {
    "identity": "identity policy",
    "group": "group policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "resource": "resource policy",
    "trust": "trust policy",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "endpoint": "VPC endpoint policy",
}


def _silent(layer: Layer, why: str = "") -> Decision:
    """An implicit denial: a kind of policy that had to allow did not."""
    article = "an" if layer == "identity" else "a"
    return Decision(
        "implicitly_denied", layer, reason=why or f"no statement of {article} {_LAYER_NAMES[layer]} allows it"
    )


@dataclass(frozen=True)
class Query:
    """A request, who asks, and all policies that bear on it."""

    request: Request
    who: Principal
    documents: Documents
    resource_account: str | None = None

    @cached_property
    def crosses(self) -> bool:
        """Whether the resource lies in another account than who asks."""
        parts = (self.request.resource or "").split(":")
        in_arn = parts[_IN_ARN] if len(parts) >= _ARN_PARTS else ""
        owner = self.resource_account or (in_arn if in_arn.isdigit() and self.who.account != "*" else "")
        return bool(owner) and self.who.account not in {"", owner}

    @property
    def assumes(self) -> bool:
        """Whether a role is asked for whose trust policy was given as the resource's: it must allow as well."""
        named = ":role/" in (self.request.resource or "") and bool(self.documents.resource)
        return named and self.request.action.lower() in _ASSUMES

    @property
    def organised(self) -> bool:
        """Whether the organisation's policies limit who asks: not services, nor service-linked roles."""
        return self.who.in_iam and not self.who.service_linked

    @property
    def unlocks(self) -> bool:
        """Whether the root user takes away a policy that may lock everybody out of a resource of its account."""
        return self.who.kind == "root" and not self.crosses and self.request.action.lower() in _UNLOCKS

    def hits(self, documents: Iterable[Document], effect: str) -> Iterator[Hit]:
        """Statements of that effect that speak about the request and name who asks."""
        for document in documents:
            of_resource = document.layer in _OF_RESOURCES
            for index, statement in enumerate(document.statements):
                if statement.get("Effect") != effect:
                    continue
                named = self._named(document.layer, statement) if of_resource else self._spoken_of(statement)
                if named != "no" and applies(document.policy, statement, self.request, expand=not of_resource):
                    yield Hit(document, index, statement, named)

    def _named(self, layer: str, statement: Statement) -> Named:
        if layer in {"rcp", "endpoint"} and "Principal" not in statement and "NotPrincipal" not in statement:
            return "itself"  # Both are for everybody who comes by.
        return named_by(statement, self.who, bounded=bool(self.documents.boundary) and layer != "endpoint")

    def _spoken_of(self, statement: Statement) -> Named:
        """An identity's statement is about the identity; AWS stores none that names somebody, but tools write them."""
        if self.who.kind == "unstated" or not {"Principal", "NotPrincipal"} & statement.keys():
            return "itself"
        return named_by(statement, self.who)

    def first(self, documents: Iterable[Document], effect: str = "Allow") -> Hit | None:
        """The first such statement."""
        return next(self.hits(documents, effect), None)


def judge(query: Query, is_trust: bool = False) -> Decision:
    """Decide a request.

    Args:
        query: The request and its policies.
        is_trust: Whether it is for a role to be assumed, whose trust policy must always allow.
    """
    if query.request.action.lower() in _FREE:
        return Decision("allowed", "none", reason="the action needs no permission and cannot be denied")
    refusals = (_denied(query), _owned_by_aws(query.request), _closed_to_root(query), _guarded(query))
    refusal = next((one for one in refusals if one is not None), None)
    return _granted(query, is_trust or query.assumes) if refusal is None else refusal


def _denied(query: Query) -> Decision | None:
    """A Deny that applies anywhere wins."""
    found = query.documents
    organisation = (*found.rcps, *(one for level in found.scps for one in level)) if query.organised else ()
    if not query.who.in_iam:
        organisation = found.rcps
    own = (*found.identity, *found.boundary, *found.session) if query.who.in_iam else ()
    resource = () if query.unlocks else found.resource
    denial = query.first((*organisation, *resource, *found.endpoint, *own), "Deny")
    return denial.decides("explicitly_denied") if denial is not None else None


def _owned_by_aws(request: Request) -> Decision | None:
    """Nobody edits AWS's own policies, nor in IAM the roles that Identity Center provisions."""
    service, _, operation = request.action.lower().partition(":")
    resource = request.resource or ""
    owned = service == "iam" and (":iam::aws:" in resource or ":role/aws-reserved/" in resource)
    alias = service == "kms" and ":alias/aws/" in resource and operation.endswith("alias")
    if not (owned or alias) or operation.startswith(_READS):
        return None
    return _silent("resource", "AWS owns it; roles of Identity Center change through their permission set, not in IAM")


def _closed_to_root(query: Query) -> Decision | None:
    """The root user assumes no role, whatever trust and policies say."""
    if not (query.who.is_root and query.request.action.lower() in _NOT_BY_ROOT):
        return None
    return _silent("none", "AWS lets no root user assume a role or call AssumeRoot; use an IAM user or a role")


def _guarded(query: Query) -> Decision | None:
    """Every level of an organisation, and the endpoint on the way, must allow."""
    for number, level in enumerate(query.documents.scps if query.organised else ()):
        if query.first(level) is None:
            return _silent("scp", f"no service control policy of level {number} allows it")
    if query.documents.endpoint and query.first(query.documents.endpoint) is None:
        return _silent("endpoint")
    return None


def _granted(query: Query, is_trust: bool) -> Decision:
    """What the resource, the identity or both grant."""
    resource_layer: Layer = "trust" if is_trust else "resource"
    grants = {hit.named: hit for hit in reversed(list(query.hits(query.documents.resource, "Allow")))}
    best = next((grants[named] for named in ("itself", "behind", "account") if named in grants), None)
    if not query.who.in_iam:
        return best.decides("allowed") if best is not None else _silent(resource_layer)
    must = is_trust or query.crosses or _is_key(query.request.resource)
    if must and best is None and not (query.who.kind == "unstated" and not is_trust):
        across = "the resource is in another account and no statement of its policy allows it"
        return _silent(resource_layer, across if query.crosses and not is_trust else "")
    if not query.crosses and "itself" in grants:
        # Named directly: implicit denials of identity, boundary and session policies do not matter.
        return grants["itself"].decides("allowed")
    through = None if query.crosses else grants.get("behind")
    return _limited(query, through, best if must else None)


def _is_key(resource: str | None) -> bool:
    """Whether the resource is a KMS key, whose policy must always allow."""
    parts = (resource or "").split(":")
    return len(parts) == _ARN_PARTS and parts[2] == "kms" and parts[5].startswith("key/")


def _limited(query: Query, through: Hit | None, must: Hit | None) -> Decision:
    """What the identity grants, or the resource grants to it, within its boundary and session policies.

    Args:
        query: The request.
        through: A grant of the resource to the role or user behind the session.
        must: The grant of a resource that had to allow as well.
    """
    documents, who = query.documents, query.who
    grant = query.first(documents.identity) or through
    if grant is None and not who.is_root:
        return _silent("identity")
    if documents.boundary and query.first(documents.boundary) is None:
        return _silent("boundary")
    if documents.session and query.first(documents.session) is None:
        return _silent("session")
    if who.kind == "federated_user" and not documents.session:
        return _silent("session", "a federated user without a session policy may do nothing of its own")
    decisive = must or grant
    if decisive is None:
        return Decision("allowed", "none", reason="the root user of the account may do everything in it")
    return decisive.decides("allowed")
