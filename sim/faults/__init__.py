"""Timeline verbs, one file per verb, collected into one union. The verb is the key with the target."""

from __future__ import annotations

import sys
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Tag

from sim.faults.base import FaultSpec
from sim.registry import specs_in

__all__ = ["VERBS", "AnyFault", "FaultSpec"]

VERBS: dict[str, type[FaultSpec]] = {
    kind.__module__.rpartition(".")[2]: kind for kind in specs_in(sys.modules[__name__], FaultSpec)
}
"""Every timeline verb by its name, which is also its module's."""


def verb_of(entry: Any) -> str | None:
    """The verb of a timeline entry, given as a mapping or as a spec; None if it has none."""
    keys = entry if isinstance(entry, dict) else getattr(type(entry), "model_fields", ())
    return next((verb for verb in VERBS if verb in keys), None)


if TYPE_CHECKING:
    AnyFault = FaultSpec
else:
    AnyFault = Annotated[
        reduce(or_, (Annotated[kind, Tag(verb)] for verb, kind in VERBS.items())),
        Discriminator(verb_of),
    ]
