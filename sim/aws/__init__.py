"""Facts about AWS and its SDKs, one module per service, one module-level constant per fact.

A fact's name is its module and its constant in lower case: `sts.ASSUME_ROLE_DEFAULT_S` is
`sts.assume_role_default_s`. Adding a constant is enough; `FACTS` finds it.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from sim.aws.fact import Fact

__all__ = ["FACTS", "Fact"]

FACTS: dict[str, Fact[Any]] = {
    f"{info.name}.{name.lower()}": value
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name)
    if info.name not in {"fact", "quotas", "session_lengths", "used"}
    for name, value in vars(importlib.import_module(f"{__name__}.{info.name}")).items()
    if isinstance(value, Fact)
}
"""Every fact by its dotted name."""
