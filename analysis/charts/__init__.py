"""Charts, one file each: a module of this package that defines `CHART` is in the report."""

from __future__ import annotations

import importlib
import pkgutil

from analysis.charts.base import Chart

__all__ = ["CHARTS", "Chart"]


def _collect() -> tuple[Chart, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [chart for module in modules if isinstance(chart := getattr(module, "CHART", None), Chart)]
    return tuple(sorted(found, key=lambda chart: (chart.order, chart.name)))


CHARTS: tuple[Chart, ...] = _collect()
"""Every chart in the order of the page."""
