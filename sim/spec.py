"""The words every scenario block is built from: a frozen, closed base model and shared value types.

A sentence under a field is its documentation, its JSON-schema text and its reference entry at once.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "Action",
    "Discrete",
    "Dist",
    "Exponential",
    "Geometric",
    "LogNormal",
    "Name",
    "NonNegative",
    "Normal",
    "Positive",
    "Share",
    "Spec",
    "Uniform",
]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
"""A name given by the scenario's author: lower case, digits, `-` and `_`; at most 64 characters."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Action = Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*]+$")]
"""An IAM action: `service:Operation`."""

NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Spec(BaseModel):
    """Base of every scenario block: frozen, unknown keys refused, numbers finite."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        populate_by_name=True,
    )


class _LogNormalParameters(Spec):
    median: Positive
    """Median, in the unit of the field."""
    sigma: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)]
    """Standard deviation of the logarithm (natural)."""


class _NormalParameters(Spec):
    mean: float
    """Mean, in the unit of the field."""
    sd: Positive
    """Standard deviation, in the unit of the field."""


class _MeanParameter(Spec):
    mean: Positive
    """Mean, in the unit of the field."""


class _CountParameter(Spec):
    mean: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
    """Mean, in the unit of the field."""


class _UniformParameters(Spec):
    low: float
    """Lower end, in the unit of the field."""
    high: float
    """Upper end, in the unit of the field."""

    @model_validator(mode="after")
    def _ordered(self) -> _UniformParameters:
        if self.high < self.low:
            raise ValueError(f"high ({self.high}) must not be below low ({self.low})")
        return self


class LogNormal(Spec):
    """A lognormal draw: `{lognormal: {median: 45, sigma: 0.6}}`."""

    lognormal: _LogNormalParameters


class Normal(Spec):
    """A normal draw: `{normal: {mean: 0, sd: 1}}`."""

    normal: _NormalParameters


class Exponential(Spec):
    """An exponential draw: `{exponential: {mean: 60}}`."""

    exponential: _MeanParameter


class Uniform(Spec):
    """A uniform draw: `{uniform: {low: 0, high: 10}}`."""

    uniform: _UniformParameters


class Geometric(Spec):
    """A geometric draw on 0, 1, 2, ...: `{geometric: {mean: 0.6}}`."""

    geometric: _CountParameter


class Discrete(Spec):
    """A draw from listed values with weights: `{discrete: {1: 0.5, 2: 0.5}}`."""

    discrete: Annotated[dict[float, NonNegative], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_weight(self) -> Discrete:
        if sum(self.discrete.values()) <= 0:
            raise ValueError("the weights must not all be 0")
        return self


Dist = float | LogNormal | Normal | Exponential | Uniform | Geometric | Discrete
"""A number, or the law it is drawn from. One way to write a distribution, everywhere."""
