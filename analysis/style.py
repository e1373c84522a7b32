"""One look for every chart and table: colours, fonts, human numbers and human durations.

A strategy has one colour, one marker and one place in the order everywhere. The colours are Okabe
and Ito's, told apart under all common forms of colour blindness (wine for their black, which is the
ink, and a darker yellow); verdicts have colours of their own, so that none means two things. Hollow
markers are strategies that hold long-term keys, so nothing is told by colour alone.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "DASH",
    "GREY",
    "INK",
    "MINUS",
    "OUTAGE",
    "RC",
    "SHARED",
    "THIEF_LINES",
    "THROTTLED",
    "TIMES",
    "VERDICT_COLOURS",
    "Look",
    "duration",
    "effort",
    "ellipsis",
    "looks",
    "number",
    "plural",
    "quantity",
    "wrap",
]

_OKABE_ITO: Final = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#882255",
    "#8C7A00",
    "#6A3D9A",
    "#9CCC3C",
    "#A0623A",
)
_MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "*")
DASH: Final = "\N{EN DASH}"
"""Stands for what is not known."""
MINUS: Final = "\N{MINUS SIGN}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"
INK: Final = "#222222"
"""Text and axes."""
GREY: Final = "#8A8A8A"
"""Secondary lines and marks."""
SHARED: Final = "#A9A9A9"
"""Fill of what several strategies have in common."""
THROTTLED: Final = "#5A5A5A"
"""Refused by a full bucket, in every chart."""
OUTAGE: Final = "#F3D9D0"
"""Background while an issuer is down."""

THIEF_LINES: Final[dict[str, Any]] = {"copy": "-", "mint": (0, (5, 1.5)), "foothold": (0, (1.2, 1.4))}
"""Line style of each thief."""

VERDICT_COLOURS: Final[dict[str, str]] = {
    "ExpiredToken": "#E8505B",
    "InvalidClientTokenId": "#9E6FD0",
    "SignatureDoesNotMatch": "#C9C55A",
    "RequestTimeTooSkewed": "#E9D8A6",
    "AccessDenied": "#1A1A1A",
    "Throttling": THROTTLED,
    "ServiceUnavailable": "#F5B7B1",
    "NoCredentials": "#5C4033",
    "RefreshFailed": "#7FB8AD",
    "Unfinished": "#BBBBBB",
}
"""Colour of each verdict that is not `ok`; none is a strategy's."""

RC: Final[Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "hatch.linewidth": 0.5,
    "svg.hashsalt": "credflow",
    "svg.fonttype": "path",
    "path.simplify": True,
}
"""matplotlib settings under which every chart is drawn and saved."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one strategy is drawn."""

    colour: str
    """Line and fill."""
    marker: str
    """Marker shape."""
    keys: bool
    """Whether it holds long-term access keys: hollow markers, hatched bars."""

    @property
    def ink(self) -> str:
        """Its colour for text: darkened until it can be read on white (contrast 4.5)."""
        red, green, blue = (int(self.colour[place : place + 2], 16) for place in (1, 3, 5))
        shades = (1 - step / 20 for step in range(20))
        tones = (f"#{round(red * s):02X}{round(green * s):02X}{round(blue * s):02X}" for s in shades)
        return next((tone for tone in tones if _contrast_on_white(tone) >= 4.5), INK)

    @property
    def face(self) -> str:
        """Fill of its markers: white for strategies with keys."""
        return "white" if self.keys else self.colour

    @property
    def hatch(self) -> str | None:
        """Hatch of its bars: none for strategies without keys."""
        return "///" if self.keys else None


def _contrast_on_white(colour: str) -> float:
    """Contrast of text in this colour on white, as the Web Content Accessibility Guidelines define it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def looks(strategies: Mapping[str, Mapping[str, Any]] | Iterable[str]) -> dict[str, Look]:
    """The look of every strategy, by the order of the scenario file.

    Args:
        strategies: Names in the file's order; a mapping to resolved scenarios tells which hold keys.
    """
    scenarios = strategies if isinstance(strategies, Mapping) else {}
    return {
        name: Look(
            _OKABE_ITO[index % len(_OKABE_ITO)],
            _MARKERS[index % len(_MARKERS)],
            _holds_keys(scenarios.get(name, {})),
        )
        for index, name in enumerate(strategies)
    }


def _holds_keys(scenario: Mapping[str, Any]) -> bool:
    """Whether any population signs with an access key, or has one from which its sessions come."""
    chains = scenario.get("credentials") or {}
    wanted = {str(one.get("credentials")) for one in (scenario.get("populations") or {}).values()}
    seen: set[str] = set()
    while wanted - seen:
        seen |= (new := wanted - seen)
        steps = [step for name in new for step in chains.get(name, ())]
        if any((step.get("from") or step.get("from_")) == "access_key" for step in steps):
            return True
        wanted |= {str(step["source"]) for step in steps if step.get("source")}
    return False


_STEPS: Final = ((31_557_600.0, "y"), (86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"))


def duration(seconds: float | None, never: str = "never ends") -> str:
    """A duration as a person says it: `45 s`, `12 min`, `6 h`, `36 h`, `3.2 d`, `2.1 y`.

    Args:
        seconds: The duration in seconds; None is unknown, inf never ends.
        never: Words for an infinite duration.
    """
    if seconds is None or math.isnan(seconds):
        return DASH
    if math.isinf(seconds):
        return never
    if 86_400 < abs(seconds) < 2 * 86_400:
        return f"{number(seconds / 3600)} h"
    size, unit = next((step for step in _STEPS if abs(seconds) >= 0.9995 * step[0]), (1.0, "s"))
    if unit == "s" and 0 < abs(seconds) < 1:
        return f"{number(seconds * 1000)} ms"
    return f"{number(seconds / size)} {unit}"


def effort(seconds: float | None) -> str:
    """Time summed over people or processes: seconds, minutes, then hours and nothing larger."""
    if seconds is None or not math.isfinite(seconds) or abs(seconds) < 3600:
        return duration(seconds)
    return f"{number(seconds / 3600)} h"


def number(value: float | None) -> str:
    """A number with three significant digits and thousand separators; whole from 1,000 up."""
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value) or value == 0:
        return "0" if value == 0 else "unbounded"
    size = abs(value)
    if size >= 10_000_000:
        return f"{value / 1e9:,.3g} billion" if size >= 999_500_000 else f"{value / 1e6:,.1f} million"
    if size < 0.001:
        return f"{value:.1e}"
    places = max(0, 2 - math.floor(math.log10(size)))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity(value: float | None, unit: str, never: str = "never ends") -> str:
    """A number in its unit: seconds as durations, shares as percent, all else as a number.

    The unit `effort` is seconds summed over people or processes.
    """
    if unit == "effort":
        return effort(value)
    if unit == "s":
        return duration(value, never)
    if unit in {"share", "probability"} and value is not None:
        return f"{number(100 * value)} %"
    return number(value)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 strategy`, `2 strategies`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def ellipsis(text: str, width: int = 40) -> str:
    """The text on one line, cut to `width` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(1, width - 1)].rstrip() + "…"


def wrap(text: str, width: int = 24, lines: int = 2) -> str:
    """The text over at most `lines` lines of `width` characters, then an ellipsis."""
    parts = textwrap.wrap(" ".join(text.split()), width, break_long_words=True, break_on_hyphens=True) or [""]
    if len(parts) > lines:
        parts = [*parts[: lines - 1], ellipsis(" ".join(parts[lines - 1 :]), width)]
    return "\n".join(parts)
