"""What lies on a host: hop limits, tokens, retries of endpoints, ECS tasks, functions, unsigned requests."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sim.hosts.endpoints import Reach, reach_of
from sim.issuers.spec import Container, Imds
from sim.sdks import SDKS
from tests.support.runs import Frames, run

HOUR = 3600.0
ROLES: dict[str, Any] = {
    name: {"account": "main", "trust": {"service": service}, "allow": ["s3:GetObject"]}
    for name, service in {
        "host": "ec2.amazonaws.com",
        "task": "ecs-tasks.amazonaws.com",
        "function": "lambda.amazonaws.com",
    }.items()
}


def _run(issuer: dict[str, Any], horizon_s: float = 3 * HOUR, timeline: Any = (), **population: Any) -> Frames:
    step = {"from": "here", **population.pop("step", {})}
    if issuer["kind"] == "none":
        step["from"] = "anonymous"
    calls = population.pop("calls", {"kind": "every", "every_s": 60, "phase_s": 0, "action": "s3:GetObject"})
    fleet = {"count": 1, "credentials": "chain", "start": {"at_s": 0}, "calls": calls, **population}
    words = {
        "name": "hosts",
        "question": "?",
        "run": {"horizon_s": horizon_s, "seed": 3},
        "accounts": {"main": {}},
        "issuers": {} if issuer["kind"] == "none" else {"here": issuer},
        "roles": ROLES,
        "credentials": {"chain": [step]},
        "populations": {"fleet": fleet},
        "timeline": list(timeline),
    }
    return run(words)


def _verdicts(frames: Frames) -> dict[str, int]:
    return frames["calls"].groupby("verdict")["calls"].sum().to_dict()


@pytest.mark.parametrize(
    ("hops", "limit", "tokens", "reach"),
    [
        (1, 1, "required", Reach.TOKEN),
        (2, 2, "required", Reach.TOKEN),
        (2, 1, "optional", Reach.WITHOUT_TOKEN),
        (2, 1, "required", Reach.NOTHING),
        (3, 2, "required", Reach.NOTHING),
    ],
)
def test_the_answer_with_the_token_survives_so_many_hops(hops: int, limit: int, tokens: str, reach: Reach) -> None:
    spec = Imds.model_validate({"kind": "imds", "role": "host", "hop_limit": limit, "http_tokens": tokens})
    assert reach_of(spec, hops) is reach
    assert reach_of(Container(kind="container", role="task"), hops) is Reach.TOKEN


@pytest.mark.parametrize(("sdk", "tokens", "waits_s"), [("botocore-1.44", 1, 1.0), ("go-v2-old", 3, 3 * 0.75 + 2)])
def test_behind_a_bridge_the_token_times_out_and_the_sdk_goes_on_without(sdk: str, tokens: int, waits_s: float) -> None:
    """Go tries each request three times, a second apart, that for the token, too."""
    frames = _run({"kind": "imds", "role": "host"}, 120, hops=2, sdk=sdk)
    requests = frames["requests"]
    assert requests["operation"].tolist() == [*["PutToken"] * tokens, "GetRoleName", "GetCredentials"]
    assert requests["outcome"].tolist() == [*["unavailable"] * tokens, "ok", "ok"]
    assert requests["latency_s"].iloc[0] == SDKS[sdk].imds_timeout_s
    assert requests["at_s"].iloc[tokens] - requests["at_s"].iloc[0] == pytest.approx(waits_s)
    assert _verdicts(frames) == {"ok": 2}


def test_behind_a_bridge_a_service_that_wants_tokens_gives_no_credentials() -> None:
    frames = _run({"kind": "imds", "role": "host", "http_tokens": "required"}, 600, hops=2)
    assert _verdicts(frames) == {"NoCredentials": 10}
    assert set(zip(frames["requests"]["operation"], frames["requests"]["outcome"], strict=True)) == {
        ("PutToken", "unavailable"),
        ("GetRoleName", "denied"),
    }
    assert _verdicts(
        _run({"kind": "imds", "role": "host", "http_tokens": "required", "hop_limit": 2}, 600, hops=2)
    ) == {"ok": 10}


def test_a_stationary_fleet_behind_a_bridge_holds_nothing_it_could_not_get() -> None:
    frames = _run({"kind": "imds", "role": "host", "http_tokens": "required"}, 600, hops=2, start=None)
    assert _verdicts(frames) == {"NoCredentials": 10}


@pytest.mark.parametrize(
    ("sdk", "attempts", "apart_s", "fails_after_s"),
    [("botocore-1.44", 3, 1, 3), ("js-v3", 4, 1, 3), ("java-v2-2025", 6, 0, 0), ("java-v2-2026", 6, 0, 0)],
)
def test_an_ecs_endpoint_that_is_silent_is_asked_as_often_as_the_sdk_asks(
    sdk: str, attempts: int, apart_s: int, fails_after_s: int
) -> None:
    """The call waits for all of them; botocore pauses after the last one, too."""
    calls = {"kind": "trace", "at_s": [10.0], "action": "s3:GetObject"}
    down = [{"at_s": 0, "outage": "here", "for_s": 100}]
    frames = _run({"kind": "container", "role": "task", "latency_s": 0}, 200, down, sdk=sdk, calls=calls)
    asked = frames["requests"]
    assert asked["at_s"].tolist() == [10.0 + n * apart_s for n in range(attempts)]
    assert asked["attempt"].tolist() == list(range(1, attempts + 1))
    assert _verdicts(frames) == {"RefreshFailed": 1}
    assert frames["calls"]["to_s"].tolist() == [10.0 + fails_after_s]


@pytest.mark.parametrize(
    ("sdk", "first_s"),
    [
        ("botocore-1.44", 6 * HOUR - 900),
        ("botocore-1.24", 6 * HOUR - 900),
        ("js-v3", 6 * HOUR - 300),
        ("go-v2-old", 6 * HOUR - 300),
        ("java-v2-2025", HOUR),
        ("go-v2-2026", 6 * HOUR - 300),
    ],
)
def test_when_an_sdk_renews_a_task_s_credentials(sdk: str, first_s: float) -> None:
    """Windows of each SDK for a container's endpoint: botocore without the rewriting that it has for IMDS."""
    endpoint = {"kind": "container", "role": "task", "latency_s": 0, "offered_every_s": 60, "life_s": 6 * HOUR}
    frames = _run(endpoint, 6.5 * HOUR, sdk=sdk)
    asked = frames["requests"]["at_s"].tolist()
    assert asked[1] - asked[0] == pytest.approx(first_s, abs=121)


def test_java_of_2026_renews_a_task_s_credentials_at_any_time_of_the_window() -> None:
    """An hour before the end, moved later by up to what is left until two minutes before it."""
    endpoint = {"kind": "container", "role": "task", "latency_s": 0, "offered_every_s": 60, "life_s": 6 * HOUR}
    frames = _run(endpoint, 6.5 * HOUR, sdk="java-v2-2026", count=40)
    second = frames["requests"].sort_values("at_s").groupby("client")["at_s"].nth(1)
    assert 5 * HOUR - 60 <= second.min() < 5.2 * HOUR
    assert 5.75 * HOUR < second.max() <= 6 * HOUR - 120 + 60


def test_tasks_share_no_limit_and_their_processes_do() -> None:
    """60 at once and 40/s: 100 processes that start together get through; a hundred requests on one task do not."""
    calls = {"kind": "trace", "at_s": [0.5], "action": "s3:GetObject"}
    one = {"attempts": 1}
    apart = _run({"kind": "container", "role": "task"}, 10, count=100, calls=calls, step={"retry": one})
    together = _run(
        {"kind": "container", "role": "task"}, 10, count=100, per_host=100, calls=calls, step={"retry": one}
    )
    assert _verdicts(apart) == {"ok": 100}
    assert _verdicts(together) == {"ok": 60, "RefreshFailed": 40}
    retried = _run({"kind": "container", "role": "task"}, 10, count=100, per_host=100, calls=calls)
    assert _verdicts(retried) == {"ok": 100}


def test_a_step_s_retry_is_of_the_whole_fetch() -> None:
    """A bucket of 4 requests: the first try ends at the second of two processes' three, the second try succeeds."""
    calls = {"kind": "trace", "at_s": [1.0], "action": "s3:GetObject"}
    narrow = {"kind": "imds", "role": "host", "rps": 3, "burst": 4}
    retry = {"retry": {"attempts": 4, "backoff": "fixed", "base_s": 2}}
    frames = _run(narrow, 20, count=2, per_host=2, calls=calls, step=retry)
    second = frames["requests"][frames["requests"]["client"] == 1]
    assert second["operation"].tolist() == ["PutToken", "GetRoleName", "PutToken", "GetRoleName", "GetCredentials"]
    assert second["attempt"].tolist() == [1, 1, 2, 2, 2]
    assert _verdicts(frames) == {"ok": 2}


def test_a_function_keeps_one_session_for_the_life_of_its_environment() -> None:
    function = {"kind": "lambda", "role": "function", "life_s": 12 * HOUR, "environment_s": 2 * HOUR, "latency_s": 0}
    frames = _run(function, 9 * HOUR)
    sessions = frames["credentials"].sort_values("ordinal")
    assert (sessions["expires_at_s"] - sessions["issued_at_s"] == 12 * HOUR).all()
    gaps = [later - earlier for earlier, later in pairwise(sessions["issued_at_s"])]
    assert gaps == [2 * HOUR] * 4
    asked = frames["requests"]
    assert set(zip(asked["operation"], asked["quota_group"], strict=True)) == {("AssumeRole", "free")}
    assert set(sessions["principal"]) == {"role/function"}


@pytest.mark.parametrize("sdk", ["botocore-1.44", "java-v2-2025", "js-v3"])
def test_no_sdk_renews_what_lies_in_a_function_s_environment(sdk: str) -> None:
    function = {"kind": "lambda", "role": "function", "life_s": 2 * HOUR, "environment_s": 2 * HOUR}
    assert len(_run(function, 1.95 * HOUR, sdk=sdk)["requests"]) == 1


def test_without_a_credential_every_call_is_denied_and_nobody_is_asked() -> None:
    frames = _run({"kind": "none"}, 600)
    assert _verdicts(frames) == {"AccessDenied": 10}
    assert len(frames["requests"]) == len(frames["credentials"]) == len(frames["holdings"]) == 0


def test_what_a_task_s_endpoint_holds_lies_with_the_agent() -> None:
    frames = _run({"kind": "container", "role": "task"}, 600, count=4, per_host=2)
    assert set(frames["holdings"]["place"]) == {"agent", "process"}
    agents = frames["holdings"][frames["holdings"]["place"] == "agent"]
    assert agents["client"].tolist() == [0, 1]
