"""What a scenario may say about issuers: every kind of `sim.issuers.kinds`, found by itself, in one union."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from sim.issuers import kinds
from sim.issuers.base import IssuerSpec
from sim.issuers.kinds.iam import Iam
from sim.issuers.kinds.identity_center import IdentityCenter, PermissionSet
from sim.issuers.kinds.idp import IdentityProvider, KeyFetch
from sim.issuers.kinds.imds import Imds
from sim.issuers.kinds.sts import Sts
from sim.registry import specs_in

__all__ = [
    "AnyIssuer",
    "Iam",
    "IdentityCenter",
    "IdentityProvider",
    "Imds",
    "IssuerSpec",
    "KeyFetch",
    "PermissionSet",
    "Sts",
]

if TYPE_CHECKING:
    AnyIssuer = IssuerSpec
else:
    AnyIssuer = Annotated[reduce(or_, specs_in(kinds, IssuerSpec)), Field(discriminator="kind")]
