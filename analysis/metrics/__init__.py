"""The metrics, one file per family, picked up by themselves.

A family is a module of this package with a `FAMILY`. `METRICS` is the reference of all metrics by name.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from analysis.metrics.base import Context, Family, Metric, Selector, Value

__all__ = ["FAMILIES", "METRICS", "Context", "Family", "Metric", "Selector", "Value"]


def _families() -> dict[str, Family]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module.FAMILY for name, module in modules.items() if hasattr(module, "FAMILY")}


def _metrics() -> dict[str, Metric]:
    found: dict[str, Metric] = {}
    for family, members in FAMILIES.items():
        for metric in members.metrics:
            if metric.name in found:
                raise ValueError(f"metric {metric.name} of {family} exists already")
            found[metric.name] = metric
    return found


FAMILIES: dict[str, Family] = _families()
"""Every family by the name of its module."""

METRICS: dict[str, Metric] = _metrics()
"""Every metric by name."""
