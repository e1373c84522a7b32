"""All rows: the groups in their order, on as many processes as wished, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

from sim.verify.agent_rows import agent_rows
from sim.verify.backoff_rows import backoff_rows
from sim.verify.botocore_rows import published_rows, random_rows
from sim.verify.closed_rows import key_rows, session_rows, theft_rows
from sim.verify.default_rows import default_rows
from sim.verify.delivery_rows import delivery_rows
from sim.verify.file_rows import file_rows
from sim.verify.js_rows import js_rows
from sim.verify.portal_rows import portal_rows
from sim.verify.preset_rows import preset_rows
from sim.verify.provider_rows import provider_rows
from sim.verify.queue_rows import queue_rows
from sim.verify.quota_rows import quota_rows
from sim.verify.retry_rows import old_rows, retry_rows
from sim.verify.rotation_rows import rotation_rows
from sim.verify.rows import Row
from sim.verify.sso_rows import sso_rows
from sim.verify.threat_rows import threat_rows

__all__ = ["GROUPS", "all_rows"]

GROUPS: tuple[Callable[[], list[Row]], ...] = (
    random_rows,
    retry_rows,
    published_rows,
    old_rows,
    file_rows,
    portal_rows,
    provider_rows,
    sso_rows,
    js_rows,
    preset_rows,
    default_rows,
    session_rows,
    key_rows,
    theft_rows,
    rotation_rows,
    threat_rows,
    quota_rows,
    agent_rows,
    queue_rows,
    backoff_rows,
    delivery_rows,
)
"""Functions that compute rows, in the order of the table."""


def all_rows(jobs: int, advance: Callable[[float], None] = lambda _share: None) -> list[Row]:
    """Every row, in the order of the table.

    Args:
        jobs: Worker processes; 1 computes everything in this process.
        advance: Called with the done share, 0 to 1.
    """
    return list(chain.from_iterable(_advancing(_groups(jobs), advance)))


def _groups(jobs: int) -> Iterator[list[Row]]:
    if jobs == 1:
        yield from (group() for group in GROUPS)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(_compute, range(len(GROUPS)))


def _compute(number: int) -> list[Row]:
    return GROUPS[number]()


def _advancing(groups: Iterator[list[Row]], advance: Callable[[float], None]) -> Iterator[list[Row]]:
    for number, rows in enumerate(groups, start=1):
        advance(number / len(GROUPS))
        yield rows
