"""The README's tables are what the code computes, and what the engine does."""

from __future__ import annotations

import re

import pytest

from sim.cli.incidents_table import BEGIN, END
from sim.readme_tables import LENGTHS_S, MARKS, README, per_day, refreshes_table, session_lengths_table, with_tables
from sim.sdks import SDKS
from tests.support.runs import run
from tests.support.zoo import document, fleet

PAGE = README.read_text(encoding="utf-8")


def test_the_tables_are_up_to_date() -> None:
    assert with_tables(PAGE) == PAGE, "run make reference"
    assert len(refreshes_table().splitlines()) > 6


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="once each"):
        with_tables("nothing")
    assert all(PAGE.count(mark) == 1 for pair in (*MARKS.values(), (BEGIN, END)) for mark in pair)


def test_the_cliff_is_marked() -> None:
    assert per_day(SDKS["botocore-1.44"].sts, 900.0) is None
    assert per_day(SDKS["botocore-1.44"].sts, 960.0) == pytest.approx(1440)
    assert per_day(SDKS["go-v2-2026"].sts, 900.0) == pytest.approx(144)
    assert per_day(SDKS["java-v2-2026"].sts, 900.0) == pytest.approx(86400 / 690)  # between 600 and 780 s
    (row,) = re.findall(
        r"^\| botocore 1\.44[^|]*\|(.*)\|$", refreshes_table().replace("botocore before 1.25; ", ""), re.M
    )
    assert [cell.strip() for cell in row.split("|")][:2] == ["**every call**", "1,440"]


def test_every_preset_and_every_holder_is_in_a_table() -> None:
    assert all(sdk.title in refreshes_table() for sdk in SDKS.values())
    assert "GetSessionToken, GetFederationToken" in session_lengths_table()
    assert "15 min to 36 h" in session_lengths_table()


@pytest.mark.parametrize("sdk", ["botocore-1.44", "js-v3"])
@pytest.mark.parametrize("length_s", [960, 3600])
def test_the_engine_refreshes_as_often(sdk: str, length_s: int) -> None:
    """A call a second for a day; a refresh comes up to a second late, and STS needs none."""
    assert length_s in LENGTHS_S
    chain = {"by-user": [{"from": "sts.AssumeRole", "role": "app", "user": "admin", "session_s": length_s}]}
    busy = fleet(
        "by-user", {"kind": "every", "every_s": 1, "action": "s3:GetObject"}, count=1, sdk=sdk, start={"at_s": 0}
    )
    words = document({"fleet": busy}, horizon_s=86_400)
    words["credentials"] = chain
    expected = per_day(SDKS[sdk].sts, float(length_s))
    assert expected is not None
    interval_s = 86_400 / expected
    assert 86_400 / (interval_s + 2) - 1 <= len(run(words)["requests"]) <= expected + 1
