"""Exposure by population, place and thief: which places exist, totals with weights, levels."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from analysis.load import Results
from analysis.metrics._places import listed_places, place_count, places_of
from analysis.metrics.exposure import THIEVES, probe_errors, survival, survivals
from sim.records import Level
from tests.analysis.frames import context, number, table, values
from tests.support.fake_results import write_fake_results, write_results
from tests.support.fake_scenario import fake_scenario

H = 172_800.0
PLACES = {("app", "imds"): 2, ("app", "process"): 8, ("app", "repository"): 1}


def _scenario(*, keys: bool) -> dict[str, object]:
    return fake_scenario(keys=keys).model_dump(mode="json", by_alias=True)


def _held(place: str, client: int, until: float, **more: object) -> dict[str, object]:
    row = {"population": "app", "place": place, "client": client, "from_s": 0.0, "to_s": H}
    return row | {"valid_until_s": until, "mint_until_s": until} | more


@pytest.mark.parametrize(
    ("population", "place", "count"),
    [
        ("people", "laptop", 20),
        ("people", "backup", 20),
        ("app", "process", 8),
        ("app", "imds", 2),
        ("app", "file", 2),
        ("app", "repository", 1),
        ("app", "image", 1),
        ("app", "backup", 1),
    ],
)
def test_how_many_places_there_are_is_the_same_in_all_strategies(population: str, place: str, count: int) -> None:
    scenarios = [_scenario(keys=True), _scenario(keys=False)]
    assert [place_count(scenarios, own, population, place) for own in scenarios] == [count, count]


def test_listed_places_are_those_of_any_strategy() -> None:
    assert listed_places([_scenario(keys=True)]) == {
        "people": {"laptop": 3.0, "backup": 1.0},
        "app": {"process": 1.0, "imds": 1.0, "repository": 1.0},
    }


def test_a_place_without_rows_is_exposed_to_nothing() -> None:
    found = values("exposure", context(places=PLACES), holdings=[_held("process", 0, H + 100)])
    at = "place=repository,population=app,thief=copy"
    assert number(found, "exposure.mean_s", at) == 0
    assert number(found, "exposure.nothing_share", at) == 1
    assert found["exposure.mean_given_valid_s", at].over == 0
    assert number(found, "exposure.nothing_share", "place=process,population=app,thief=copy") == pytest.approx(7 / 8)


def test_slots_of_one_host_are_one_place() -> None:
    rows = [_held("imds", 0, H + 10, slot=slot) for slot in range(4)]
    found = values("exposure", context(places=PLACES), holdings=rows)
    at = "place=imds,population=app,thief=copy"
    assert number(found, "exposure.nothing_share", at) == pytest.approx(0.5)
    assert number(found, "exposure.mean_given_valid_s", at) == pytest.approx(H / 2 + 10)


def test_the_total_has_the_weights_of_the_scenario_and_needs_all_its_places() -> None:
    rows = [_held("repository", 0, math.inf), *(_held("imds", host, H) for host in range(2))]
    found = values("exposure", context(places=PLACES), holdings=rows)
    assert number(found, "exposure.p_never", "population=app,thief=copy") == pytest.approx(1 / 3)
    mean = (365 * 86_400.0 + H / 2 + 0) / 3
    assert number(found, "exposure.mean_s", "population=app,thief=copy") == pytest.approx(mean)
    assert math.isinf(number(found, "exposure.p95_s", "population=app,thief=copy"))
    assert not [key for key in found if key[1] in ("", "thief=copy")], "never one number over populations"
    partly = values("exposure", context(places={("app", "imds"): 2}), holdings=rows)
    assert ("exposure.mean_s", "population=app,thief=copy") not in partly


def test_thieves_stand_side_by_side() -> None:
    rows = [_held("repository", 0, H + 50.0, mint_until_s=H + 3650.0)]
    found = values("exposure", context(places=PLACES), holdings=rows)
    means = [number(found, "exposure.mean_s", f"place=repository,population=app,thief={t}") for t in THIEVES]
    assert means == pytest.approx([H / 2 + 50, H / 2 + 3650, H - (H - 86_400) / 2 + 3650])


def test_a_token_that_must_be_exchanged_is_of_no_use_to_a_copy() -> None:
    rows = [_held("repository", 0, H + 50.0, kind="sso_token", mint_until_s=H + 3650.0)]
    found = values("exposure", context(places=PLACES), holdings=rows)
    nothing = [number(found, "exposure.nothing_share", f"place=repository,population=app,thief={t}") for t in THIEVES]
    assert nothing == [1.0, 0.0, 0.0]
    held = table("holdings", rows).assign(at_s=5.0, credential="sso-app-0")
    assert len(probe_errors(held, held, "copy")) == 0
    assert probe_errors(held, held, "mint").tolist() == [0.0]


def test_what_ends_an_exposure_is_the_end_of_what_lasts_longest() -> None:
    rows = [
        _held("repository", 0, H + 50.0, to_s=H / 4, end_cause="expiry"),
        _held("repository", 0, H + 90.0, to_s=H / 2, end_cause="rotation", mint_until_s=H + 99.0),
        _held("repository", 0, math.inf, from_s=0.75 * H, end_cause="deactivation"),
    ]
    found = values("exposure", context(places=PLACES), holdings=rows)
    share = {
        (thief, cause): number(found, "exposure.cause_share", at)
        for thief in ("copy", "mint")
        for cause in ("expiry", "rotation", "never", "deactivation")
        if ("exposure.cause_share", at := f"outcome={cause},place=repository,population=app,thief={thief}") in found
    }
    assert share == {
        **{("copy", "rotation"): 0.5, ("copy", "never"): 0.25},
        **{("mint", "expiry"): 0.5, ("mint", "never"): 0.25},
    }
    total = number(found, "exposure.cause_share", "outcome=rotation,population=app,thief=copy")
    assert total == pytest.approx(0.5 / 3)


def test_probabilities_of_long_exposures() -> None:
    rows = [_held("repository", 0, H)]
    found = values("exposure", context(places=PLACES), holdings=rows)
    at = "place=repository,population=app,thief=copy"
    assert number(found, "exposure.p_over_1h", at) == pytest.approx(1 - 3600 / H)
    assert number(found, "exposure.p_over_24h", at) == pytest.approx(0.5)
    assert number(found, "exposure.max_s", at) == pytest.approx(H)


def test_a_summary_run_uses_the_sampled_thefts() -> None:
    probes = [
        {"population": "app", "place": "process", "client": 0, "at_s": 10.0, "valid_until_s": 30.0},
        {"population": "app", "place": "process", "client": 0, "at_s": 10.0, "valid_until_s": 50.0},
        {"population": "app", "place": "process", "client": 1, "at_s": 10.0, "valid_until_s": 5.0},
    ]
    found = values("exposure", context(level=Level.SUMMARY, places=PLACES), probes=probes)
    at = "place=process,population=app,thief=copy"
    assert number(found, "exposure.mean_s", at) == pytest.approx(40 / 2000)
    assert number(found, "exposure.mean_given_valid_s", at) == pytest.approx(40.0)
    assert number(found, "exposure.max_s", at) == 40.0
    refused = found["exposure.mean_s", "place=process,population=app,thief=foothold"]
    assert refused.reason == "a foothold needs holdings, which level summary does not record"


def test_a_survival_curve_starts_at_the_share_that_found_something(fake_results: Results) -> None:
    grid = np.array([0.0, 60.0, 3600.0, 86_400.0, 1e12])
    curve = survival(fake_results, "keys", 0, "app", "process", "copy", grid)
    assert curve is not None
    assert curve.tolist() == [1.0] * 5, "a key that never ends"
    curve = survival(fake_results, "sessions-1h", 0, "people", "laptop", "copy", grid)
    assert curve is not None
    assert 0.5 < curve[0] < 1
    assert curve[2] == 0
    assert (np.diff(curve) <= 0).all()


def test_the_total_curve_is_the_weighted_sum_of_its_places(fake_results: Results) -> None:
    grid = np.linspace(0.0, 9e6, 50)
    parts = [survival(fake_results, "keys", 1, "people", place, "mint", grid) for place in ("laptop", "backup")]
    total = survival(fake_results, "keys", 1, "people", None, "mint", grid)
    assert parts[0] is not None
    assert parts[1] is not None
    assert total == pytest.approx(0.75 * parts[0] + 0.25 * parts[1])
    assert len(survivals(fake_results, "keys", 1, grid)) == (5 + 2) * 3
    assert survival(fake_results, "keys", 1, "people", "nowhere", "mint", grid) is None


def test_without_listed_places_all_that_ever_held_anything_count(tmp_path: Path) -> None:
    scenarios = {}
    for name in ("a", "b"):
        scenario = fake_scenario(keys=True)
        scenarios[name] = scenario.model_copy(update={"theft": scenario.theft.model_copy(update={"places": {}})})
    rows = {"a": [_held("process", 3, H)], "b": [_held("repository", 0, H)]}
    folder = write_results(tmp_path / "r", scenarios, lambda strategy, _: {"holdings": rows[strategy]})
    results = Results(folder)
    assert places_of(results, "a") == places_of(results, "b") == {("app", "process"): 8, ("app", "repository"): 1}


def test_probes_of_a_run_agree_with_its_holdings(tmp_path: Path) -> None:
    folder = write_fake_results(tmp_path / "r", strategies=2, replications=1)
    results = Results(folder)
    holdings = results.table("holdings", "sessions-1h", 0)
    held = holdings[(holdings["population"] == "people") & (holdings["place"] == "laptop")]
    probes = held.assign(at_s=(held["from_s"] + held["to_s"]) / 2)
    assert np.abs(probe_errors(held, probes, "copy")).max() == 0
    assert np.abs(probe_errors(held, probes, "mint")).max() == 0
