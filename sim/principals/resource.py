"""Resources: what calls are done to, where its own policy or another account matters."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sim.spec import Name, Spec

__all__ = ["Resource"]


class Resource(Spec):
    """A resource of an account: a bucket's objects, a queue, a table, a key."""

    account: Name
    """Account that owns it; a call from another one needs both sides to allow it."""
    arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:[a-z0-9-]+:[^:]*:[^:]*:.+$")] | None = None
    """Its ARN as policies name it, such as arn:aws:s3:::photos/1.jpg; where absent every Allow covers it."""
    policy: dict[str, Any] | None = None
    """Its resource policy, as a document."""
