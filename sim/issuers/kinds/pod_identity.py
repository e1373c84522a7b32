"""The EKS Pod Identity agent."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.aws import eks
from sim.issuers.base import Local
from sim.spec import Name, Positive, Spec

__all__ = ["AgentSettings", "PodIdentity"]


class AgentSettings(Spec):
    """Settings of the agent other than its release's."""

    renew_after_s: Positive | None = None
    """Age at which what it holds is due for renewal (`--max-credential-retention-before-renewal`)."""
    rps: Positive | None = None
    """Refill of the bucket that renewals draw from (`--max-service-qps`)."""
    burst: Positive | None = None
    """Capacity of that bucket."""
    sweep_s: Positive | None = None
    """How often it looks for what is due."""
    single_flight: bool = True
    """Whether requests for what is being fetched wait for it. False: the agents of 2024, which asked EKS Auth once for
    each of them (github.com/aws/eks-pod-identity-agent#34)."""


class PodIdentity(Local):
    """The EKS Pod Identity agent: one per node, with a cache of its own in front of EKS Auth."""

    service: ClassVar[str] = "pods.eks.amazonaws.com"

    kind: Literal["pod_identity"]
    cluster: Name
    """Identity provider (kind idp) that issues the pods' tokens."""
    upstream: Name
    """Issuer of kind eks_auth that it asks."""
    agent: Literal["0.1.37", "0.2"] = "0.2"
    """Release: 0.1.37 keys its cache by the token, so each new token is a miss and leaves the old entry behind;
    0.2 keys it by the pod."""
    life_s: Positive = float(eks.POD_IDENTITY_LIFE_S.value)
    """Lifetime of its credentials. Not settable on AWS: about 6 h."""
    settings: AgentSettings = AgentSettings()
    """Settings other than the release's."""
    sdk: str = "go-v2-old"
    """SDK with which it calls EKS Auth: its retries."""
