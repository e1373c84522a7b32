"""Timeline verbs, one file per verb, collected into one union. The verb is the key with the target.

A response plan is made of the same verbs, with `after_s` from the detection in place of `at_s`.
"""

from __future__ import annotations

import sys
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Tag, create_model

from sim.faults.base import FaultSpec, FaultStep
from sim.registry import specs_in

__all__ = ["VERBS", "AnyFault", "AnyStep", "FaultSpec", "FaultStep"]

VERBS: dict[str, type[FaultSpec]] = {
    kind.__module__.rpartition(".")[2]: kind
    for kind in specs_in(sys.modules[__name__], FaultSpec)
    if kind.__module__ != FaultSpec.__module__
}
"""Every timeline verb by its name, which is also its module's."""


def _step_of(kind: type[FaultSpec]) -> type[FaultStep]:
    """The verb as a step of a plan: the same words, `after_s` in place of `at_s`.

    Its words bring their descriptions along; looking for them in a source that a made class does not have takes
    pydantic more than a second for all verbs.
    """
    words: dict[str, Any] = {name: (i.annotation, i) for name, i in kind.model_fields.items() if name != "at_s"}
    name = f"{kind.__name__}Step"
    made = create_model(
        name,
        __base__=FaultStep,
        __doc__=kind.__doc__,
        __module__=__name__,
        __cls_kwargs__={"use_attribute_docstrings": False},
        **words,
    )
    made.kind_of_fault = kind
    globals()[name] = made  # where pickle looks for it: scenarios travel to worker processes
    return made


def verb_of(entry: Any) -> str | None:
    """The verb of a timeline entry, given as a mapping or as a spec; None if it has none."""
    keys = entry if isinstance(entry, dict) else getattr(type(entry), "model_fields", ())
    return next((verb for verb in VERBS if verb in keys), None)


if TYPE_CHECKING:
    AnyFault = FaultSpec
    AnyStep = FaultStep
else:
    AnyFault = Annotated[
        reduce(or_, (Annotated[kind, Tag(verb)] for verb, kind in VERBS.items())),
        Discriminator(verb_of),
    ]
    AnyStep = Annotated[
        reduce(or_, (Annotated[_step_of(kind), Tag(verb)] for verb, kind in VERBS.items())),
        Discriminator(verb_of),
    ]
