"""What a program does about the errors that its calls end in: the scenario's words as rules, and what it has met.

The reactions are the same for calls that arrive whatever happens (`sim.clients.program`) and for a fixed amount of work
(`sim.clients.job`); what a pause or an end means to the calls is theirs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, Protocol

from sim.chains.fetching import Asker, Fetched
from sim.policies.retry import Law, RetryRule, pause_s
from sim.principals.program import Again, AnyBackoff, FixedBackoff, OnError, RestartAfter
from sim.records import Verdict
from sim.streams import Purpose

__all__ = ["Answer", "Reactions", "Threads", "answers_of"]

_DOUBLING: Final[tuple[Law, ...]] = ("exponential", "full_jitter", "equal_jitter", "decorrelated")
_AT_ONCE: Final = RetryRule(1, "none", 0.0, 0.0, math.inf)


Does = Literal["stop", "restart", "refresh", "again"]


class Answer(NamedTuple):
    """What a program does about one error.

    Attributes:
        does: `stop`, `restart`, `refresh` or `again`.
        backoff: Law of its pauses.
        times: How often in a row; inf if endless.
        then: What comes after that.
    """

    does: Does
    backoff: RetryRule = _AT_ONCE
    times: float = math.inf
    then: Literal["stop", "continue"] = "stop"


def answers_of(on_error: OnError) -> dict[str, Answer]:
    """The scenario's words as rules, by error."""
    found: dict[str, Answer] = {}
    for error, reaction in on_error.items():
        if isinstance(reaction, Again | RestartAfter):
            backoff = reaction.again_after if isinstance(reaction, Again) else reaction.restart_after
            times = math.inf if reaction.times is None else float(reaction.times)
            does: Literal["again", "restart"] = "again" if isinstance(reaction, Again) else "restart"
            found[error] = Answer(does, _rule(backoff), times, reaction.then or "stop")
        else:
            found[error] = Answer(reaction)
    return found


def _rule(backoff: AnyBackoff) -> RetryRule:
    if isinstance(backoff, FixedBackoff):
        return RetryRule(1, "fixed", backoff.fixed_s, backoff.fixed_s, math.inf)
    law: Law = next(law for law in _DOUBLING if hasattr(backoff, law))
    numbers = getattr(backoff, law)
    return RetryRule(1, law, numbers.base_s, numbers.base_s, numbers.cap_s)


class Thread(Protocol):
    """One cache of a process and its calls."""

    def give_up(self, at: float) -> None:
        """The program gives up at `at`; it keeps what it holds."""

    def end_process(self, until: float, *, by_itself: bool) -> None:
        """The process ends now; the next one starts at `until`. `by_itself`: this thread met the error."""


@dataclass(slots=True)
class Threads:
    """What the caches of one process share: a program that gives up or ends does so in all its threads.

    Attributes:
        answers: Error -> what the program does.
        clients: One for each cache of the process.
        met: Error -> (times in a row, last pause) of the reactions that restart the process.
    """

    answers: Mapping[str, Answer]
    clients: list[Thread] = field(default_factory=list)
    met: dict[str, tuple[int, float]] = field(default_factory=dict)

    def give_up(self, at: float) -> None:
        """The program gives up, in all its threads."""
        for client in self.clients:
            client.give_up(at)

    def end_process(self, by: Thread, until: float) -> None:
        """The process ends with all its threads, `by` last; the next one starts at `until`."""
        for client in self.clients:
            if client is not by:
                client.end_process(until, by_itself=False)
        by.end_process(until, by_itself=True)


class Reactions:
    """What one thread of a program has met in a row, and what comes of the next error.

    Args:
        threads: The process that it belongs to.
        asker: Whose draws decide about jitter.
    """

    def __init__(self, threads: Threads, asker: Asker) -> None:
        self.threads = threads
        self._asker = asker
        self._heeded = tuple(verdict for verdict in Verdict if verdict.value in threads.answers)
        self._met: dict[str, tuple[int, float]] = {}
        self._ignored: set[str] = set()
        self._number = 0

    @property
    def heeded(self) -> list[Verdict]:
        """Verdicts that the program does something about."""
        return [verdict for verdict in self._heeded if verdict.value not in self._ignored]

    @property
    def counting(self) -> bool:
        """Whether a success would make it forget something."""
        return bool(self._met or self._ignored or self.threads.met)

    def known(self, errors: Iterable[str]) -> str | None:
        """The first of these errors that the program does something about."""
        return next((one for one in errors if one in self.threads.answers and one not in self._ignored), None)

    def refusal(self, fetched: Fetched) -> str | None:
        """The error that a failed fetch is to the program: by its issuer, if that is known to it."""
        return self.known((fetched.refused, fetched.verdict.value))

    def next(self, error: str) -> tuple[Does | None, float]:
        """What the program does about an error now, and the pause before it; None if it takes no more notice."""
        answer = self.threads.answers[error]
        met = self.threads.met if answer.does == "restart" else self._met
        count, previous = met.get(error, (0, 0.0))
        if answer.does == "stop" or (count >= answer.times and answer.then == "stop"):
            return "stop", math.inf
        if count >= answer.times:
            self._ignored.add(error)
            return None, 0.0
        self._number += 1
        u = self._asker.uniform(Purpose.PROGRAM, self._number)
        pause = pause_s(answer.backoff, "transient", count + 1, u, previous)
        met[error] = (count + 1, pause)
        return answer.does, pause

    def succeeded(self) -> None:
        """A call ended ok: errors are counted anew."""
        self._met.clear()
        self._ignored.clear()
        self.threads.met.clear()

    def restarted(self, *, by_program: bool) -> None:
        """A new process: it remembers nothing, except how often the program has started it."""
        self._met.clear()
        self._ignored.clear()
        if not by_program:
            self.threads.met.clear()
