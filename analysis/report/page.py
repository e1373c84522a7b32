"""The report page: figures, charts and words of one results folder in one self-contained file."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from analysis.charts import CHARTS
from analysis.charts.base import Chart, save
from analysis.charts.estimates import Estimates
from analysis.load import Results
from analysis.report import provenance
from analysis.report.limits import limits
from analysis.report.sessions import sessions
from analysis.report.subjects import main_subjects, questions
from analysis.report.tables import (
    differences_table,
    exposure_table,
    foothold_words,
    main_table,
    privilege_table,
    telling,
)
from analysis.report.verdicts import corrected, turns, verdicts
from analysis.style import duration, looks, number, plural

__all__ = ["write"]

_LARGEST_SVG = 400_000
"""Bytes above which the page carries a chart's PNG instead of its SVG."""
_CSS_DPI = 96
_ENLARGED = 1.2
"""How far a chart may be enlarged; the same for all, so that their letters have one size."""


def write(folder: Path) -> Path:
    """Draw the charts of a results folder and write its report.html.

    Args:
        folder: Results folder with manifest.json, summary.json and tables, and assumptions.json if it
            was computed.

    Returns:
        Path of report.html.

    Raises:
        ResultsError: The folder has no manifest, or one of another schema version.
        FileNotFoundError: There is no summary.json.
    """
    results = Results(folder)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assumptions = _read(folder / "assumptions.json")
    charts = _charts(results, summary)
    page = _environment().from_string(_resource("report.html.j2"))
    path = folder / "report.html"
    content = _context(results, summary, assumptions) | charts
    partial = path.with_name("report.html.partial")
    partial.write_text(page.render(content), encoding="utf-8")
    partial.replace(path)
    return path


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)


def _resource(name: str) -> str:
    return (files("analysis.report") / name).read_text(encoding="utf-8")


def _charts(results: Results, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Draws all charts that apply, and says which do not."""
    target = results.folder / "charts"
    target.mkdir(exist_ok=True)
    applying = [chart for chart in CHARTS if chart.applies(results, summary)]
    applying.sort(key=lambda chart: chart.turn(results))  # stable: else in the order of the page
    absent = [chart.name.replace("-", " ") for chart in CHARTS if chart not in applying]
    shown = [_shown(chart, *save(chart, results, summary, target)) for chart in applying]
    return {"lead": shown[:1], "charts": shown[1:], "missing_charts": ", ".join(absent)}


def _shown(chart: Chart, svg: Path, png: Path) -> dict[str, Any]:
    is_small = svg.stat().st_size <= _LARGEST_SVG
    path, kind = (svg, "svg+xml") if is_small else (png, "png")
    width, height = _size(png)
    return {
        "name": chart.name,
        "title": chart.title,
        "caption": chart.caption,
        "alt": f"Chart. {chart.title} {chart.caption}",
        "src": f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}",
        "width": width,
        "widest": round(_ENLARGED * width),
        "height": height,
    }


def _size(png: Path) -> tuple[int, int]:
    """Width and height in CSS pixels, from the PNG's header."""
    head = png.read_bytes()[16:24]
    from_dpi = _CSS_DPI / 150
    return tuple(round(int.from_bytes(part, "big") * from_dpi) for part in (head[:4], head[4:]))  # type: ignore[return-value]


def _context(results: Results, summary: Mapping[str, Any], assumptions: dict[str, Any] | None) -> dict[str, Any]:
    """Everything of the page but its charts."""
    plain = Estimates(summary)
    asked, columns = questions(results, plain), main_subjects(results, plain)
    figures = Estimates(corrected(summary, [one for question in asked for one in question.subjects] + columns))
    has_assumptions = assumptions is not None
    return (
        _head(results)
        | _remarks(results, has_assumptions)
        | {
            "verdicts": verdicts(results, figures, asked, turns(assumptions, summary)),
            "main_table": main_table(results, figures, columns, has_assumptions),
            "differences": differences_table(results, figures, telling(results, figures, columns), results.baseline),
            "exposure": exposure_table(results, figures),
            "privilege": privilege_table(results, figures),
            "privilege_text": _privilege_text(results),
            "exposure_text": _exposure_text(results),
            "no_exposure": "This run has no place where thieves look.",
            "sessions": sessions(results.manifest),
            "facts_line": provenance.facts_line(results.manifest),
            "facts": provenance.facts(results.manifest),
            "inputs": provenance.inputs(results.manifest),
            "limits": limits(results.manifest),
            "reproduce": provenance.reproduce(results.manifest, has_assumptions),
        }
    )


def _head(results: Results) -> dict[str, Any]:
    manifest = results.manifest
    scenarios = {name: results.scenario(name) for name in results.strategies}
    meta = [
        f"{duration(results.horizon_s)} simulated",
        plural(results.replications, "replication"),
        plural(len(scenarios), "strategy", "strategies"),
        f"seed {manifest.get('seed')}",
    ]
    named = [
        {"name": name, "title": manifest["strategies"][name].get("title") or "", "baseline": name == results.baseline}
        for name in scenarios
    ]
    return {
        "title": manifest.get("scenario") or "",
        "question": manifest.get("question") or "",
        "meta": " · ".join(meta),
        "css": Markup(_resource("report.css")),
        "looks": looks(scenarios),
        "strategies": named,
        "baseline": results.baseline,
    }


def _remarks(results: Results, has_assumptions: bool) -> dict[str, Any]:
    noise = (
        f"Intervals are 95 % Student-t over {plural(results.replications, 'replication')} and simulation noise only: "
        "they say nothing about the inputs. A difference that cannot be told from noise has p ≥ 0.05 after Holm's "
        "correction for every comparison on this page."
    )
    remarks = []
    if results.replications < 2:
        noise = "One replication: no interval and no test can be given."
        remarks.append("With one replication nothing on this page is told from simulation noise.")
    if not has_assumptions:
        remarks.append(
            "How far the assumed inputs move these figures was not computed: run with --assumptions to see which "
            "verdicts depend on them."
        )
    return {"noise": noise, "remarks": remarks}


def _privilege_text(results: Results) -> str:
    """What the weights are, in words."""
    said = {name: (results.scenario(name).get("theft") or {}).get("actions") for name in results.strategies}
    weights = next((one for one in said.values() if one), None)
    if weights is None:
        words = "each kind of call that the population makes counts 1 (theft.actions says otherwise)"
    else:
        words = ", ".join(f"{action} counts {number(float(weight))}" for action, weight in weights.items())
    return (
        "An hour in which the policies allow a thief something counts by how bad it is: " + words + ". Expected value "
        "of a theft within 365 days, so one action of weight 1 that is allowed for ever counts 8,760 h."
    )


def _exposure_text(results: Results) -> str:
    return (
        "A theft takes everything that lies at one place at one instant; every instant of the run counts alike, and "
        "thefts that find nothing count as 0. Three thieves: “copy” uses what he took; “mint” also whatever he can "
        f"obtain from it; “foothold” takes again for {foothold_words(results)} until the hole is closed. Populations, "
        "places and thieves are never averaged. Means are capped at 365 days, medians are not."
    )
