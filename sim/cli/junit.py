"""JUnit's XML, which continuous-integration servers read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

__all__ = ["Case", "write"]


@dataclass(frozen=True, slots=True)
class Case:
    """One test case.

    Attributes:
        suite: Name of the suite it belongs to.
        name: Its own name.
        seconds: How long it took, s.
        failure: Why it failed; empty if it did not.
        skipped: Why it was not run; empty if it was.
    """

    suite: str
    name: str
    seconds: float = 0.0
    failure: str = ""
    skipped: str = ""


def write(path: Path, cases: Sequence[Case]) -> None:
    """Write the cases as JUnit XML, one suite after the other in the order of their first cases."""
    root = ElementTree.Element("testsuites", _counts(cases))
    for suite in dict.fromkeys(case.suite for case in cases):
        own = [case for case in cases if case.suite == suite]
        node = ElementTree.SubElement(root, "testsuite", {"name": suite, **_counts(own)})
        for case in own:
            _add(node, case)
    ElementTree.indent(root)
    path.write_text(ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n", encoding="utf-8")


def _add(suite: ElementTree.Element, case: Case) -> None:
    about = {"classname": case.suite, "name": case.name, "time": f"{case.seconds:.3f}"}
    node = ElementTree.SubElement(suite, "testcase", about)
    if case.failure:
        ElementTree.SubElement(node, "failure", {"message": case.failure})
    elif case.skipped:
        ElementTree.SubElement(node, "skipped", {"message": case.skipped})


def _counts(cases: Iterable[Case]) -> dict[str, str]:
    listed = list(cases)
    return {
        "tests": str(len(listed)),
        "failures": str(sum(bool(case.failure) for case in listed)),
        "skipped": str(sum(bool(case.skipped) and not case.failure for case in listed)),
        "time": f"{sum(case.seconds for case in listed):.3f}",
    }
