"""Wildcards and policy variables of IAM policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and
reference_policies_variables.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

__all__ = ["as_list", "covers_arn", "like", "substitute"]

_VARIABLE = re.compile(r"\$\{([^},]+?)(?:\s*,\s*'([^']*)')?\}")
_LITERAL = {"*": "[*]", "?": "[?]", "$": "$"}
_ARN_PARTS = 6


def as_list(value: object) -> list[Any]:
    """A policy element that may be one value or a list of them, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


@lru_cache(maxsize=4096)
def _pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    """Regular expression of a wildcard text; `[*]` and `[?]` stand for the characters themselves."""
    tokens = re.findall(r"\[\*\]|\[\?\]|.", text, flags=re.DOTALL)
    wild = {"*": ".*", "?": ".", "[*]": r"\*", "[?]": r"\?"}
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile("".join(wild.get(token, re.escape(token)) for token in tokens), flags)


def like(pattern: str, text: str, ignore_case: bool = False) -> bool:
    """Whether `text` matches a pattern with `*` (any characters) and `?` (one character)."""
    return _pattern(pattern, ignore_case).fullmatch(text) is not None


def covers_arn(pattern: str, arn: str) -> bool:
    """Whether a resource pattern covers an ARN: wildcards stay within a segment, `*` alone covers all."""
    if pattern == "*":
        return True
    wanted, given = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    if len(wanted) != len(given):
        return like(pattern, arn)
    return all(like(part, value) for part, value in zip(wanted, given, strict=True))


def substitute(text: str, context: Mapping[str, Any]) -> str | None:
    """The text with its policy variables replaced.

    Args:
        text: A pattern such as `arn:aws:s3:::home/${aws:username}/*`.
        context: Values of condition keys, by key in lower case.

    Returns:
        The text; None if a variable has neither a single value nor a default, which matches nothing.
    """
    missing = False

    def value_of(match: re.Match[str]) -> str:
        nonlocal missing
        name, default = match.group(1).strip(), match.group(2)
        if name in _LITERAL:
            return _LITERAL[name]
        value = context.get(name.lower(), default)
        missing = missing or value is None or not isinstance(value, (str, int, float, bool))
        return str(value)

    replaced = _VARIABLE.sub(value_of, text)
    return None if missing else replaced


def any_like(patterns: Iterable[str], text: str, ignore_case: bool = False) -> bool:
    """Whether any of the patterns matches the text."""
    return any(like(pattern, text, ignore_case) for pattern in patterns)
