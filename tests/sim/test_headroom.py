"""`credflow headroom`: the search by itself, against a bucket whose answer is known, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.headroom import refused_share
from sim.cli.headroom import largest
from tests.support.command import credflow, write_tiny

# Every worker asks STS once, within the first second, and the bucket holds 600: the 601st is refused.
BURST = {
    "horizon_s: 86400": "horizon_s: 60",
    "    credentials: reader\n": "    credentials: reader\n    start: {at_s: 0}\n",
    "rps: 0.05": "rps: 20",
    "rps: 600, burst: 600": "rps: 0.001, burst: 50",
}
QUICK = ("--replications", "2", "--jobs", "1", "--population", "workers", "--strategy", "sessions-1h")


@pytest.mark.parametrize("limit", [0, 1, 2, 5, 63, 64, 65, 900, 5000])
@pytest.mark.parametrize("begin", [1, 64, 1000])
def test_the_search_finds_the_last_that_fits(limit: int, begin: int) -> None:
    tried: list[int] = []

    def fits(n: int) -> bool:
        tried.append(n)
        return n <= limit

    assert largest(fits, begin, 4000, 0.0) == min(limit, 4000)
    assert len(tried) < 30


def test_the_resolution_is_a_share_of_n() -> None:
    assert 990 <= largest(lambda n: n <= 1000, 1, 10_000, 0.01) <= 1000


def test_the_worst_minute_of_any_issuer_counts() -> None:
    rows = [(0, "sts", "ok", 90), (59, "sts", "throttled", 10), (60, "sts", "throttled", 1), (60, "sts", "ok", 1)]
    rows += [(60, "imds", "ok", 1000), (61, "sts", "denied", 6)]
    frame = pd.DataFrame(rows, columns=["second", "issuer", "outcome", "requests"])
    assert refused_share(frame, ["throttled"]) == 1 / 8
    assert refused_share(frame.head(2), ["throttled"]) == 0.1
    assert refused_share(frame.head(0), ["throttled"]) == 0.0


def test_a_bucket_that_hardly_refills_serves_its_burst(tmp_path: Path) -> None:
    write_tiny(tmp_path, **BURST)
    done = credflow("headroom", "tiny.yaml", *QUICK, "--json", "--resolution", "0", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    row = told["strategies"]["sessions-1h"]
    assert (told["population"], row["count"], row["largest"], row["multiple"]) == ("workers", 20, [50, 50], 2.5)
    assert (row["low"], row["high"], row["not_found_up_to"]) == (50, 50, None)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


def test_jobs_do_not_matter_and_the_table_says_so_where_nothing_refuses(tmp_path: Path) -> None:
    write_tiny(tmp_path, **(BURST | {"rps: 600, burst: 600": "rps: 600, burst: 600"}))
    more = ("--most", "2", *QUICK[:2], *QUICK[4:])
    one, two = (credflow("headroom", "tiny.yaml", *more, "--jobs", n, folder=tmp_path) for n in (1, 2))
    assert one == two
    assert one.stdout.splitlines()[-1].split() == ["sessions-1h", "20", "over", "40", "40", "to", "40", "over", "2"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--population", "worker"), "did you mean workers?"),
        (("--population", "workers", "--strategy", "sessions"), "did you mean sessions-"),
        (("--population", "workers", "--set", "accounts.main.quotas={}"), "no account has quotas"),
    ],
)
def test_what_cannot_be_searched(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    write_tiny(tmp_path)
    done = credflow("headroom", "tiny.yaml", *words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("most", ["0", "0.5", "-1", "nan", "inf", "1e300"])
def test_the_largest_multiple_is_one_that_can_be_counted_with(tmp_path: Path, most: str) -> None:
    write_tiny(tmp_path)
    done = credflow("headroom", "tiny.yaml", *QUICK, "--most", most, folder=tmp_path)
    assert done.returncode == 2
    assert "is not a multiple from 1" in done.stderr


@pytest.mark.parametrize("limit", ["1", "-0.1", "x"])
def test_a_limit_is_a_share(tmp_path: Path, limit: str) -> None:
    write_tiny(tmp_path)
    assert credflow("headroom", "tiny.yaml", *QUICK, "--limit", limit, folder=tmp_path).returncode == 2


def test_a_population_that_arrives_has_no_size_to_grow(tmp_path: Path) -> None:
    come = "    credentials: reader\n    arrivals: {kind: poisson, rps: 0.01}\n    lifetime_s: 60\n"
    write_tiny(tmp_path, **{"    credentials: reader\n": come})
    done = credflow("headroom", "tiny.yaml", *QUICK, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "clients arrive" in done.stderr
    instead = re.search(r"`credflow compare (.+)`", done.stderr)
    assert instead is not None
    told = [credflow("validate", *words, folder=tmp_path).stdout for words in (["tiny.yaml"], instead[1].split())]
    clients = [int(re.search(r"sessions-1h +([\d,]+)", one)[1].replace(",", "")) for one in told]
    assert clients[1] == 2 * clients[0] > 0
