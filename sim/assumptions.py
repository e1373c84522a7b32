"""Which runs show how much the answer depends on what was assumed: one input at a time, over its range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sim.loading.lines import Plain, dotted, entry
from sim.loading.overlay import matches
from sim.loading.scenario_file import Loaded
from sim.scenario import Assumed

__all__ = ["Variant", "inputs", "variants"]


@dataclass(frozen=True, slots=True)
class Variant:
    """One run at an end of one input's range.

    Attributes:
        path: Path of the input in `basis.assumed`; `*` moves every place that it matches, together.
        label: The input and its end, for readers.
        end: Which end of the range.
        value: The value, or the factor for a `scale`.
        settings: Path -> value, for `sim.loading.scenario_file.load`.
    """

    path: str
    label: str
    end: Literal["low", "high"]
    value: Any
    settings: dict[str, object] = field(default_factory=dict)


def variants(loaded: Loaded) -> list[Variant]:
    """A variant for each end of each assumed input with a `range` or a `scale`, in the file's order."""
    return [variant for path, assumed in loaded.base.basis.assumed.items() for variant in _ends(loaded, path, assumed)]


def inputs(loaded: Loaded) -> list[dict[str, Any]]:
    """Every assumed input for reports: path, value, low, high, note and measure; ends null where no range is given."""
    rows = []
    for path, assumed in loaded.base.basis.assumed.items():
        low, high = assumed.range or assumed.scale or (None, None)
        found = [entry(loaded.document, place) for place in matches(loaded.document, path)]
        same = found[0] if found and all(value == found[0] for value in found) else found
        if assumed.scale is not None:
            low, high = f"x {low:g}", f"x {high:g}"
        rows.append(
            {"path": path, "value": same, "low": low, "high": high, "note": assumed.note, "measure": assumed.measure}
        )
    return rows


def _ends(loaded: Loaded, path: str, assumed: Assumed) -> Iterator[Variant]:
    ends = assumed.range if assumed.range is not None else assumed.scale
    if ends is None:
        return
    for end, value in zip(("low", "high"), ends, strict=True):
        scaled = assumed.scale is not None
        settings = _scaled(loaded, path, value) if scaled else _moved(loaded, path, assumed, value)
        label = f"{path} {'x ' if scaled else '= '}{value}"
        yield Variant(path, label, "low" if end == "low" else "high", value, settings)


def _scaled(loaded: Loaded, path: str, factor: float) -> dict[str, object]:
    """Every matched number times the factor; whole numbers stay whole and at least 1."""
    settings: dict[str, object] = {}
    for place in matches(loaded.document, path):
        value = entry(loaded.document, place)
        settings[dotted(place)] = max(round(value * factor), 1) if isinstance(value, int) else value * factor
    return settings


def _moved(loaded: Loaded, path: str, assumed: Assumed, value: Plain) -> dict[str, object]:
    """The path at the value; a path `against` it moves the other way, so that their sum stays."""
    settings: dict[str, object] = {path: value}
    if assumed.against is not None:
        place, other = matches(loaded.document, path)[0], matches(loaded.document, assumed.against)[0]
        settings[assumed.against] = entry(loaded.document, other) - (value - entry(loaded.document, place))
    return settings
