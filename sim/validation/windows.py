"""Refresh windows and pauses whose numbers, said side by side, contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.scenario import Scenario
from sim.sdk_words import RefreshWords, Retry, SdkWords
from sim.validation.chains import steps

__all__ = ["RULES"]


def _nested(scenario: Scenario) -> Iterator[Finding]:
    """Callers wait in the last part of the time in which a refresh is tried, unless something else says when."""
    for path, words in _refreshes(scenario):
        longest_s = max([window for _, window in words.advisory or ()], default=words.advisory_s)
        renews_otherwise = words.share_of_life is not None or words.latest_s is not None
        if longest_s is None or words.mandatory_s is None or renews_otherwise:
            continue
        if words.mandatory_s > longest_s:
            yield (
                (*path, "mandatory_s"),
                f"{words.mandatory_s:g} is above the advisory window ({longest_s:g}), before which nothing is renewed; "
                "take at most that, or a longer advisory window",
            )


def _always_due(scenario: Scenario) -> Iterator[Finding]:
    """A window as long as the session makes every call renew (botocore's 900 s do); a longer one says nothing else."""
    for path, step in steps(scenario):
        for word in ("advisory_s", "mandatory_s"):
            window_s = getattr(step.refresh, word) or 0.0
            if step.session_s is not None and window_s > step.session_s:
                yield (
                    (*path, "refresh", word),
                    f"{window_s:g} is above session_s ({step.session_s:g}), so that every call renews; take less, or "
                    "say cache: none if each call is to get a session of its own",
                )


def _capped(scenario: Scenario) -> Iterator[Finding]:
    """No pause is longer than the cap, so a base above it is never seen."""
    for path, retry in _retries(scenario):
        for word in ("base_s", "throttle_base_s"):
            base_s = getattr(retry, word)
            if retry.cap_s is not None and base_s is not None and base_s > retry.cap_s:
                yield (*path, "cap_s"), f"{retry.cap_s:g} is below {word} ({base_s:g}); give a cap of at least that"


def _refreshes(scenario: Scenario) -> Iterator[tuple[Path, RefreshWords]]:
    for name, population in scenario.populations.items():
        if isinstance(population.sdk, SdkWords):
            for block in ("sts", "imds", "container"):
                yield ("populations", name, "sdk", block), getattr(population.sdk, block)
    yield from (((*path, "refresh"), step.refresh) for path, step in steps(scenario))


def _retries(scenario: Scenario) -> Iterator[tuple[Path, Retry]]:
    for name, population in scenario.populations.items():
        if isinstance(population.sdk, SdkWords):
            yield ("populations", name, "sdk", "retry"), population.sdk.retry
    yield from (((*path, "retry"), step.retry) for path, step in steps(scenario) if step.retry is not None)


RULES: Final[tuple[Callable[[Scenario], Iterator[Finding]], ...]] = (_nested, _always_due, _capped)
"""Every rule of this file."""
