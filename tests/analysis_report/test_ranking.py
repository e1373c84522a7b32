from __future__ import annotations

from typing import Any

from analysis.charts.estimates import Estimates
from analysis.report.ranking import Answer, Part, Subject, TurningPoint, rank
from analysis.report.tables import main_table, telling
from analysis.report.verdicts import _answer, _sentences, corrected

SUBJECT = Subject("app", "calls.failed", {"population": "app"}, zero=True)


def row(strategy: str, mean: float | None, **more: Any) -> dict[str, Any]:
    spread = {} if mean is None else {"low": mean - 1, "high": mean + 1}
    return {"metric": "calls.failed", "strategy": strategy, "selector": {"population": "app"}, "unit": "calls"} | {
        "mean": mean, **spread, **more
    }  # fmt: skip


def against(strategy: str, p: float) -> dict[str, Any]:
    return {"metric": "calls.failed", "baseline": "a", "strategy": strategy, "selector": {"population": "app"}} | {
        "unit": "calls", "mean": 1.0, "low": 0.0, "high": 2.0, "p_holm": p
    }  # fmt: skip


def told(metrics: list[dict[str, Any]], differences: list[dict[str, Any]], **more: Any) -> str:
    names = [entry["strategy"] for entry in metrics]
    figures = Estimates({"metrics": metrics, "differences": differences})
    return str(rank(more.pop("subject", SUBJECT), figures, names, "a", **more))


def test_winner_and_loser_are_named_with_their_intervals() -> None:
    text = told([row("a", 10), row("b", 30), row("c", 20)], [against("b", 0.001), against("c", 0.001)])
    assert text == "Fewest with a, most with b: app, 10 (9 to 11) against 30 (29 to 31)."


def test_noise_is_called_noise() -> None:
    text = told([row("a", 10), row("b", 11)], [against("b", 0.2)])
    assert text == "No difference can be told from noise: app, a 10 (9 to 11) and b 11 (10 to 12)."


def test_two_that_differ_from_the_baseline_on_both_sides_differ() -> None:
    text = told([row("a", 20), row("b", 10), row("c", 30)], [against("b", 0.01), against("c", 0.4)])
    assert text.startswith("Fewest with b, most with c")


def test_ties_share_the_place() -> None:
    text = told([row("a", 0), row("b", 0), row("c", 5)], [against("b", 1.0), against("c", 0.001)])
    assert text.startswith("Fewest with a and b, most with c")


def test_the_same_everywhere_is_said_once() -> None:
    assert told([row("a", 0), row("b", 0)], []) == "None in any strategy: app."
    assert told([row("a", 7, low=7, high=7), row("b", 7, low=7, high=7)], []) == "The same in every strategy: app, 7."


def test_what_never_ends_loses() -> None:
    subject = Subject("app, image", "exposure.mean_s", {}, "shortest", "longest")
    metrics = [
        {
            "metric": "exposure.mean_s",
            "strategy": "a",
            "selector": None,
            "unit": "s",
            "mean": 31_536_000.0,
            "never_share": 1.0,
        },
        {"metric": "exposure.mean_s", "strategy": "b", "selector": None, "unit": "s", "mean": 3600.0},
    ]
    assert (
        told(metrics, [], subject=subject) == "Shortest with b, longest with a: app, image, 1 h against “never ends”."
    )


def test_a_strategy_without_the_bucket_has_none_of_it() -> None:
    figures = Estimates({"metrics": [row("b", 5)], "differences": []})
    assert str(rank(SUBJECT, figures, ["a", "b"], "a")) == "Fewest with a, most with b: app, 0 against 5 (4 to 6)."


def test_no_figure_no_sentence() -> None:
    assert rank(SUBJECT, Estimates({"metrics": []}), ["a", "b"], "a") is None


def test_the_turning_point_is_named() -> None:
    point = TurningPoint("calls.failed", {"population": "app"}, frozenset({"a", "b"}), "populations.app.count", 12.5)
    text = told([row("a", 10), row("b", 30)], [against("b", 0.001)], turns=[point])
    assert text.endswith("It depends on populations.app.count: turns at 12.5.")


def test_a_range_that_does_not_turn_the_answer_is_named_as_such() -> None:
    point = TurningPoint("calls.failed", {"population": "app"}, frozenset({"a", "b"}), "populations.app.count", None)
    text = told([row("a", 10), row("b", 30)], [against("b", 0.001)], turns=[point])
    assert "How much depends on populations.app.count" in text


def test_answers_with_the_same_winner_and_loser_are_one_sentence() -> None:
    head = (Part("Fewest with "), Part("a", strong=True))
    answers = [Answer(f"app, {place}", head, "0 against 5") for place in ("image", "host")]
    answers += [Answer("app, process", head, "1 against 9", " It depends on x: turns at 3.")]
    (sentence,) = _sentences(answers)
    assert sentence.head == head
    assert sentence.items == (("app, image and host", "0 against 5"), ("app, process", "1 against 9"))
    assert sentence.tail == " It depends on x: turns at 3."


def test_what_can_be_told_comes_first() -> None:
    heads = ["None in any strategy", "No difference can be told from noise", "Fewest with a"]
    parts = [(Part(heads[0]),), (Part(heads[1]),), (Part("Fewest with "), Part("a", strong=True))]
    sentences = list(_sentences([Answer("app", head) for head in parts]))
    assert [sentence.head[0].text for sentence in sentences] == ["Fewest with ", heads[1], heads[0]]


def test_what_is_identical_does_not_count_as_a_comparison() -> None:
    same = {**against("b", 0.0), "mean": 0.0, "low": 0.0, "high": 0.0, "p": 1.0}
    other = {**against("c", 0.0), "p": 0.03}
    rows = corrected({"differences": [same, other]}, [SUBJECT])["differences"]
    assert {row["strategy"]: row["p_holm"] for row in rows} == {"b": 1.0, "c": 0.03}


def test_only_what_the_page_shows_is_corrected_for() -> None:
    other = {**against("c", 0.0), "p": 0.03}
    hidden = {**other, "metric": "calls.total"}
    rows = corrected({"differences": [other, hidden]}, [SUBJECT])["differences"]
    assert [row["p_holm"] for row in rows] == [0.03]


def test_a_bucket_that_only_some_strategies_use_is_a_difference() -> None:
    figures = Estimates({"metrics": [row("a", 5), row("b", 5)], "differences": [against("b", 1.0)]})
    assert str(rank(SUBJECT, figures, ["a", "b", "c"], "a")).startswith(
        "Fewest with c, most with a and b: app, 0 against 5"
    )


class Two:
    """Two strategies; nothing else of a run is asked for."""

    strategies = ("a", "b")
    replications = 2


def test_what_reads_alike_in_all_strategies_is_told_in_the_caption_and_is_no_column() -> None:
    like = {"selector": {}, "low": None, "high": None}
    metrics = [row(name, mean) for name, mean in (("a", 5), ("b", 7))]
    metrics += [row(name, 0, metric="requests.throttled", **like) for name in ("a", "b")]
    same = Subject("Requests throttled", "requests.throttled", {}, what="all issuers")
    figures = Estimates({"metrics": metrics, "differences": []})
    table = main_table(Two(), figures, [same, SUBJECT], has_assumptions=False)  # type: ignore[arg-type]
    assert telling(Two(), figures, [same, SUBJECT]) == [SUBJECT]  # type: ignore[arg-type]
    assert [head.text for head in table.heads] == ["Strategy", "app"]
    assert table.caption.endswith("The same in every strategy: requests throttled (all issuers) 0.")


def test_the_line_of_a_question_is_its_hardest_comparison() -> None:
    """A plan that stops the thief who copies at once, and the one who mints never, is not the best one."""
    inf, words, best = float("inf"), ("shortest", "longest"), (Part("Shortest with b"),)
    copy = Answer("thief copy", best, "", "", ("b",), ("a",), "containment_s", inf, "", words, ("2 s", "never ends"), 2)
    mint = Answer("thief mint", best, "", "", ("c",), ("a",), "containment_s", inf, "", words, ("5 min", "never"), 300)
    (first, last), about = _answer([copy, mint])
    assert (first.word, first.names, first.value) == ("shortest", ("c",), "5 min")
    assert (last.word, last.names, last.value) == ("longest", ("a",), "never")
    assert about == "thief mint"


def test_where_nothing_can_be_told_the_line_says_so_with_the_figures() -> None:
    """Three replications can tell little: 0 against 290,000 must not read as if there were no difference."""
    none, noise = Answer("people", (Part("None in any strategy"),)), Part("No difference can be told from noise")
    answers = [none, Answer("app", (noise,), "a 0 and b 290,000"), Answer("job", (noise,), "a 1 and b 2")]
    line = "No difference can be told from noise: app, a 0 and b 290,000; nor in 1 other comparison"
    assert _answer(answers) == ((), line)
    assert _answer([none]) == ((), "None in any strategy: people")
