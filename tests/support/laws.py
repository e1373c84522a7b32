"""The conservation laws, which hold for the tables of any run.

`tests/conftest.py` asserts them on every shard that any test simulates in its own process or in workers of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.aws.sts_operations import OPERATIONS
from sim.caches.host_caches import SHARED_SLOT
from sim.faults.upgrade import Upgrade
from sim.issuers.spec import Iam, Local
from sim.records import Level
from sim.scenario import Scenario
from sim.streams import population_id
from sim.world import quota_of
from tests.support.arrivals import arrivals, clients_of
from tests.support.columns import Columns, Tables, read

__all__ = ["assert_conserved", "assert_results_conserved"]

_NEVER_SIGNED = {"NoCredentials", "RefreshFailed", "Unfinished"}
_TOKENS = {"sso_token", "login_token", "projected_token", "saml_assertion"}
_WHO = ["population", "client", "slot"]
_BY_SECOND = ["population", "issuer", "operation", "quota_group", "account", "outcome"]
_ORDER = {
    "credentials": "ended_at_s", "holdings": "to_s", "requests": "at_s", "requests_per_second": "second",
    "waits": "done_at_s", "logins": "done_at_s", "rotations": "ended_at_s", "probes": "to_s",
}  # fmt: skip
_DURATIONS = {
    "requests": ["latency_s"], "calls": ["wait_s", "calls"], "waits": ["wait_s", "total_wait_s", "calls"],
    "logins": ["attention_s", "queue_s"], "rotations": ["late_s", "toil_min"], "requests_per_second": ["requests"],
}  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """What is known of a run beside its tables."""

    scenario: Scenario
    tables: Tables

    def __getitem__(self, table: str) -> Columns:
        return self.tables[table]


def assert_conserved(scenario: Scenario, tables: Tables, replication: int, clients: range | None = None) -> None:
    """Every law that holds for the tables of any run; `clients` is the block that was simulated, if not all."""
    run = _Run(scenario, tables)
    _assert_every_call_ended(run, replication, clients)
    for shard in tables.shards:
        _assert_sorted(shard)
        _assert_durations(shard)
    _assert_within_the_run(run)
    if scenario.run.record is Level.SUMMARY:
        return
    _assert_credentials(run)
    _assert_issued(run)
    _assert_signed(run)
    _assert_requests(run)
    _assert_buckets(run)
    _assert_holdings(run)
    _assert_waits(run)


def assert_results_conserved(folder: Path) -> None:
    """Every law for every run of the results folders below `folder`."""
    for path in folder.rglob("manifest.json"):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        files: dict[tuple[str, int], dict[int, dict[str, Path]]] = {}
        for row in manifest["tables"]:
            shards = files.setdefault((row["strategy"], row["replication"]), {})
            shards.setdefault(row["shard"], {})[row["table"]] = path.parent / row["path"]
        for (strategy, replication), shards in files.items():
            scenario = Scenario.model_validate(manifest["strategies"][strategy]["scenario"])
            assert_conserved(scenario, Tables([read(paths) for paths in shards.values()]), replication)


def _assert_every_call_ended(run: _Run, replication: int, clients: range | None) -> None:
    """Arrivals = sum of verdicts, for each client; arrivals are counted without the engine."""
    ended = Counter({who: round(n) for who, n in _by_client(run["calls"], "calls").items()})
    expected = {}
    for name in run.scenario.populations:
        for client in clients or range(clients_of(run.scenario, name, replication)):
            expected[name, client] = arrivals(run.scenario, name, client, replication)
    assert ended == Counter({who: n for who, n in expected.items() if n}), "arrivals differ from verdicts"


def _assert_sorted(shard: Mapping[str, Columns]) -> None:
    """Rows in the order of the table's column, equal instants by population id, client and slot; open ones last.

    An expired credential is written when its holder notices, so its row may come after its end.
    """
    for table, column in _ORDER.items():
        if table not in shard:
            continue
        columns = shard[table]
        rows = ~columns.words("end_reason").among(["expired"]) if table == "credentials" else slice(None)
        at = columns[column].astype(float)[rows]
        at[np.isnan(at)] = np.inf
        assert (at[1:] >= at[:-1]).all(), f"{table} is not in the order of {column}"
        if table == "requests_per_second":
            continue
        in_order = np.full(max(len(at) - 1, 0), True)
        for number in (columns["slot"], columns["client"], columns.words("population").of(population_id)):
            later, sooner = number[rows][1:], number[rows][:-1]
            in_order = (later > sooner) | ((later == sooner) & in_order)
        assert (in_order | (at[1:] > at[:-1])).all(), f"equal instants of {table} are not in the order of who"


def _assert_durations(shard: Mapping[str, Columns]) -> None:
    for table, names in _DURATIONS.items():
        for name in names if table in shard else ():
            assert (shard[table][name] >= 0).all(), f"negative {name} in {table}"


def _assert_within_the_run(run: _Run) -> None:
    calls, logins, horizon = run["calls"], run["logins"], run.scenario.run.horizon_s
    assert (calls["to_s"] >= calls["from_s"]).all()
    assert ((calls["from_s"] >= 0) & (calls["from_s"] <= horizon)).all()
    assert (logins["done_at_s"] >= logins["at_s"] + logins["attention_s"] + logins["queue_s"] - 1e-6).all()


def _assert_credentials(run: _Run) -> None:
    """Issued = ended + open, once each."""
    credentials = run["credentials"]
    assert len(credentials.index) == len(credentials), "two rows of one credential"
    ended_at_s = credentials["ended_at_s"]
    is_open = np.isnan(ended_at_s)
    assert (is_open == credentials.words("end_reason").among(["open"])).all()
    assert (ended_at_s >= credentials["held_from_s"])[~is_open].all()
    assert (ended_at_s <= run.scenario.run.horizon_s)[~is_open].all()
    assert (credentials["valid_until_s"] >= credentials["issued_at_s"]).all()
    assert (credentials["valid_until_s"] <= credentials["expires_at_s"]).all()
    assert (credentials["mint_until_s"] >= credentials["valid_until_s"]).all()
    assert (credentials["held_from_s"] >= 0).all()


def _assert_issued(run: _Run) -> None:
    """What was issued was asked for, once, and what was granted issued something."""
    credentials, requests = run["credentials"], run["requests"]
    issued, ok = requests.words("issued"), requests.words("outcome").among(["ok"])
    assert issued.set() <= set(credentials.index), "a request issued a credential without a row"
    offered = {name for name, spec in run.scenario.issuers.items() if isinstance(spec, Local)}
    minted = issued.there & ~requests.words("issuer").among(offered)
    assert len(np.unique(issued.codes[minted])) == minted.sum(), "issued twice"
    assert ok[minted].all(), "a refused request issued"
    by_api = {*OPERATIONS, "GetRoleCredentials"}
    asked = credentials.words("operation").among(by_api) & (credentials["issued_at_s"] >= 0)
    assert credentials.words("credential").set(asked) <= issued.set(minted), "a credential nobody asked for"
    granted = ok & requests.words("operation").among(by_api - _called(run.scenario))
    assert issued.there[granted].all(), "a granted request issued nothing"


def _called(scenario: Scenario) -> set[str]:
    """Operations of STS that clients call as their work: nobody keeps what these requests issue."""
    actions = {calls.action for population in scenario.populations.values() for calls in population.calls}
    return {action.removeprefix("sts:") for action in actions}


def _assert_signed(run: _Run) -> None:
    """Calls signed with a credential = calls in its rows; verdicts and validity agree."""
    credentials, calls = run["credentials"], run["calls"]
    with_one, verdict = calls.words("credential"), calls.words("verdict")
    row = with_one.rows_in(credentials.index)
    signed, tokens = with_one.there, credentials.words("kind").among(_TOKENS)
    assert (row[signed] >= 0).all(), "calls signed with a credential without a row"
    assert not tokens[row[signed]].any(), "calls signed with a token"
    counted = np.bincount(row[signed], calls["calls"][signed], len(credentials))
    wrong = (counted != credentials["calls_signed"]) & ~tokens
    assert not wrong.any(), credentials.words("credential").set(wrong)
    assert verdict.set(~signed) <= {*_NEVER_SIGNED, "AccessDenied"}
    assert not verdict.set(signed) & _NEVER_SIGNED
    _assert_verdicts_fit(run, signed, row[signed])
    _assert_portal_tokens(run)


def _assert_verdicts_fit(run: _Run, signed: npt.NDArray[np.bool_], row: npt.NDArray[np.int64]) -> None:
    """No ok at or after the end of validity, nothing expired before it."""
    credentials, calls = run["credentials"], run["calls"]
    populations, chains = run.scenario.populations, run.scenario.credentials
    valid_until = credentials["valid_until_s"][row]
    from_s, to_s = calls["from_s"][signed], calls["to_s"][signed]
    verdict, population = calls.words("verdict"), calls.words("population")
    on_way = population.of(lambda name: float(populations[name].arrives_after_s))[signed]
    ok = verdict.among(["ok"])[signed]
    assert (from_s + on_way < valid_until)[ok].all()
    typed = [name for name, spec in populations.items() if chains[spec.credentials][0].mistyped is None]
    ended = (verdict.among(["ExpiredToken", "InvalidClientTokenId"]) & population.among(typed))[signed]
    unknown = verdict.among(["InvalidClientTokenId"])[signed] & (from_s < _known_from(run)[row])
    assert (to_s + on_way >= valid_until)[ended & ~unknown].all()


def _known_from(run: _Run) -> npt.NDArray[np.float64]:
    """When AWS knows each credential: a key some time after it was made; everything else at once."""
    credentials, rotations = run["credentials"], run["rotations"]
    is_key = credentials.words("kind").among(["access_key"])
    known = np.where(is_key, credentials["issued_at_s"] + _propagation_s(run.scenario), -np.inf)
    row = rotations.words("new").rows_in(credentials.index)
    accepted = rotations["accepted_at_s"].astype(float)
    told = (row >= 0) & ~np.isnan(accepted)
    known[row[told][::-1]] = accepted[told][::-1]  # the first of several stands
    return known


def _propagation_s(scenario: Scenario) -> float:
    """How long IAM takes to make a first key known."""
    found = [issuer.propagation_s for issuer in scenario.issuers.values() if isinstance(issuer, Iam)]
    return found[0] if found else 0.0


def _assert_portal_tokens(run: _Run) -> None:
    """Uses of a token of Identity Center, or of a projected one, are the requests that show it."""
    credentials, requests = run["credentials"], run["requests"]
    kind, operation, first = credentials.words("kind"), requests.words("operation"), requests["attempt"] == 1
    used = credentials["calls_signed"]
    fetches = operation.among(["GetRoleCredentials"]) & first
    assert used[kind.among(["sso_token"])].sum() == fetches.sum()
    projected = kind.among(["projected_token"])
    holders = credentials.words("population").set(projected)
    shown = operation.among(["AssumeRoleWithWebIdentity"]) & first & requests.words("population").among(holders)
    rereads = all(step.rereads_token for chain in run.scenario.credentials.values() for step in chain)
    while_there = used[projected].sum()
    assert while_there == shown.sum() if rereads else while_there <= shown.sum()


def _assert_requests(run: _Run) -> None:
    """The count per second is the requests, grouped."""
    requests, seconds = run["requests"], run["requests_per_second"]
    at_s = requests["at_s"]
    assert ((at_s >= 0) & (at_s <= run.scenario.run.horizon_s)).all()
    keys = _keys(seconds, seconds["second"].astype(np.int64))
    counted = dict(zip(keys, seconds["requests"].tolist(), strict=True))
    assert len(counted) == len(keys), "a second is counted twice"
    assert Counter(_keys(requests, np.floor(at_s).astype(np.int64))) == counted


def _keys(columns: Columns, second: npt.NDArray[np.int64]) -> list[tuple[int | str | None, ...]]:
    """Second, who, issuer, operation, group, account and outcome of each row."""
    return list(zip(second.tolist(), *[columns.words(name).list() for name in _BY_SECOND], strict=True))


def _assert_buckets(run: _Run) -> None:
    """In any d seconds a bucket (b, r) accepts at most b + r * d."""
    requests = run["requests"]
    passed, account = requests.words("outcome").among(["ok", "denied"]), requests.words("account")
    for name, spec in run.scenario.accounts.items():
        home = spec.region
        regions = requests.words("issuer").of(lambda one: _region(run.scenario, one) or home, home)  # noqa: B023
        for group, words in spec.quotas.items():
            quota = quota_of(words)
            mine = passed & account.among([name]) & requests.words("quota_group").among([group])
            for region in {*regions[mine].tolist()}:
                at = np.sort(requests["at_s"][mine & (regions == region)])
                height = np.arange(1, len(at) + 1) - quota.rps * at
                # accepted in [t_i, t_j] is j - i + 1; its excess over r * d is height_j - min(height_i) + 1
                excess = height - np.minimum.accumulate(height) + 1
                assert excess.max() <= quota.burst + 1e-6, f"bucket {name}/{group}/{region} accepted too much"


def _region(scenario: Scenario, issuer: str) -> str | None:
    """Region that an issuer names."""
    return getattr(scenario.issuers[issuer], "region", None) if issuer in scenario.issuers else None


def _assert_holdings(run: _Run) -> None:
    """Within the run, of known credentials, one at a time for each cache."""
    holdings, credentials = run["holdings"], run["credentials"]
    from_s, to_s, row = holdings["from_s"], holdings["to_s"], holdings.words("credential").rows_in(credentials.index)
    assert (from_s >= 0).all()
    assert (to_s <= run.scenario.run.horizon_s).all()
    assert (to_s > from_s).all()
    assert (row >= 0).all(), "a credential without a row is held"
    assert (holdings["valid_until_s"] == credentials["valid_until_s"][row]).all()
    in_order = np.argsort(from_s, kind="stable")
    entry = holdings.groups(["place", *_WHO, "credential"])
    many = {name for name, one in run.scenario.populations.items() if one.new_provider_per == "call"}
    alone = ~holdings.words("population").among(many)  # calls that overlap have a provider each
    assert not _overlap(from_s, to_s, entry, in_order)[alone].any(), "one credential twice in one place"
    _assert_one_at_a_time(run, row, in_order, alone)


def _assert_one_at_a_time(
    run: _Run, row: npt.NDArray[np.int64], in_order: npt.NDArray[np.int64], alone: npt.NDArray[np.bool_]
) -> None:
    """One credential in each cache; with a host's file, one for each version that shares it."""
    holdings, scenario = run["holdings"], run.scenario
    from_s, to_s, population = holdings["from_s"], holdings["to_s"], holdings.words("population")
    kept = alone & ~holdings.words("place").among(["agent", "broker"])  # those hold an entry for each who asks
    cache = holdings.groups(["place", *_WHO, "kind"])
    provider = run["credentials"].words("provider").codes
    cache = np.unique(cache * (provider.max(initial=0) + 2) + provider[row] + 1, return_inverse=True)[1]
    upgrades = Counter(fault.target for fault in scenario.timeline if isinstance(fault, Upgrade))
    versions = np.where(holdings["slot"] == SHARED_SLOT, population.of(lambda name: 1 + upgrades[name], 1), 1)
    shared = kept & (versions > 1)
    assert not _overlap(from_s, to_s, cache, in_order)[kept & (versions == 1)].any(), "two credentials in one cache"
    for one in np.unique(cache[shared]):
        own = shared & (cache == one)
        at_once = [((from_s[own] <= at) & (to_s[own] > at)).sum() for at in from_s[own]]
        assert max(at_once) <= versions[own][0], "more credentials than versions share a host"


def _overlap(
    from_s: npt.NDArray[np.float64], to_s: npt.NDArray[np.float64], group: npt.NDArray[np.int64],
    in_order: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Rows that begin before the row of their group that began before them has ended."""
    order = in_order[np.argsort(group[in_order], kind="stable")]
    found = np.zeros(len(from_s), bool)
    before, after = order[:-1], order[1:]
    found[after] = (group[after] == group[before]) & (from_s[after] < to_s[before])
    return found


def _assert_waits(run: _Run) -> None:
    """What calls waited is what groups of calls waited."""
    waited = _by_client(run["calls"], "wait_s")
    groups = _by_client(run["waits"], "total_wait_s")
    both = [(waited.get(who, 0.0), groups.get(who, 0.0)) for who in {*waited, *groups}]
    assert np.allclose(*np.array(both).reshape(-1, 2).T, rtol=1e-9, atol=1e-6)


def _by_client(columns: Columns, name: str) -> dict[tuple[str, int], float]:
    """Sum of a column for each client that has rows."""
    first, group = np.unique(columns.groups(["population", "client"]), return_index=True, return_inverse=True)[1:]
    sums = np.bincount(group, columns[name], len(first))
    population, client = columns.words("population").list(first), columns["client"][first].tolist()
    return dict(zip(zip(population, client, strict=True), sums.tolist(), strict=True))
