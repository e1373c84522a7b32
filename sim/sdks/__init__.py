"""SDK presets, one module per SDK, found by themselves."""

from __future__ import annotations

import importlib
import pkgutil

from sim.sdks.base import Sdk
from sim.sdks.retry_modes import RETRY_MODES

__all__ = ["RETRY_MODES", "SDKS", "Sdk"]

SDKS: dict[str, Sdk] = {
    value.name: value
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name)
    for value in vars(importlib.import_module(f"{__name__}.{info.name}")).values()
    if isinstance(value, Sdk)
}
"""Every SDK preset by name."""
