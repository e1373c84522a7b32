"""What the timeline is made of: a verb at an instant."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError, model_validator

from sim.spec import NonNegative, Spec

__all__ = ["FaultSpec", "FaultStep", "IamChange", "PrincipalPath", "Target"]

PrincipalPath = Annotated[
    str, Field(pattern=r"^(role|user)/[a-z][a-z0-9_-]{0,63}$|^permission_set(/[a-z][a-z0-9_-]{0,63}){2}$")
]
"""A principal as records name it: `role/NAME`, `user/NAME`, `permission_set/ISSUER/NAME`."""


Target = Literal["issuer", "population", "account", "role", "user", "principal"]


class FaultSpec(Spec):
    """Base of every timeline entry. The verb is the key that names its target, and the name of its module."""

    target_kind: ClassVar[Target]
    """What the verb is done to."""

    at_s: NonNegative
    """Instant at which it happens."""

    @property
    def verb(self) -> str:
        """Its verb."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def target(self) -> str:
        """Name of what it is done to."""
        return str(getattr(self, self.verb))

    @property
    def lasts_s(self) -> float:
        """How long it lasts; inf if for good."""
        return float(getattr(self, "for_s", None) or math.inf)


class IamChange(FaultSpec):
    """Base of what IAM does: it takes effect everywhere only after a while."""

    propagation_s: NonNegative | None = None
    """Delay until it takes effect; that of the scenario's issuer of kind iam if absent, else about 4 s."""


class FaultStep(Spec):
    """Base of every step of a response plan: a verb of the timeline, at an instant after the detection."""

    kind_of_fault: ClassVar[type[FaultSpec]] = FaultSpec

    after_s: NonNegative
    """Time from the detection on; nobody responds before it."""

    def fault(self, detected_at_s: float) -> FaultSpec:
        """The timeline entry that it becomes.

        Args:
            detected_at_s: Instant of the detection.
        """
        words: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields if name != "after_s"}
        return self.kind_of_fault.model_validate({**words, "at_s": detected_at_s + self.after_s})

    @model_validator(mode="after")
    def _makes_a_fault(self) -> FaultStep:
        try:
            self.fault(0.0)
        except ValidationError as error:
            raise ValueError(str(error.errors()[0].get("ctx", {}).get("error", error.errors()[0]["msg"]))) from None
        return self
