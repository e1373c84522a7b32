"""What an SDK preset says about one SDK generation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from sim.policies.clock import ClockRule
from sim.policies.refresh import Refresh
from sim.policies.retry import RetryRule

__all__ = ["ONE_TRY", "Sdk", "fixed_pauses"]

ONE_TRY: Final = RetryRule(1, "none", 0.0, 0.0, math.inf)
"""No retry."""


def fixed_pauses(attempts: int, pause_s: float, *, pauses_last: bool = False) -> RetryRule:
    """So many attempts, with the same pause between them; `pauses_last`: and after the last one."""
    return RetryRule(attempts, "fixed", pause_s, pause_s, math.inf, pauses_last=pauses_last)


@dataclass(frozen=True, slots=True)
class Sdk:
    """One SDK generation.

    Attributes:
        name: Name in scenarios, such as `botocore-1.44`.
        title: Name for readers.
        source: Where its constants were read.
        sts: Refresh windows for sessions from STS.
        imds: Refresh windows for instance-profile credentials.
        retry: Retry rule towards STS and other AWS APIs.
        default_session_s: Session length it asks of AssumeRole when the user gives none.
        keeps_client: Whether one STS client, with its retry quota and rate limit, serves all refreshes of a
            process; otherwise each refresh makes a new one.
        resolves: When it goes through its chain: `once`, then only the provider that had a credential is asked, or
            with `each_fetch`, so that a client which fell through comes back.
        imds_operations: HTTP requests of one fetch from the instance metadata service, in order.
        container: Refresh windows for credentials of a container's endpoint (ECS, Pod Identity); those for STS if None.
        imds_retry: Retry rule towards the instance metadata service; a try is a whole fetch.
        container_retry: Retry rule towards a container's endpoint.
        imds_timeout_s: How long it waits for the metadata service.
        imds_retries_each: Whether each request to the metadata service is tried again, instead of the whole fetch.
        imds_token_s: How long a token of the metadata service serves later fetches; 0: each begins with a new one.
        loads_first: Whether a provider of the host's endpoint fetches when it is loaded, and the first signature
            again if that set is due already.
        clock: How it corrects a wrong clock by what services answer; None: it does not.
    """

    name: str
    title: str
    source: str
    sts: Refresh
    imds: Refresh
    retry: RetryRule
    default_session_s: float = 3600.0
    keeps_client: bool = False
    resolves: Literal["once", "each_fetch"] = "once"
    imds_operations: tuple[str, ...] = ("PutToken", "GetRoleName", "GetCredentials")
    container: Refresh | None = None
    imds_retry: RetryRule = ONE_TRY
    container_retry: RetryRule = ONE_TRY
    imds_timeout_s: float = 1.0
    imds_retries_each: bool = False
    imds_token_s: float = 0.0
    loads_first: bool = False
    clock: ClockRule | None = None
