"""Users of Identity Center who are disabled."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from sim.aws import identity_center
from sim.faults.base import FaultSpec
from sim.spec import Name, NonNegative

__all__ = ["DisableUser"]


class DisableUser(FaultSpec):
    """People are disabled in Identity Center: no sign-in from now on, no new role session once the portal notices.

    Role sessions that exist go on to their end, so account access ends within 1 h + 12 h at the latest.
    """

    target_kind: ClassVar = "population"

    disable_user: Name
    """Population of people who use Identity Center."""
    client: Annotated[int, Field(ge=0)] | None = None
    """Which person: the index of the client; all of them if absent."""
    cached_s: NonNegative = float(identity_center.DISABLED_USER_NEW_ROLES_S.value)
    """How long the portal goes on with a sign-in session that it knows; AWS: up to 1 h."""
