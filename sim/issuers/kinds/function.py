"""Lambda: credentials that lie in the environment of a function."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.aws import ecs
from sim.issuers.base import Attached
from sim.spec import NonNegative, Positive

__all__ = ["Function"]


class Function(Attached):
    """Lambda: a session of the function's role for each execution environment, in its environment variables.

    A client is an execution environment. Its SDK never renews what lies in the environment: it keeps the one
    session until the environment is replaced, at the first call after its life.
    """

    service: ClassVar[str] = "lambda.amazonaws.com"

    kind: Literal["lambda"]
    life_s: Positive = float(ecs.LAMBDA_CREDENTIAL_LIFE_S.value)
    """Lifetime of its credentials. Not settable on AWS, and not published."""
    environment_s: Positive = float(ecs.LAMBDA_ENVIRONMENT_S.value)
    """Life of an execution environment."""
    latency_s: NonNegative = 0.05
    """Time until a new environment has its credentials."""
