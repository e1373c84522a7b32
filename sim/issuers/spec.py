"""What a scenario may say about issuers: every kind of `sim.issuers.kinds`, found by itself, in one union."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from sim.issuers import kinds
from sim.issuers.base import Attached, Endpoint, IssuerSpec, Local
from sim.issuers.kinds.broker import Broker
from sim.issuers.kinds.container import Container
from sim.issuers.kinds.eks_auth import EksAuth
from sim.issuers.kinds.function import Function
from sim.issuers.kinds.iam import Iam
from sim.issuers.kinds.identity_center import IdentityCenter, PermissionSet
from sim.issuers.kinds.idp import IdentityProvider, KeyFetch
from sim.issuers.kinds.imds import Imds
from sim.issuers.kinds.pod_identity import PodIdentity
from sim.issuers.kinds.roles_anywhere import RolesAnywhere
from sim.issuers.kinds.sts import Sts
from sim.registry import specs_in

__all__ = [
    "AnyIssuer",
    "Attached",
    "Broker",
    "Container",
    "EksAuth",
    "Endpoint",
    "Function",
    "Iam",
    "IdentityCenter",
    "IdentityProvider",
    "Imds",
    "IssuerSpec",
    "KeyFetch",
    "Local",
    "PermissionSet",
    "PodIdentity",
    "RolesAnywhere",
    "Sts",
]

if TYPE_CHECKING:
    AnyIssuer = IssuerSpec
else:
    AnyIssuer = Annotated[reduce(or_, specs_in(kinds, IssuerSpec)), Field(discriminator="kind")]
