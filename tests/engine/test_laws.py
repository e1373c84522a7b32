"""The conservation laws are asserted on every run of every test: a run that breaks one fails where it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.chains.fetching import ApiProvider
from sim.clients.ledger import Ledger
from sim.engine import simulate
from sim.policies.bucket import TokenBucket
from sim.records import TABLES, Verdict
from sim.scenario import Scenario
from tests.support.runs import run
from tests.support.zoo import document, fleet

CROWD = {"crowd": {**fleet("by-user", {"kind": "poisson", "rps": 0.02}), "count": 20, "start": {"at_s": 0.0}}}


def scenario(**account: object) -> Scenario:
    words = document(CROWD, horizon_s=20_000.0)
    words["accounts"] = {name: {**block, **account} for name, block in words["accounts"].items()}
    return Scenario.model_validate(words)


def test_an_honest_run_passes() -> None:
    assert len(run(scenario())["calls"])


def test_a_lost_call_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    write = Ledger._write

    def lose(self: Ledger, credential: object, verdict: Verdict, *numbers: float) -> None:
        start, stop, n, wait = numbers
        write(self, credential, verdict, start, stop, n - (start > 10_000), wait)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "_write", lose)
    with pytest.raises(AssertionError, match="arrivals differ"):
        run(scenario())


def test_a_bucket_that_gives_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TokenBucket, "take", lambda _self, _at: True)
    with pytest.raises(AssertionError, match="accepted too much"):
        run(scenario(quotas={"signed": {"rps": 0.001, "burst": 1.0}}))


def test_also_without_the_helper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    attempts = ApiProvider.attempts

    def twice(self: ApiProvider, ordinal: int, parent: str | None) -> object:
        self.asker.issued += 1
        return attempts(self, ordinal, parent)

    def forget(self: Ledger, *_: object) -> bool:
        return True

    monkeypatch.setattr(ApiProvider, "attempts", twice)
    monkeypatch.setattr(Ledger, "waited_alone", forget)
    with pytest.raises(AssertionError):
        simulate(scenario(), 0, {table: tmp_path / f"{table}.parquet" for table in TABLES})
