"""Which user of the scenario a credential belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["user_of"]


def user_of(principal: str, scenario: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the scenario says about the user whose key it is; None if it is no user's.

    Args:
        principal: `user/NAME`, or `root/ACCOUNT` for the root user of an account.
        scenario: Resolved scenario.
    """
    users: Mapping[str, Mapping[str, Any]] = scenario.get("users") or {}
    kind, _, name = principal.partition("/")
    if kind == "root":
        return next((user for user in users.values() if user.get("root") and user.get("account") == name), None)
    return users.get(name)
