from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis.charts import CHARTS
from analysis.load import ResultsError
from analysis.report import write
from analysis.summary import summarise
from sim.records import Level
from tests.support.fake_results import write_fake_results

ATTACK = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """Collects tags, attributes and ids, and checks that tags nest."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    return Reader(page)


def test_the_page_is_well_formed(reader: Reader) -> None:
    assert reader.open == []
    ids = [str(attrs["id"]) for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for link in reader.of("a"):
        assert str(link["href"]).removeprefix("#") in ids


def test_the_verdict_and_its_chart_come_before_tables_more_charts_and_assumptions(page: str) -> None:
    order = ["<h1>", 'id="verdict"', 'id="glance"', 'id="strategies"', 'id="charts"', 'id="exposure"']
    order += ['id="assumptions"', 'id="sessions"', 'id="limits"', 'id="reproduce"', "<footer>"]
    places = [page.index(mark) for mark in order]
    assert places == sorted(places)
    assert page.count("<figure", places[2], places[3]) == 1
    assert page.count("<figure", places[4], places[5]) >= 6


def test_the_verdict_has_one_line_per_question_and_the_rest_is_folded(page: str) -> None:
    block = page.split('<table class="verdicts">')[1].split("</table>", maxsplit=1)[0]
    rows = [re.sub(r"<[^>]+>", " ", row) for row in block.split("<tr>")[2:]]
    assert len(rows) >= 3
    for row in rows:
        assert row.count("?") == 1
        assert len(" ".join(row.split())) < 300, "a line, not a paragraph"
    told = [row for row in rows if ":" in row.split("?")[1].split()[0]]
    assert told, "no line names a winner"
    assert page.index('id="strategies"') < page.index("<details>") < page.index('id="charts"')


def test_nothing_is_loaded_from_outside(page: str, reader: Reader) -> None:
    for _, attrs in reader.tags:
        for name in ("src", "href", "srcset", "data", "action"):
            assert str(attrs.get(name, "#")).startswith(("#", "data:image/"))
    assert "url(" not in page
    assert "@import" not in page
    assert reader.of("script") == []
    assert reader.of("link") == []


def test_charts_are_inlined_with_a_text_alternative(reader: Reader) -> None:
    images = reader.of("img")
    assert len(images) >= 7
    for image in images:
        assert str(image["src"]).startswith("data:image/")
        assert len(str(image["alt"])) > 60
        assert int(str(image["width"])) > 300


def test_every_table_head_has_a_scope(reader: Reader) -> None:
    heads = reader.of("th")
    assert heads
    assert {attrs["scope"] for attrs in heads} == {"col", "row", "rowgroup"}
    assert len(reader.of("caption")) == len(reader.of("table"))


def test_the_page_is_for_phones_and_for_paper(page: str, reader: Reader) -> None:
    viewport = [attrs for attrs in reader.of("meta") if attrs.get("name") == "viewport"]
    assert viewport[0]["content"] == "width=device-width, initial-scale=1"
    assert "@media print" in page
    assert "@media (max-width" in page
    boxes = [attrs for attrs in reader.of("div") if attrs.get("class") == "scroll"]
    assert len(boxes) == len(reader.of("table")) + len(reader.of("img"))
    assert all(box.get("tabindex") == "0" and box.get("aria-label") for box in boxes)


def test_colours_of_text_have_contrast(page: str) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", page))
    for name in ("ink", "soft", "link"):
        assert _contrast(colours[name], "#ffffff") >= 4.5
        assert _contrast(colours[name], colours["pale"]) >= 4.5


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_of_the_scenario_is_escaped(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.report.page.CHARTS", CHARTS[:2])  # charts say names of strategies at most
    path = shutil.copytree(folder, tmp_path / "run")
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["scenario"] = manifest["question"] = ATTACK
    for strategy in manifest["strategies"].values():
        strategy["title"] = f'"{ATTACK}'
        strategy["scenario"]["basis"]["assumed"] = {ATTACK: {"note": ATTACK, "range": [ATTACK, 2], "measure": ATTACK}}
    manifest["facts"] = [{"name": ATTACK, "value": ATTACK, "unit": ATTACK, "source": ATTACK, "basis": "assumed"}]
    manifest["packages"] = {ATTACK: ATTACK}
    (path / "manifest.json").write_text(json.dumps(manifest))
    page = write(path).read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 10
    assert Reader(page).open == []


def test_the_page_says_where_it_ends(page: str) -> None:
    for words in (
        "AWS behaviour as of 2026-11; 1 of 2 facts assumed.",
        "simulation noise only",
        "not computed: run with --assumptions",
        "No AWS account was measured.",
        "All data on this page is simulated.",
        "not affiliated with or endorsed by Amazon Web Services",
        "IAM Identity Center",
        "credflow compare scenarios/fake-directory.yaml --seed 1 --replications 2",
    ):
        assert words in page


def test_who_can_set_a_session_length_is_told(page: str) -> None:
    section = page[page.index('id="sessions"') : page.index('id="limits"')]
    for words in ("EC2 instance", "nobody", "botocore", "ValidationError", "1 h to 12 h", "15 min to 1 h"):
        assert words in section


def test_assumed_inputs_come_first_with_their_range(page: str) -> None:
    section = page[page.index('id="assumptions"') : page.index('id="sessions"')]
    assert "populations.people.workday.first_use.sd_s" in section
    assert "15 min to 1 h" in section
    assert "35 min" in section
    assert "&lt;b&gt;not known&lt;/b&gt;" in section


def test_one_replication_one_strategy_and_no_details_still_make_a_page(tmp_path: Path) -> None:
    path = write_fake_results(tmp_path / "run", strategies=1, replications=1, level=Level.SUMMARY)
    summarise(path)
    page = write(path).read_text(encoding="utf-8")
    assert Reader(page).open == []
    assert "One replication: no interval" in page
    assert "Paired differences to" not in page


def test_the_same_folder_gives_the_same_page(folder: Path, page: str) -> None:
    assert write(folder).read_text(encoding="utf-8") == page


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError):
        write(tmp_path)
