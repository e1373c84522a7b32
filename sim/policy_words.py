"""How a scenario writes policies down: documents, and levels of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

__all__ = ["Document", "Levels", "levels_of"]

Document = dict[str, Any]
"""An IAM policy document."""
Levels = tuple[Document | Annotated[tuple[Document, ...], Field(min_length=1)], ...]
"""Policies of an organisation, from the root down to the account: one document, or several, for each level."""


def levels_of(levels: Levels) -> tuple[tuple[Document, ...], ...]:
    """Every level as a tuple of documents."""
    return tuple(level if isinstance(level, tuple) else (level,) for level in levels)
