"""Policies that change."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import model_validator

from sim.faults.base import IamChange, PrincipalPath
from sim.principals.role import Patterns, Trust
from sim.spec import Positive

__all__ = ["PolicyChange"]


class PolicyChange(IamChange):
    """A principal's policies are others from now on. They hold for sessions that exist, too."""

    target_kind: ClassVar = "principal"

    policy: PrincipalPath
    """Whose: `role/NAME`, `user/NAME` or `permission_set/ISSUER/NAME`."""
    adds: bool = False
    """Whether these policies come beside the ones it has, or replace them."""
    allow: Patterns | None = None
    """Actions allowed on every resource."""
    deny: Patterns | None = None
    """Actions denied on every resource."""
    policies: tuple[dict[str, Any], ...] | None = None
    """Further policies, as IAM policy documents."""
    trust: Trust | dict[str, Any] | None = None
    """New trust policy of a role; the trust stays as it is if absent."""
    for_s: Positive | None = None
    """Until the old policies are back; for good if absent."""

    @model_validator(mode="after")
    def _changes_something(self) -> PolicyChange:
        if all(value is None for value in (self.allow, self.deny, self.policies, self.trust)):
            raise ValueError("says nothing new; give allow, deny, policies or trust")
        return self
