"""What stands on a terminal: no word of a head broken, no interval folded, running text within 100 characters."""

from __future__ import annotations

import re
import sys

import pytest

from sim.cli.overview import show_overview
from sim.cli.screen import show_entries, show_table

HEADER = ["strategy", "requests", "calls wait, s", "calls failed"]
ROWS = [["a-strategy-with-a-name", "5,706 ± 14.6", "1,271 ± 0.728", "1,234 ± 12.3"]] * 2
CHECK = "calls.share{population=application,verdict=InvalidClientTokenId}"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Lines that a table takes on a terminal of some width."""

    def printed(width: int, *table: object, **more: int) -> list[str]:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(width))
        show_table(*table, **more)  # type: ignore[arg-type]
        plain = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
        return [line.rstrip() for line in plain.splitlines() if line.strip()]

    return printed


def test_on_a_wide_terminal_a_row_is_a_line_with_its_intervals(lines) -> None:
    out = lines(120, "Costs", HEADER, ROWS)
    assert len(out) == 1 + 1 + len(ROWS)
    assert all("1,271 ± 0.728" in line for line in out[2:])


def test_on_a_narrow_terminal_intervals_go_before_a_cell_is_folded(lines) -> None:
    out = lines(64, "Costs", HEADER, ROWS)
    assert out[0] == "Costs (± left out: narrow terminal)"
    assert [line.split() for line in out[-2:]] == [["a-strategy-with-a-name", "5,706", "1,271", "1,234"]] * 2
    assert max(map(len, out[1:])) <= 64


def test_a_metric_is_folded_between_the_keys_of_its_selector(lines) -> None:
    out = lines(60, "Checks", ["", "check", "value"], [["ok", CHECK, "0.25"]], left=2)
    assert "verdict=InvalidClientTokenId}" in " ".join(out).split()
    assert max(map(len, out)) <= 60


def test_entries_are_folded_between_words_and_addresses_stay_whole(monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    address = "https://docs.aws.amazon.com/" + "a" * 60
    show_entries([("sts.quota = 600 requests/s (documented, read 2026-11-23)", ["", "word " * 20, address])])
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("sts.quota = 600")
    assert all(line.startswith("    ") for line in out[1:])
    assert all(len(line) <= 40 for line in out if address not in line)
    assert f"    {address}" in out


def _entry(metric: str, strategy: str, mean: float, **selector: str) -> dict[str, object]:
    return {"metric": metric, "strategy": strategy, "selector": selector, "mean": mean, "low": None, "high": None}


def test_columns_of_zeros_are_a_line_and_the_longer_side_of_exposure_goes_down(capsys) -> None:
    names = ["a", "b", "c"]
    theft = {"population": "app", "place": "process", "thief": "copy"}
    entries = [_entry("exposure.mean_s", name, 3600.0, **theft) for name in names]
    entries += [_entry("requests", name, 7) for name in names] + [
        _entry("rotation.toil_min", name, 0) for name in names
    ]
    show_overview({"metrics": entries}, names)
    out = capsys.readouterr().out.splitlines()
    assert "0 in every strategy: toil" in out
    assert "strategy  app: process" in out
    assert [line.split() for line in out[-3:]] == [[name, "1"] for name in names]
