"""What programs that react to errors have in common, whether their calls arrive or they work them off."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

from simpy import Interrupt
from simpy import Process as SimProcess

from sim.clients.client import Client, Kit, Process
from sim.clients.reactions import Reactions, Threads
from sim.credentials import Credential
from sim.records import EndReason

__all__ = ["Reacting"]

_HOLD = "hold"


class Reacting(Client, ABC):
    """A client whose program sees how its calls end; it belongs to a process with other threads.

    Args:
        kit: What it is made of.
        threads: The process that it belongs to.
        **more: What its way of calling needs besides.
    """

    def __init__(self, kit: Kit, threads: Threads, **more: Any) -> None:
        super().__init__(kit, **more)
        self._threads = threads
        threads.clients.append(self)
        self._reactions = Reactions(threads, kit.cache.asker)
        self._resume_s = -math.inf
        self._restarts_at = -math.inf
        self._last_error = ""

    def run(self) -> Process:
        """The SimPy process: live, look around when told to, and start anew when restarted."""
        while True:
            try:
                yield from self._live()
            except Interrupt as interrupt:
                if interrupt.cause != _HOLD:
                    self._restart(EndReason(str(interrupt.cause)))
            else:
                return

    def hold(self, credential: Credential, at: float) -> None:
        """Hold `credential` from `at` on; what a sleeping program waits for may come earlier now."""
        super().hold(credential, at)
        if self._pending is None:
            self._wake()

    def _throw_away(self, at: float) -> None:
        """What it holds is of no use any more, whatever its expiry: the next call asks the chain."""
        self.cache.release(at, EndReason.REPLACED)

    def _wake(self) -> None:
        """What the program sleeps for may come earlier now."""
        if isinstance(self.process, SimProcess) and self.process.is_alive:
            self.process.interrupt(_HOLD)

    @abstractmethod
    def give_up(self, at: float) -> None:
        """The program gives up at `at`; it keeps what it holds."""

    def end_process(self, until: float, *, by_itself: bool) -> None:
        """The process ends now; the next one starts at `until`. `by_itself`: this thread met the error."""
        self._restarts_at = until
        if by_itself or self.process is None:
            self._restart(EndReason.RESTARTED)
        else:
            self.restart(self.process)
