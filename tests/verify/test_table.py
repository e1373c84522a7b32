"""The whole table: green, long enough, narrow enough, and the same again; and what the command makes of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim.cli.main import main
from sim.verify import botocore_rows, suite
from sim.verify.guard import SealedProcessError
from sim.verify.rows import Row, exact, mean_row, near, skipped


def test_the_whole_table() -> None:
    """One test, for the rows take half a minute: they are green, many, told apart, of every kind, and can fail."""
    table = suite.all_rows(1)
    assert not [row for row in table if row.verdict != "passed"]
    assert len(table) >= 300
    assert len({(row.source, row.quantity) for row in table}) == len(table)
    _assert_every_kind_of_evidence(table)
    assert not [row for row in table if _wide(row)]


def _assert_every_kind_of_evidence(table: list[Row]) -> None:
    counts = Counter(row.source for row in table)
    assert counts["botocore, the real one"] >= 30
    assert sum(n for source, n in counts.items() if source.startswith("M/")) > 21
    assert counts["aws-arch-backoff-simulator, N = 100"] == 10
    for source in ("closed form, sessions", "closed form, keys", "closed form, thefts", "closed form, quotas"):
        assert counts[source] >= 5


def _wide(row: Row) -> bool:
    """Whether an interval is wider than a third of its mean to either side: a row that cannot fail shows nothing."""
    if row.low is None or row.high is None:
        return False
    return row.high - row.low > (row.high + row.low) / 3 + 0.01


def test_a_wrong_mean_an_unequal_value_and_a_far_value_fail() -> None:
    values = [0.9, 1.0, 1.1, 1.0, 0.95, 1.05]
    assert mean_row("s", "q", 1.0, values).verdict == "passed"
    assert mean_row("s", "q", 2.0, values).verdict == "failed"
    assert mean_row("s", "q", 1.0, [1.0, 1.0, 1.0]).verdict == "failed"  # no noise at all: not a sample
    assert exact("s", "q", [1, 2], [1, 3]).verdict == "failed"
    assert near("s", "q", 1.0, 1.2, 0.1).verdict == "failed"


def _few() -> list[Row]:
    return [exact("one", "a", 1, 1), near("two", "b", 1.0, 1.0, 0.1)]


def _red() -> list[Row]:
    return [exact("one", "c", True, False, "why")]


def _missing() -> list[Row]:
    return skipped([("one", "d")], "not here")


@pytest.mark.parametrize(
    ("groups", "strict", "code"),
    [((_few,), True, 0), ((_few, _red), False, 1), ((_few, _missing), False, 0), ((_few, _missing), True, 1)],
)
def test_exit_codes(
    groups: tuple[object, ...],
    strict: bool,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(suite, "GROUPS", groups)
    assert main(["verify", "--jobs", "1", "--quiet", *(["--strict"] if strict else [])]) == code
    told = capsys.readouterr().out
    assert "rows: 2 passed" in told
    assert ("1 failed" in told) is (_red in groups)


def test_json_and_junit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(suite, "GROUPS", (_few, _red, _missing))
    assert main(["verify", "--jobs", "2", "--json", "--junit", str(tmp_path / "v.xml")]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["passed"], data["failed"], data["skipped"]) == (2, 1, 1)
    assert data["rows"][1]["low"] == pytest.approx(0.9)
    root = ElementTree.fromstring((tmp_path / "v.xml").read_text(encoding="utf-8"))
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["skipped"]) == ("4", "1", "1")
    assert root.find("testsuite/testcase/failure").attrib["message"] == "expected yes, simulated no; why"  # type: ignore[union-attr]


def test_without_botocore_its_rows_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore_rows, "installed", lambda: False)
    rows = botocore_rows.random_rows()
    assert len(rows) >= 30
    assert {row.verdict for row in rows} == {"skipped"}


def test_a_botocore_that_breaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        botocore_rows, "real_traces", lambda _cases: (_ for _ in ()).throw(SealedProcessError("broken"))
    )
    with pytest.raises(SealedProcessError, match="broken"):
        botocore_rows.random_rows()
