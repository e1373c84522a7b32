"""From a scenario file to validated scenarios: the base and each strategy, or every problem at once."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.loading.errors import Finding, bent, explained, unusable
from sim.loading.lines import Document, Plain, dotted, parse
from sim.loading.lines import Path as Place
from sim.loading.mend import mended, touches, without
from sim.loading.overlay import Overlay, apply, matches
from sim.problems import Problem, ScenarioError
from sim.scenario import Scenario, Strategy
from sim.validation.rules import findings, strategy_findings

__all__ = ["LARGEST_FILE", "Loaded", "json_schema", "load", "load_document"]

LARGEST_FILE = 2**20
"""Bytes; a larger file is refused unread."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario file that is right.

    Attributes:
        document: The file as plain values, settings applied.
        base: The base without overlays.
        strategies: Every strategy as a whole scenario, overlay applied, in the file's order.
    """

    document: dict[str, Any]
    base: Scenario
    strategies: dict[str, Scenario]


@dataclass(frozen=True, slots=True)
class _Settings:
    """Settings of the command line, and which of them the base or a strategy took."""

    values: Mapping[str, object]
    wrong: dict[str, str] = field(default_factory=dict)


def load(path: Path, settings: Mapping[str, object] | None = None) -> Loaded:
    """Reads, checks and resolves a scenario file.

    Args:
        path: The YAML file, at most 1 MiB.
        settings: Path -> value, set on the base before the strategies' overlays. A path that only a
            strategy has is set in the strategies that have it.

    Returns:
        The base and all strategies, fully validated.

    Raises:
        ScenarioError: With every problem found, each with file, line and path.
    """
    return load_document(parse(_text(path), str(path)), settings)


def _text(path: Path) -> str:
    """The text of a file, if it is one that may be read."""
    try:
        about = path.stat()
        wrong = _unreadable(about.st_mode, about.st_size)
        if wrong is None:
            with path.open("rb") as file:
                raw = file.read(LARGEST_FILE + 1)
            wrong = _unreadable(about.st_mode, len(raw))
    except FileNotFoundError:
        wrong = "no such file"
    except (OSError, ValueError) as error:
        wrong = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if wrong is None and b"\0" in raw:
        wrong = "a binary file (it holds NUL bytes), not YAML text"
    if wrong is None:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            wrong = f"not UTF-8 text (byte {error.start}); a scenario is YAML in UTF-8"
    raise ScenarioError([Problem(wrong, str(path))])


def _unreadable(mode: int, size: int) -> str | None:
    if stat.S_ISDIR(mode):
        return "a directory; name a scenario file in it"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    if size > LARGEST_FILE:
        return f"larger than {LARGEST_FILE:,} bytes; a scenario is a few kilobytes"
    return "the file is empty; a scenario is a mapping with at least a name" if size == 0 else None


def load_document(document: Document, settings: Mapping[str, object] | None = None) -> Loaded:
    """Checks and resolves a document that was read before.

    Raises:
        ScenarioError: With every problem found.
    """
    values = dict(settings or {})
    wrong, wrong_settings = list(unusable(document.data)), list(unusable(values))
    usable = Document(document.file, without(document.data, [place for place, _ in wrong]), document.lines)
    loader = _Loader(usable, without(values, [place for place, _ in wrong_settings]), wrong)
    loader.problems += [Problem(text, "--set", None, dotted(place)) for place, text in wrong_settings]
    return loader.load()


def _at(document: Document, finding: Finding) -> Problem:
    place, text = finding
    return Problem(text, document.file, document.line(place), dotted(place))


class _Loader:
    """One loading: collects problems of the base, then those that strategies add."""

    def __init__(self, document: Document, settings: dict[str, object], wrong: list[Finding]) -> None:
        self.document = document
        self.settings = settings
        self.problems = [_at(document, finding) for finding in wrong]
        self.taken_out = {place for place, _ in wrong}
        self.known = set(wrong)

    def load(self) -> Loaded:
        """Everything, or all problems."""
        base_overlay = apply(self.document.data, self.settings, base=True)
        base = self.validated(base_overlay.data)
        for finding in base[1]:
            self.problems.append(self.base_problem(finding, base_overlay))
        self.known.update(base[1])
        strategies = dict(self.strategies(base_overlay))
        self.refuse_settings(base_overlay, strategies)
        if self.problems or base[0] is None:
            raise ScenarioError(self.problems)
        resolved = {
            name: _titled(scenario, name, base[0]) for name, (scenario, _) in strategies.items() if scenario is not None
        }
        return Loaded(base_overlay.data, base[0], resolved)

    def validated(self, data: dict[Any, Any], blocks: set[Any] | None = None) -> tuple[Scenario | None, list[Finding]]:
        """The scenario if it is right, and what is wrong with it: of shape first, then between its blocks.

        Args:
            data: The base, or a resolved strategy.
            blocks: Top-level blocks that a strategy changed; None for the base.
        """
        changed = data if blocks is None else {key: value for key, value in data.items() if key in blocks}
        found = list(bent(changed, Scenario))
        scenario: Scenario | None
        try:
            scenario = Scenario.model_validate(data)
        except ValidationError as error:
            said = {place for place, _ in found}
            found += [finding for finding in explained(error, data) if finding[0] not in said]
            scenario = mended(data, [place for place, _ in found])
            found = [finding for finding in found if finding[0] not in self.taken_out]
        if scenario is None:
            return None, found
        bad = [place for place, _ in [*found, *self.known]]
        rules = findings(scenario, data) if blocks is None else strategy_findings(scenario)
        found += [
            one for one in rules if not touches(one[0], bad) and not self.cut_off(one[0]) and not self.lost(one[0])
        ]
        return (None if found else scenario), found

    def lost(self, place: Place) -> bool:
        """Whether `basis` names a place only in vain because its value was taken out."""
        return place[0] == "basis" and place[-1] in {dotted(one) for one in self.taken_out}

    def cut_off(self, place: Place) -> bool:
        """Whether a verb lies past the end of a run only because a setting shortened the run."""
        return "run.horizon_s" in self.settings and place[-1] == "at_s" and place[0] in ("timeline", "theft")

    def base_problem(self, finding: Finding, overlay: Overlay) -> Problem:
        source = _origin(finding[0], overlay)
        if source is not None:
            return Problem(finding[1], "--set", None, dotted(finding[0]))
        return _at(self.document, finding)

    def strategies(self, base: Overlay) -> Iterator[tuple[str, tuple[Scenario | None, set[str]]]]:
        """Every strategy that is a mapping, resolved, with the settings it took."""
        listed = base.data.get("strategies", {"base": {}})
        for name, strategy in listed.items() if isinstance(listed, dict) else ():
            to_set, remove = _parts(strategy)
            if to_set is None or remove is None or not isinstance(name, str):
                continue
            yield name, self.strategy(name, base, to_set, remove)

    def strategy(
        self, name: str, base: Overlay, to_set: dict[str, Any], remove: list[str]
    ) -> tuple[Scenario | None, set[str]]:
        """One strategy: overlay, late settings, validation."""
        stem = {key: value for key, value in base.data.items() if key != "strategies"}
        overlay = apply(stem, to_set, remove)
        for entry, text in overlay.problems:
            self.problems.append(self.entry_problem(name, entry, text, entry in to_set))
        late = {path for path, _ in base.problems if matches(overlay.data, path)}
        again = apply(overlay.data, {path: self.settings[path] for path in late}, base=True) if late else overlay
        scenario, found = self.validated(again.data, {place[0] for place in (*overlay.origins, *again.origins)})
        for finding in found:
            if not overlay.problems and self.added(finding, overlay):
                self.problems.append(self.strategy_problem(name, finding, overlay, again))
        return scenario, late

    def added(self, finding: Finding, overlay: Overlay) -> bool:
        """Whether a strategy brought a problem in, rather than inherited a bad place of the base."""
        place = finding[0]
        own = any(place[: len(made)] == made for made in overlay.origins)
        return finding not in self.known and (own or place not in {bad for bad, _ in self.known})

    def entry_problem(self, name: str, entry: str, text: str, is_set: bool) -> Problem:
        place: Place = ("strategies", name, "set", entry) if is_set else ("strategies", name, "remove")
        return Problem(
            f"{text} (strategy {name})", self.document.file, self.document.line(place), f"{dotted(place[:3])}: {entry}"
        )

    def strategy_problem(self, name: str, finding: Finding, overlay: Overlay, late: Overlay) -> Problem:
        place, text = finding
        if late is not overlay and _origin(place, late) is not None:
            return Problem(f"{text} (strategy {name})", "--set", None, dotted(place))
        entry = _origin(place, overlay)
        where: Place = ("strategies", name, "set", entry) if entry is not None else ("strategies", name)
        return Problem(f"{text} (strategy {name})", self.document.file, self.document.line(where), dotted(place))

    def refuse_settings(self, base: Overlay, strategies: dict[str, tuple[Scenario | None, set[str]]]) -> None:
        taken = {path for _, late in strategies.values() for path in late}
        for path, text in base.problems:
            if path not in taken:
                self.problems.append(Problem(text, "--set", None, path))


def _origin(place: Place, overlay: Overlay) -> str | None:
    """The `set` entry that wrote a place, or something in it; None if none did."""
    around = [entry for made, entry in overlay.origins.items() if place[: len(made)] == made]
    within = [entry for made, entry in overlay.origins.items() if made[: len(place)] == place and place]
    return next(iter([*reversed(around), *within]), None)


def _parts(strategy: Plain) -> tuple[dict[str, Any] | None, list[str] | None]:
    """`set` and `remove` of a strategy; None for a part of another shape, which validation of the base reports."""
    if not isinstance(strategy, dict):
        return None, None
    to_set, remove = strategy.get("set", {}), strategy.get("remove", [])
    fit = isinstance(to_set, dict) and all(isinstance(path, str) for path in to_set)
    named = isinstance(remove, list) and all(isinstance(path, str) for path in remove)
    return (to_set if fit else None), (remove if named else None)


def json_schema() -> dict[str, Any]:
    """The JSON schema of scenario files, for editors."""
    schema = Scenario.model_json_schema(by_alias=True)
    calls = schema["$defs"]["Population"]["properties"]["calls"]
    calls["anyOf"] = [calls["items"], {"type": calls.pop("type"), "items": calls.pop("items")}]  # one or several
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "credflow scenario"}
    return {**head, **{key: value for key, value in schema.items() if key != "title"}}


def _titled(resolved: Scenario, name: str, base: Scenario) -> Scenario:
    """A resolved strategy that still knows its own title."""
    title = base.strategies[name].title if name in base.strategies else ""
    return resolved.model_copy(update={"strategies": {name: Strategy(title=title)}})
