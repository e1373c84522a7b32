"""Calls to STS: the endpoint that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.loading.errors import Finding
from sim.loading.lines import Path
from sim.problems import did_you_mean, shorten
from sim.scenario import Scenario
from sim.sts_calls import not_drawn, operation_of
from sim.validation.references import issuers_of

__all__ = ["RULES"]


def _endpoint(scenario: Scenario) -> Iterator[Finding]:
    """`issuer` of calls names an STS, which serves them; all calls of a population go to one."""
    known = issuers_of(scenario, "sts")
    for name, population in scenario.populations.items():
        several = len(population.calls) > 1
        named: set[str] = set()
        for number, calls in enumerate(population.calls):
            if calls.issuer is None:
                continue
            named.add(calls.issuer)
            path: Path = ("populations", name, "calls", *((number,) if several else ()), "issuer")
            why = not_drawn(scenario, population)
            if calls.issuer not in known:
                yield (
                    path,
                    f"there is no issuer of kind sts {shorten(calls.issuer)}; {did_you_mean(calls.issuer, known)}",
                )
            elif operation_of(calls.action) is None:
                yield path, f"{shorten(calls.action)} is not a request to STS that an account pays for; remove it"
            elif why is not None:
                yield path, f"has no effect: {why}; remove it"
            elif len(named) > 1:
                yield path, f"{shorten(calls.issuer)} is not allowed; all calls of a population go to one endpoint"


RULES: tuple[Callable[[Scenario], Iterator[Finding]], ...] = (_endpoint,)
"""Rules about calls to STS."""
