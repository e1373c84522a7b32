"""Whatever is done to a shipped scenario, it loads or is refused with a line; nothing else ever happens."""

from __future__ import annotations

import copy
import math
from hashlib import blake2b
from pathlib import Path

import pytest

from sim.loading.lines import Document, copied, parse
from sim.loading.scenario_file import load, load_document
from sim.problems import ScenarioError

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
VALUES = [
    None,
    True,
    False,
    -1,
    0,
    1,
    2**31,
    2**70,
    10**400,
    -0.5,
    1e-320,
    1e308,
    math.nan,
    math.inf,
    -math.inf,
    "",
    "x",
    "sts",
    "directory-app",
    "a.b.c",
    "*",
    "\u200bname",
    "\ud800",
    "nul\0",
    "\N{PILE OF POO}",
    "x" * 3000,
    [],
    {},
    [[]],
    [None],
    {"kind": "sts"},
    {"kind": None},
    {"kind": ["x"]},
    {"set": 3},
    {1: 2},
    {"": ""},
    {"lognormal": {"median": 1}},
    {"at_s": 1, "outage": ["x"]},
]

PIECES = ["", "{", "]", "&a", "*a", "!!x", "\t", ": ", "- ", "'", '"', "\x00", "\x85", "%", "#", "|\n"]


class Draws:
    """Choices that depend on a seed alone."""

    def __init__(self, seed):
        self.seed = seed
        self.number = 0

    def randrange(self, stop):
        self.number += 1
        drawn = blake2b(f"{self.seed}-{self.number}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn, "big") % stop

    def choice(self, values):
        return values[self.randrange(len(values))]


def places(value, path=()):
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from places(entry, (*path, key))


def misspelt(draw, key):
    text = str(key)
    at = draw.randrange(len(text) + 1)
    return draw.choice([text[:at] + text[at + 1 :], text[:at] + "x" + text[at:], text.upper(), text + " ", ""])


def mutate(draw, data):
    path = draw.choice(list(places(data)))
    *stem, key = path
    owner = data
    for segment in stem:
        owner = owner[segment]
    how = draw.choice(["delete", "replace", "replace", "misspell", "repeat", "wrap", "swap"])
    if how == "delete":
        del owner[key]
    elif how == "misspell" and isinstance(owner, dict):
        owner[misspelt(draw, key)] = owner.pop(key)
    elif how == "repeat" and isinstance(owner, list):
        owner.insert(key, copy.deepcopy(owner[key]))
    elif how == "wrap":
        owner[key] = draw.choice([[owner[key]], {"x": owner[key]}, str(owner[key])])
    elif how == "swap":
        other = data
        for segment in draw.choice(list(places(data))):
            other = other[segment]
        owner[key] = copy.deepcopy(other)
    else:
        owner[key] = copy.deepcopy(draw.choice(VALUES))


def check(attempt):
    """True if the scenario loaded."""
    try:
        attempt()
    except ScenarioError as error:
        assert error.problems
        assert any(problem.line is not None for problem in error.problems)
        assert str(error).encode("utf-8", "strict")
        return False
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mutated_document_loads_or_is_refused_with_a_line(path):
    draw = Draws(20261102)
    document = parse(path.read_text(encoding="utf-8"), path.name)
    loaded = 0
    number = 600 if path.stat().st_size < 6000 else 100
    for _ in range(number):
        data = copied(document.data)
        for _ in range(draw.choice([1, 1, 1, 2, 5])):
            mutate(draw, data)
        loaded += check(lambda data=data: load_document(Document(document.file, data, document.lines)))
    assert number * 0.01 < loaded < number * 0.6, "the mutations must neither all be refused nor mostly be harmless"


def test_mutated_incidents_drills_and_rows_load_or_are_refused_with_a_line():
    for path in sorted(set(SCENARIOS.rglob("*.yaml")) - set(FILES)):
        draw = Draws(f"20261128/{path.stem}")
        document = parse(path.read_text(encoding="utf-8"), path.name)
        for _ in range(6):
            data = copied(document.data)
            for _ in range(draw.choice([1, 1, 2])):
                mutate(draw, data)
            check(lambda data=data, document=document: load_document(Document(document.file, data, document.lines)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mutated_text_loads_or_is_refused_with_a_line(path, tmp_path):
    draw = Draws(20261103)
    text = path.read_text(encoding="utf-8")
    target = tmp_path / "mutated.yaml"
    for _ in range(40):
        at, to = sorted(draw.randrange(len(text)) for _ in range(2))
        piece = draw.choice([*PIECES, text[at : at + 30]])
        target.write_text(text[:at] + piece + text[min(to, at + draw.choice([0, 1, 40])) :], encoding="utf-8")
        try:
            load(target)
        except ScenarioError as error:
            assert error.problems
            assert error.problems[0].line is not None or "binary" in error.problems[0].text


@pytest.mark.parametrize("seed", range(3))
def test_a_setting_with_any_path_and_value_loads_or_is_refused(seed):
    draw = Draws(seed)
    path = min(FILES, key=lambda one: one.stat().st_size)
    document = parse(path.read_text(encoding="utf-8"), path.name)
    every = list(places(document.data))
    for _ in range(80):
        segments = [draw.choice([str(key), str(key), str(key), "*", misspelt(draw, key)]) for key in draw.choice(every)]
        try:
            load_document(document, {".".join(segments): copy.deepcopy(draw.choice(VALUES))})
        except ScenarioError as error:
            assert error.problems
