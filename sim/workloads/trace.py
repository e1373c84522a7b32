"""Calls at given instants."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.workloads.base import CallsSpec

__all__ = ["Trace"]


class Trace(CallsSpec):
    """Calls at explicit instants, the same for every client."""

    kind: Literal["trace"]
    at_s: Annotated[tuple[float, ...], Field(min_length=1)]
    """Instants of the calls, in order."""

    @model_validator(mode="after")
    def _in_order(self) -> Trace:
        if any(b < a for a, b in zip(self.at_s, self.at_s[1:], strict=False)):
            raise ValueError("at_s must be in ascending order")
        return self
