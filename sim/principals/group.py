"""Groups: policies that their users share."""

from __future__ import annotations

from typing import Any

from sim.principals.role import Patterns
from sim.spec import Name, Spec

__all__ = ["Group"]


class Group(Spec):
    """An IAM group."""

    account: Name
    """Account it lives in."""
    allow: Patterns = ()
    """Actions it allows on every resource."""
    deny: Patterns = ()
    """Actions it denies on every resource."""
    policies: tuple[dict[str, Any], ...] = ()
    """Further policies, as IAM policy documents."""
