"""Keyed draws: the words are Philox's, the call processes agree with their own enumeration, the laws with scipy's."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from sim.calendar import DAY_S, Calendar
from sim.laws import draw, mean_of, quantile, quantiles, size_biased
from sim.principals.workday import Workday
from sim.spec import Discrete, Exponential, Geometric, LogNormal, Normal, Uniform
from sim.streams import Purpose, Stream, index_of, population_id, uniform_of, words
from sim.unit_poisson import CELL, count_between, first_after
from sim.workloads import KINDS
from sim.workloads.base import Caller, Calls
from tests.support.zoo import BURSTS, OFFICE, ON_OFF, PROFILE

Z = 5.0  # fixed seeds: these pass or fail for ever, and chance had one in two million per row
KEY = (11, Stream(11, 0, 5).key(Purpose.CALLS), 3, 5)
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def _caller(client: int = 0, slot: int = 0, profiles: int = 1, *, offset_h: float = 0.0, office: bool = True) -> Caller:
    workday = Workday.model_validate(OFFICE) if office else None
    return Caller(Stream(7, 0, 99), client, slot, profiles, 0, Calendar.of(MONDAY, offset_h, workday))


def _listed(calls: Calls, start: float, stop: float) -> list[tuple[float, int]]:
    """Every instant in [start, stop) with its number of calls, by walking."""
    found, at = [], calls.first(start)
    while at < stop:
        after = math.nextafter(at, math.inf)
        found.append((at, calls.count(at, after)))
        at = calls.first(after)
    return found


@pytest.mark.parametrize(
    ("seed", "stream", "counter"),
    [
        (0, 0, (0, 0, 0, 0)),
        (1, 2, (3, 4, 5, 6)),
        (2**63 - 1, (7 << 32) + 33, (index_of(9, 3), 2**64 - 1, population_id("people-cli"), 1 << 20)),
    ],
)
def test_words_are_those_of_numpy(seed: int, stream: int, counter: tuple[int, ...]) -> None:
    """NumPy increments its counter before it draws: start at counter - 1."""
    number = sum(word << (64 * place) for place, word in enumerate(counter))
    before = (number - 1) % 2**256
    start = np.array([(before >> (64 * place)) % 2**64 for place in range(4)], dtype=np.uint64)
    key = np.array([seed, stream], dtype=np.uint64)
    philox = np.random.Philox(counter=start, key=key)  # noqa: TID251  # the reference
    assert [int(word) for word in words(seed, stream, *counter)] == philox.random_raw(4).tolist()


def test_uniforms_are_strictly_between_0_and_1() -> None:
    assert uniform_of(0) == 2.0**-54
    assert 0.0 < uniform_of(0) < uniform_of(2**63) < uniform_of(2**64 - 1) <= 1.0 - 2.0**-54
    drawn = [Stream(1, 0, 2).uniform(Purpose.AGE, i) for i in range(20_000)]
    assert abs(np.mean(drawn) - 0.5) < Z / math.sqrt(12 * len(drawn))
    assert stats.kstest(drawn, "uniform").pvalue > 1e-4


def test_every_part_of_a_key_makes_another_draw() -> None:
    base = Stream(1, 0, 2)
    draws = {
        base.uniform(Purpose.AGE, 1, 1),
        base.uniform(Purpose.LIFE, 1, 1),
        base.uniform(Purpose.AGE, 2, 1),
        base.uniform(Purpose.AGE, 1, 2),
        base.uniform(Purpose.AGE, index_of(1, 1), 1),
        Stream(2, 0, 2).uniform(Purpose.AGE, 1, 1),
        Stream(1, 1, 2).uniform(Purpose.AGE, 1, 1),
        Stream(1, 0, 3).uniform(Purpose.AGE, 1, 1),
    }
    assert len(draws) == 8
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose)


@pytest.mark.parametrize("rate", [0.02, 1.0, 100.0])
@pytest.mark.parametrize("start", [-5000.0, 0.0, 1e6])
def test_unit_poisson_first_and_count_agree_exactly(rate: float, start: float) -> None:
    points, at = [], first_after(*KEY, start * rate, start, rate)
    while len(points) < 2500:
        points.append(at)
        after = math.nextafter(at, math.inf)
        at = first_after(*KEY, after * rate, after, rate)
    assert all(a < b for a, b in pairwise(points))
    stop = points[-1]
    cuts = [start, *points[:40], *(start + (stop - start) * i / 37 for i in range(38)), stop]
    for a in cuts[::5]:
        for b in cuts:
            if b > a:
                assert count_between(*KEY, a, b, rate) == sum(a <= p < b for p in points)


def test_unit_poisson_forgets_what_was_asked() -> None:
    instants = [float(x) for x in range(0, 200_000, 777)]
    forward = [first_after(*KEY, at, at, 1.0) for at in instants]
    backward = [first_after(*KEY, at, at, 1.0) for at in reversed(instants)]
    assert forward == backward[::-1]


@pytest.mark.parametrize("width", [1.0, 10.0, CELL / 8, 3 * CELL])
def test_unit_poisson_counts_have_mean_and_variance_of_poisson(width: float) -> None:
    n = 4000
    counts = [count_between(11, KEY[1], i, 5, 0.3 * CELL, 0.3 * CELL + width, 1.0) for i in range(n)]
    assert abs(np.mean(counts) - width) < Z * math.sqrt(width / n)
    deviation = math.sqrt((width + 2 * width**2) / n)  # of the sample variance of a Poisson law
    assert abs(np.var(counts, ddof=1) - width) < Z * deviation


def test_unit_poisson_gaps_are_exponential_and_windows_independent() -> None:
    at, gaps = 0.0, []
    for _ in range(20_000):
        following = first_after(*KEY, math.nextafter(at, math.inf), math.nextafter(at, math.inf), 1.0)
        gaps.append(following - at)
        at = following
    assert stats.kstest(gaps, "expon").pvalue > 1e-4
    assert abs(np.corrcoef(gaps[1:], gaps[:-1])[0, 1]) < Z / math.sqrt(len(gaps))
    counts = np.array([count_between(*KEY, 64.0 * i, 64.0 * (i + 1), 1.0) for i in range(4000)])
    assert abs(np.corrcoef(counts[1:], counts[:-1])[0, 1]) < Z / math.sqrt(len(counts))


_LAWS = [
    (LogNormal.model_validate({"lognormal": {"median": 45, "sigma": 0.6}}), stats.lognorm(0.6, scale=45)),
    (Normal.model_validate({"normal": {"mean": -3, "sd": 2}}), stats.norm(-3, 2)),
    (Exponential.model_validate({"exponential": {"mean": 60}}), stats.expon(scale=60)),
    (Uniform.model_validate({"uniform": {"low": 2, "high": 10}}), stats.uniform(2, 8)),
    (Geometric.model_validate({"geometric": {"mean": 0.6}}), stats.geom(1 / 1.6, loc=-1)),
]


@pytest.mark.parametrize(("law", "known"), _LAWS, ids=lambda x: type(x).__name__)
def test_laws_are_those_of_scipy(law: object, known: stats.rv_continuous) -> None:
    u = np.array([1e-6, 0.01, 0.2, 0.5, 0.77, 0.99, 1 - 1e-6])
    assert np.allclose([quantile(law, x) for x in u], known.ppf(u), rtol=1e-9)
    assert np.allclose(quantiles(law, u), known.ppf(u), rtol=1e-9)
    assert mean_of(law) == pytest.approx(known.mean(), rel=1e-12)


@pytest.mark.parametrize(("law", "known"), [_LAWS[0], _LAWS[2], _LAWS[3]], ids=lambda x: type(x).__name__)
def test_size_biased_laws(law: object, known: stats.rv_continuous) -> None:
    """The share of the mean that lies below the u-quantile of the size-biased law is u."""
    for u in (0.05, 0.5, 0.93):
        below, _ = integrate.quad(lambda x: x * known.pdf(x), known.support()[0], size_biased(law, u))
        assert below / known.mean() == pytest.approx(u, abs=1e-6)


def test_discrete_laws_have_their_weights() -> None:
    law = Discrete.model_validate({"discrete": {1: 2, 2: 1, 7: 1}})
    assert mean_of(law) == pytest.approx(2.75)
    assert [quantile(law, u) for u in (0.01, 0.49, 0.51, 0.74, 0.76, 0.999)] == [1, 1, 2, 2, 7, 7]
    drawn = np.array([draw(Stream(1, 0, 2), law, Purpose.PROFILES, i) for i in range(8000)])
    for value, share in ((1, 0.5), (2, 0.25), (7, 0.25)):
        assert abs((drawn == value).mean() - share) < Z * math.sqrt(share * (1 - share) / len(drawn))
    biased = np.array([size_biased(law, (i + 0.5) / 11) for i in range(11)])
    assert [int((biased == value).sum()) for value in (1, 2, 7)] == [2, 2, 7]


_KINDS = {
    "poisson": {"kind": "poisson", "rps": 0.01},
    "profile": PROFILE,
    "every": {"kind": "every", "every_s": 700},
    "every-jitter": {"kind": "every", "every_s": 700, "jitter_s": 700},
    "every-phase": {"kind": "every", "every_s": 700, "phase_s": 50},
    "every-phase-jitter": {"kind": "every", "every_s": 700, "phase_s": 0, "jitter_s": 30},
    "bursts": BURSTS,
    "on_off": ON_OFF,
    "trace": {"kind": "trace", "at_s": [0, 0, 10, 86_400, 90_000.5, 90_000.5, 500_000]},
}


def _calls(name: str, caller: Caller) -> Calls:
    words_ = _KINDS[name]
    return KINDS[str(words_["kind"])].model_validate(words_).calls_of(caller)


@pytest.mark.parametrize("slot", [0, 1])
@pytest.mark.parametrize("name", _KINDS)
def test_count_is_what_walking_finds(name: str, slot: int) -> None:
    caller = _caller(4, slot, 2, offset_h=-5)
    week = _listed(_calls(name, caller), 0.0, 7 * DAY_S)
    assert all(n >= 1 for _, n in week)
    instants = [at for at, _ in week]
    cuts = sorted(
        [*(DAY_S * i / 5 for i in range(36)), *instants[:30], *(math.nextafter(at, math.inf) for at in instants[:9])]
    )
    fresh = _calls(name, caller)
    for a in reversed(cuts[::3]):
        for b in cuts[::7]:
            assert fresh.count(a, b) == sum(n for at, n in week if a <= at < b)
    assert fresh.count(0.0, 7 * DAY_S) == sum(n for _, n in week)


@pytest.mark.parametrize("name", ["poisson", "profile", "every", "on_off", "bursts"])
def test_profiles_share_the_work_of_one_person(name: str) -> None:
    """Split among profiles, the same person does as much: exactly where stretches are dealt out, else in the mean."""
    people = range(60)
    whole = [_calls(name, _caller(i)).count(0.0, 7 * DAY_S) for i in people]
    split = [sum(_calls(name, _caller(i, slot, 3)).count(0.0, 7 * DAY_S) for slot in range(3)) for i in people]
    if name in {"on_off", "bursts"}:
        assert split == whole
    else:
        assert abs(sum(split) - sum(whole)) < Z * math.sqrt(2 * sum(whole))
    assert sum(whole) > 1000


def test_profile_follows_the_hours_of_the_week_in_local_time() -> None:
    """Counts by hour of the week against rate x hours, for a client five hours behind UTC."""
    counts = np.zeros(168)
    for client in range(200):
        calls = _calls("profile", _caller(client, offset_h=-5))
        counts += [calls.count(3600.0 * h, 3600.0 * (h + 1)) for h in range(168)]
    local = [(h - 5) % 168 for h in range(168)]
    rates = [PROFILE["weekday_rps" if h // 24 < 5 else "weekend_rps"][h % 24] for h in local]
    expected = 200 * 3600.0 * np.array(rates)
    assert (counts[expected == 0] == 0).all()
    assert (np.abs(counts - expected) <= Z * np.sqrt(expected)).all()


def test_people_work_on_working_days_at_their_share_and_hours() -> None:
    people = 400
    callers = [_caller(i, offset_h=5.5) for i in range(people)]
    at_work = np.zeros(7)
    first_hours = []
    for caller in callers:
        calls = _calls("on_off", caller)
        for day in range(7):
            begin = caller.calendar.starts(day)
            first = caller.calendar.first_use(caller.stream, caller.client, day)
            at_work[day] += first is not None
            at = calls.first(begin)
            if first is None:
                assert calls.count(begin, begin + DAY_S) == 0
            else:
                first_hours.append((first - begin) / 3600)
                assert at >= first
    assert (at_work[5:] == 0).all()
    share = OFFICE["present"]
    assert (np.abs(at_work[:5] / people - share) < Z * math.sqrt(share * (1 - share) / people)).all()
    known = stats.norm(OFFICE["first_use"]["mean_s"] / 3600, OFFICE["first_use"]["sd_s"] / 3600)
    assert stats.kstest(first_hours, known.cdf).pvalue > 1e-4


def test_bursts_are_whole_runs_at_their_pace() -> None:
    calls = KINDS["bursts"].model_validate(BURSTS).calls_of(_caller(5))
    instants = np.array([at for at, _ in _listed(calls, 0.0, 7 * DAY_S)])
    assert len(instants) % BURSTS["calls"] == 0
    assert len(instants) >= 3 * BURSTS["calls"]
    for run in instants.reshape(-1, BURSTS["calls"]):
        assert np.allclose(np.diff(run), 1 / BURSTS["rps"], rtol=0, atol=1e-6)
        start, last = calls.command(float(run[7]))
        assert (start, last) == (pytest.approx(run[0]), pytest.approx(run[-1]))


def test_mean_gaps_are_those_of_the_calls() -> None:
    for name in ("poisson", "profile", "every", "every-jitter"):
        spec = KINDS[str(_KINDS[name]["kind"])].model_validate(_KINDS[name])
        n = sum(_calls(name, _caller(i, office=False)).count(0.0, 7 * DAY_S) for i in range(40))
        assert n * spec.mean_gap_s() == pytest.approx(40 * 7 * DAY_S, rel=Z / math.sqrt(n))


@pytest.mark.parametrize("phase", [None, 0.0, 50.0])
def test_synchronised_ticks_stay_apart_by_less_than_a_millisecond(phase: float | None) -> None:
    spec = KINDS["every"].model_validate({"kind": "every", "every_s": 60, "phase_s": phase})
    first = np.array([spec.calls_of(_caller(i)).first(0.0) for i in range(500)])
    assert len(np.unique(first)) == 500
    if phase is None:
        assert stats.kstest(first / 60, "uniform").pvalue > 1e-4
    else:
        assert (first >= phase).all()
        assert (first < phase + 1e-3).all()


def test_local_days() -> None:
    start = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)  # a Monday evening in UTC
    here, ahead = Calendar.of(start, 0.0, None), Calendar.of(start, 5.5, None)
    assert (here.weekday, here.midnight_s) == (0, -81_000.0)
    assert (ahead.weekday, ahead.midnight_s) == (1, -14_400.0)
    assert [here.day_of(at) for at in (0.0, 5399.0, 5400.0)] == [0, 0, 1]
    assert here.weekday_of(6) == 6
