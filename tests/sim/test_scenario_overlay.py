"""Setting and removing paths of a plain document."""

from __future__ import annotations

import pytest

from sim.loading.overlay import apply, matches

DOCUMENT = {
    "populations": {
        "people-a": {"count": 1, "calls": [{"rps": 1.0}, {"rps": 2.0}]},
        "people-b": {"count": 2},
        "app": {"count": 3},
    },
    "credentials": {"chain": [{"from": "imds"}, {"from": "access_key"}]},
}


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("populations.app.count", [("populations", "app", "count")]),
        ("populations.people-*.count", [("populations", "people-a", "count"), ("populations", "people-b", "count")]),
        ("populations.*-a.calls.1.rps", [("populations", "people-a", "calls", 1, "rps")]),
        ("populations.people-a.calls.*.rps", [("populations", "people-a", "calls", n, "rps") for n in (0, 1)]),
        ("*.app", [("populations", "app")]),
        ("populations.app.coun", []),
        ("populations.people?a", []),
        ("populations.*.*.*.*.*.*", []),
        ("credentials.chain.-1", []),
        ("credentials.chain.2", []),
    ],
)
def test_a_path_names_places(path, places):
    assert matches(DOCUMENT, path) == places


def test_the_given_document_is_left_alone():
    value = {"attempts": 5}
    done = apply(DOCUMENT, {"credentials.chain.0.retry": value, "populations.app.count": 9}, ["credentials.chain.1"])
    assert done.problems == []
    assert done.data["credentials"]["chain"] == [{"from": "imds", "retry": {"attempts": 5}}]
    assert DOCUMENT["populations"]["app"]["count"] == 3
    assert len(DOCUMENT["credentials"]["chain"]) == 2
    done.data["credentials"]["chain"][0]["retry"]["attempts"] = 6
    assert value == {"attempts": 5}


def test_a_value_set_in_several_places_is_not_shared():
    done = apply(DOCUMENT, {"populations.people-*.start": {"at_s": 0}})
    starts = [done.data["populations"][name]["start"] for name in ("people-a", "people-b")]
    assert starts == [{"at_s": 0}, {"at_s": 0}]
    assert starts[0] is not starts[1]


def test_a_new_key_is_set_in_every_match_of_its_parent():
    done = apply(DOCUMENT, {"populations.people-*.sdk": "js-v3"})
    assert {name: entry.get("sdk") for name, entry in done.data["populations"].items()} == {
        "people-a": "js-v3",
        "people-b": "js-v3",
        "app": None,
    }


def test_an_absent_optional_block_is_made():
    done = apply(DOCUMENT, {"credentials.chain.0.retry.attempts": 5, "theft.foothold_s": 60}, base=True)
    assert done.problems == []
    assert done.data["credentials"]["chain"][0]["retry"] == {"attempts": 5}
    assert done.data["theft"] == {"foothold_s": 60}


def test_a_misspelt_entry_is_not_made():
    done = apply(DOCUMENT, {"populations.ap.count": 5})
    ((path, text),) = done.problems
    assert path == "populations.ap.count"
    assert "did you mean app?" in text
    assert done.data == DOCUMENT


def test_indices_of_removal_are_those_of_the_base():
    done = apply(DOCUMENT, {}, ["credentials.chain.0", "credentials.chain.1"])
    assert done.problems == []
    assert done.data["credentials"]["chain"] == []


def test_removing_the_same_place_twice_is_one_removal():
    done = apply(DOCUMENT, {}, ["credentials.chain.*", "credentials.chain.1"])
    assert done.problems == []
    assert done.data["credentials"]["chain"] == []


def test_a_removed_block_may_hold_other_removed_places():
    done = apply(DOCUMENT, {}, ["populations.people-a", "populations.people-a.calls.0"])
    assert done.problems == []
    assert list(done.data["populations"]) == ["people-b", "app"]


@pytest.mark.parametrize("head", ["name", "run.seed", "strategies.x", "baseline", "checks.0", "basis.given.x"])
def test_a_strategy_cannot_change_what_all_share(head):
    assert "the same for all strategies" in apply(DOCUMENT, {head: 1}).problems[0][1]
    assert "the same for all strategies" in apply(DOCUMENT, {}, [head]).problems[0][1]


def test_origins_name_the_entry_that_wrote_a_place():
    done = apply(DOCUMENT, {"populations.people-*.count": 5})
    assert done.origins == {
        ("populations", "people-a", "count"): "populations.people-*.count",
        ("populations", "people-b", "count"): "populations.people-*.count",
    }
