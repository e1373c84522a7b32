"""The SDK of a population: a preset by name, or a preset with the scenario's changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sim.policies.clock import ClockRule
from sim.policies.refresh import Refresh
from sim.sdk_words import RefreshWords, SdkWords
from sim.sdks import RETRY_MODES, SDKS, Sdk

__all__ = ["preset_of", "sdk_of"]

_ANY_CLOCK: Final = ClockRule(0.0, heals=True)
"""Of an SDK whose preset corrects no clock: any refusal for the time is mended."""


def preset_of(words: str | SdkWords) -> str:
    """Name of the preset."""
    return words if isinstance(words, str) else words.preset


def sdk_of(words: str | SdkWords) -> Sdk:
    """The preset with what the scenario says in place of its own.

    Args:
        words: A preset's name, or a preset and changes, as a population's `sdk` says it.
    """
    if isinstance(words, str):
        return SDKS[words]
    preset = SDKS[words.preset]
    mode = preset.retry if words.retry.mode is None else RETRY_MODES[words.retry.mode]
    changes: dict[str, Any] = {
        "sts": words.sts.applied(preset.sts),
        "imds": words.imds.applied(preset.imds),
        "container": _container(words, preset),
        "retry": words.retry.applied(mode),
        "default_session_s": words.default_session_s,
        "keeps_client": words.keeps_client,
        "resolves": words.resolves,
    }
    if words.corrects_clock is not None:
        preset = replace(preset, clock=(preset.clock or _ANY_CLOCK) if words.corrects_clock else None)
    return replace(preset, **{name: value for name, value in changes.items() if value is not None})


def _container(words: SdkWords, preset: Sdk) -> Refresh | None:
    """Windows for a container's endpoint; where the preset has none of its own, those for sessions hold there."""
    if preset.container is None and words.container == RefreshWords():
        return None
    return words.container.applied(preset.container or words.sts.applied(preset.sts))
