"""The SDK of a population: a preset by name, or a preset with the scenario's changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim.sdk_words import SdkWords
from sim.sdks import RETRY_MODES, SDKS, Sdk

__all__ = ["preset_of", "sdk_of"]


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
        "retry": words.retry.applied(mode),
        "default_session_s": words.default_session_s,
        "keeps_client": words.keeps_client,
        "resolves": words.resolves,
    }
    return replace(preset, **{name: value for name, value in changes.items() if value is not None})
