"""What a workload is: the instants of a client's calls, a function of (seed, client, time) only."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import Field

from sim.spec import Spec

__all__ = ["Action", "Calls", "CallsSpec"]

Action = Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*]+$")]
"""An IAM action: `service:Operation`."""


class CallsSpec(Spec):
    """Base of every call process."""

    action: Action = "s3:GetObject"
    """The IAM action that each call performs; the policies decide whether it is allowed."""


class Calls(Protocol):
    """The calls of one client. Instants are float seconds; queries may come in any order."""

    def first(self, at: float) -> float:
        """The first call at or after `at`; inf if there is none."""

    def count(self, start: float, stop: float) -> int:
        """Calls in [start, stop)."""

    def command_end(self, at: float) -> float:
        """End of the command (operating-system process) that makes the call at `at`.

        A workload without commands answers the instant just after `at`.
        """
