"""What a run asks: whether its strategies are a choice, or only what befalls one; and whether thefts matter to it."""

from __future__ import annotations

from typing import Final

from analysis.load import Results

__all__ = ["asks_about_thefts", "is_choice"]

_NO_CHOICE: Final = frozenset({"timeline", "theft", "rotation", "name", "question", "description"})
"""What befalls a strategy, or how a leak or a campaign is handled; the rest of a scenario is the strategy itself."""


def is_choice(results: Results) -> bool:
    """Whether the strategies differ in more than in what befalls them; always, if there is only one."""
    kept = [{k: v for k, v in results.scenario(name).items() if k not in _NO_CHOICE} for name in results.strategies]
    return len(kept) < 2 or any(one != kept[0] for one in kept)


def asks_about_thefts(results: Results) -> bool:
    """Whether the scenario says where thieves look or what they took; else thefts are what every run is given."""
    blocks = [results.scenario(name).get("theft") or {} for name in results.strategies]
    return any(block.get("places") or block.get("incidents") for block in blocks)
