"""The same bytes in another process: nothing is in the order of a set, which Python mixes anew for each process."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.support.runs import run
from tests.support.zoo import ZOO

NAMES: Final = (
    "calls-to-sts-lives",
    "people-saml-kept",
    "two-share-a-bucket",
    "verb-delete_role",
    "verb-disable_user",
    "verb-policy",
)
_SEEDS: Final = ("1", "4")
_SCRIPT: Final = "from tests.engine.test_hash_seeds import told; told()"


def told() -> None:
    """Print the hash of every table of the scenarios."""
    print(json.dumps({name: _hashed(name) for name in NAMES}))


def _hashed(name: str) -> str:
    found = hashlib.sha256()
    for table, content in sorted(run(ZOO[name]).bytes.items()):
        found.update(repr(table).encode() + content)
    return found.hexdigest()


@pytest.fixture(scope="module")
def hashes() -> list[dict[str, str]]:
    """What two processes say that mix their sets differently, side by side."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_told_by, _SEEDS))


def _told_by(seed: str) -> dict[str, str]:
    root, environment = Path(__file__).parents[2], {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", _SCRIPT]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True, timeout=120)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_another_process_writes_the_same_bytes(name: str, hashes: list[dict[str, str]]) -> None:
    assert hashes[0][name] == hashes[1][name] == _hashed(name)
