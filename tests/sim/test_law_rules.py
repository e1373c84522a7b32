"""Durations that are drawn do not reach below 0, wherever they stand."""

from __future__ import annotations

import pytest

from tests.support.small_scenario import GOOD, problems_of, written


@pytest.mark.parametrize("law", ["{lognormal: {median: 1, sigma: 1e308}}", "{geometric: {mean: 1e308}}"])
def test_a_law_has_numbers_that_can_be_calculated_with(tmp_path, law: str) -> None:
    (problem,) = problems_of(written(tmp_path, GOOD.replace("length_s: 60,", f"length_s: {law},")))
    assert problem.path.startswith("populations.people.calls.length_s.")
    assert "must be at most" in problem.text


@pytest.mark.parametrize("law", ["-4", "{uniform: {low: -4, high: 9}}", "{discrete: {-4: 1, 5: 1}}"])
@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("{kind: idp}", "{kind: idp, service_s: LAW}", "issuers.idp.service_s"),
        ("way: sso}", "way: sso, login: {attention_s: LAW}}", "credentials.people.0.login.attention_s"),
        ("{count: 3, credentials: app,", "{count: 3, credentials: app, new_provider_per: {every_s: LAW},",
         "populations.app.new_provider_per.every_s"),
        ("length_s: 60,", "length_s: LAW,", "populations.people.calls.length_s"),
    ],
)  # fmt: skip
def test_a_duration_is_not_drawn_below_0(tmp_path, old: str, new: str, path: str, law: str) -> None:
    assert old in GOOD
    found = {
        problem.path: problem.text
        for problem in problems_of(written(tmp_path, GOOD.replace(old, new.replace("LAW", law))))
    }
    told = [text for place, text in found.items() if place.replace(".0.length", ".length") == path]
    assert told, found
    assert told[0].startswith("-4 is not allowed")


@pytest.mark.parametrize("law", ["1e308", "{uniform: {low: 0, high: 1e9}}"])
def test_copies_can_be_counted(tmp_path, law: str) -> None:
    (problem,) = problems_of(written(tmp_path, GOOD.replace("{number: 1}", f"{{copies: {{laptop: {law}}}}}")))
    assert problem.path == "users.person.key.copies.laptop"
    assert "at most 1,000,000 copies" in problem.text
