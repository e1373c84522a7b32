"""What the tool cannot know, said on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["LIMITS", "limits"]

_LIMITS: Final = (
    ("No AWS account was measured.", "Every figure follows from documentation, SDK source code and the inputs above."),
    (
        "Unpublished quotas.",
        "AWS publishes neither the burst of STS's 600 requests/s, nor any quota for AssumeRoleWithSAML and "
        "AssumeRoleWithWebIdentity, nor a limit of the instance metadata service, nor IAM's request rates. Where a "
        "number is needed it is a parameter; where none is set no quota line is drawn and nobody is refused.",
    ),
    (
        "Detection.",
        "Whether and when a theft is noticed depends on monitoring. Exposure here runs until the credential ends by "
        "itself or by a rotation that the scenario plans.",
    ),
    (
        "What a thief may do.",
        "Exposure is time, not damage: how broad the stolen permissions are, network conditions and data perimeters "
        "are not in these numbers.",
    ),
    (
        "How likely a theft is.",
        "Thefts are placed at every instant alike. That a laptop is stolen more often than a repository leaks is for "
        "the reader to weigh; results are therefore given by population and place.",
    ),
    (
        "How your people and programs behave.",
        "Working hours, rotation habits, copies of keys and call rates are inputs; measure your own.",
    ),
    (
        "The future.",
        "SDK refresh windows and retry defaults changed in 2026; another SDK generation gives other load.",
    ),
    ("Latency and failures of AWS.", "Outages are those of the scenario's timeline; AWS's real ones differ."),
)

LIMITS: Final = tuple({"what": what, "text": text} for what, text in _LIMITS)
"""Each limit in a few words and its explanation."""


def limits(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """The limits of a page: those of every page, and what the services called here name their errors otherwise."""
    told = [
        f"{service} calls {verdict} {name}"
        for service, names in (manifest.get("error_names") or {}).items()
        for verdict, name in names.items()
    ]
    if not told:
        return [*LIMITS]
    text = f"Verdicts are classes of errors, under the names of STS and IAM; {', '.join(told)}."
    return [*LIMITS, {"what": "Names of errors.", "text": text}]
