"""The only home of randomness: counter-based draws, keyed by what is drawn, for whom and which draw.

Philox4x64-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; SC 2011), the
generator of `numpy.random.Philox`. Key = (seed, replication * 2**32 + purpose), counter = (index in
population, k, population id, block). No stream has state, so adding a client, a population, a strategy
or a fault moves no other draw. A slot (profile or thread) is part of the index: slot * 2**40 + client.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types, uint64
from numba.extending import intrinsic

__all__ = ["Purpose", "Stream", "index_of", "population_id", "uniform_of", "words"]

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_SHIFT = np.uint64(11)
_ULP = 2.0**-53


class Purpose(IntEnum):
    """What a draw is for. Values never change: they are part of every draw's key."""

    CALLS = 1
    PHASE = 2
    START = 3
    PRESENCE = 4
    FIRST_USE = 5
    SESSION_START = 6
    SESSION_LENGTH = 7
    COMMAND_SIZE = 8
    BURST = 9
    JITTER = 10
    TIME_ZONE = 11
    PROFILES = 12
    AGE = 13
    CYCLE = 14
    COPIES = 15
    KEEPS_SESSION = 16
    ATTENTION = 17
    TYPING = 18
    IDP_SERVICE = 19
    BACKOFF = 20
    REFRESH_JITTER = 21
    AGAIN_AFTER = 22
    RESTART = 23
    IMDS_PHASE = 24
    LATENESS = 25
    LIFE = 26
    PROBE = 27
    THINK = 28
    OFFSET = 29
    LATENCY = 30
    EXTENSION = 31
    SESSION_PROFILE = 32
    BURST_PROFILE = 33
    TOKEN_PHASE = 40
    IDP_KEYS = 41
    AGENT_SWEEP = 42
    AGENT_AGAIN = 43
    PASSWORD_AGE = 44
    PASSWORD_CHANGE = 45
    RELOAD = 46
    NEVER_RELOADS = 47
    BROWNOUT = 50
    SKEW = 51
    IMDS_STUCK = 52
    DETECTION = 53
    FIRST_ABUSE = 54
    VICTIM = 55
    LIFETIME = 60
    SCALE = 61
    UPGRADE = 62
    PROGRAM = 70
    PROVIDER = 71
    SERVICE_BUSY = 75
    CASE = 90


@intrinsic  # type: ignore[untyped-decorator]
def _mulhi(typing_context: Any, left: Any, right: Any) -> Any:  # noqa: ARG001
    """High 64 bits of a 128-bit product."""

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), codegen


_WORDS = "UniTuple(uint64, 4)(uint64, uint64, uint64, uint64, uint64, uint64)"


@njit(_WORDS, cache=True, inline="never")  # type: ignore[untyped-decorator]
def words(seed: int, stream: int, index: int, k: int, population: int, block: int) -> tuple[int, int, int, int]:
    """Four 64-bit words of Philox4x64-10.

    Args:
        seed: First key word.
        stream: Second key word, replication * 2**32 + purpose.
        index: Counter word 0, who.
        k: Counter word 1, which draw.
        population: Counter word 2.
        block: Counter word 3, which block of a draw that needs more than four words.
    """
    c0, c1, c2, c3 = uint64(index), uint64(k), uint64(population), uint64(block)
    k0, k1 = uint64(seed), uint64(stream)
    for _ in range(10):
        high0, low0 = _mulhi(_M0, c0), _M0 * c0
        high1, low1 = _mulhi(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3


@njit("float64(uint64)", cache=True)  # type: ignore[untyped-decorator]
def uniform_of(word: int) -> float:
    """A word as a float strictly between 0 and 1 (53 bits, the middle of its cell)."""
    return (np.float64(uint64(word) >> _SHIFT) + 0.5) * _ULP


@njit("float64(uint64, uint64, uint64, uint64, uint64)", cache=True)  # type: ignore[untyped-decorator]
def _uniform(seed: int, stream: int, index: int, k: int, population: int) -> float:
    return float(uniform_of(words(seed, stream, index, k, population, uint64(0))[0]))


def population_id(name: str) -> int:
    """63 bits of BLAKE2b of a population's name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") >> 1


def index_of(client: int, slot: int = 0) -> int:
    """The index word of a client's slot."""
    return (slot << 40) | client


@dataclass(frozen=True, slots=True)
class Stream:
    """All draws of one population in one replication.

    Attributes:
        seed: Seed of the run, 0 to 2**63 - 1.
        replication: Number of the replication.
        population: `population_id` of the population's name.
    """

    seed: int
    replication: int
    population: int

    @classmethod
    def of(cls, seed: int, replication: int, population: str) -> Stream:
        """The stream of a population by name."""
        return cls(seed, replication, population_id(population))

    def key(self, purpose: Purpose) -> int:
        """Second key word."""
        return (self.replication << 32) + int(purpose)

    def uniform(self, purpose: Purpose, index: int, k: int = 0) -> float:
        """A uniform draw strictly between 0 and 1."""
        return float(_uniform(self.seed, self.key(purpose), index, k & 0xFFFFFFFFFFFFFFFF, self.population))
