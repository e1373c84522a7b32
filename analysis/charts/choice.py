"""Whether the strategies of a run are a choice, or only what befalls one way of handing out credentials."""

from __future__ import annotations

from typing import Final

from analysis.load import Results

__all__ = ["is_choice"]

_NO_CHOICE: Final = frozenset({"timeline", "theft", "rotation", "name", "question", "description"})
"""What befalls a strategy, or how a leak or a campaign is handled; the rest of a scenario is the strategy itself."""


def is_choice(results: Results) -> bool:
    """Whether the strategies differ in more than in what befalls them; always, if there is only one."""
    kept = [{k: v for k, v in results.scenario(name).items() if k not in _NO_CHOICE} for name in results.strategies]
    return len(kept) < 2 or any(one != kept[0] for one in kept)
