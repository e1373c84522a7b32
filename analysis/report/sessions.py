"""Who can set a session's length: AWS lets far fewer people choose it than one would think."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["sessions"]

_ROWS: Final = (
    (
        "EC2 instance's own role credentials",
        "nobody",
        "about 6 h; a new set is offered well before",
        "documented (up to 6 h)",
    ),
    (
        "ECS task, EKS Pod Identity, Lambda: own credentials",
        "nobody",
        "set by the service; about 6 h on ECS and Pod Identity, no number found for Lambda",
        "ECS documented, Pod Identity second-hand",
    ),
    (
        "IRSA with botocore (AssumeRoleWithWebIdentity from the environment)",
        "nobody: botocore never sends DurationSeconds",
        "1 h, the operation's default",
        "read in botocore's source",
    ),
    (
        "AssumeRole in a profile, signed with a long-term key",
        "the profile (duration_seconds)",
        "15 min to the role's maximum (1 to 12 h)",
        "documented",
    ),
    (
        "AssumeRole signed with any temporary credential (role chaining)",
        "the profile, within the cap",
        "15 min to 1 h; asking for more is a ValidationError, not a shorter session",
        "documented; for EC2's own credentials second-hand",
    ),
    (
        "IAM Identity Center role credentials",
        "the administrator, in the permission set",
        "1 to 12 h",
        "documented",
    ),
    (
        "AssumeRoleWithSAML",
        "the caller, and the identity provider's SessionNotOnOrAfter",
        "15 min to the role's maximum",
        "documented",
    ),
)


def sessions() -> dict[str, Any]:
    """Heads, rows and caption of the table."""
    keys = ("what", "who", "length", "basis")
    return {
        "caption": "A session length is a dial only where AWS lets somebody set it. Strategies on this page change "
        "it only there.",
        "heads": ["Credential", "Who sets its length", "Length", "Basis"],
        "rows": [dict(zip(keys, row, strict=True)) for row in _ROWS],
    }
