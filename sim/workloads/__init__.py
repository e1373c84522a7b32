"""Call processes, one file per kind, collected into one union."""

from __future__ import annotations

import sys
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from sim.registry import specs_in
from sim.workloads.base import Calls, CallsSpec

__all__ = ["KINDS", "AnyCalls", "Calls", "CallsSpec"]

KINDS: dict[str, type[CallsSpec]] = {
    str(kind.model_fields["kind"].annotation.__args__[0]): kind  # type: ignore[union-attr]
    for kind in specs_in(sys.modules[__name__], CallsSpec)
}
"""Every call process by its `kind`."""

if TYPE_CHECKING:
    AnyCalls = CallsSpec
else:
    AnyCalls = Annotated[reduce(or_, KINDS.values()), Field(discriminator="kind")]
