"""Wildcards and policy variables of IAM policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html and
reference_policies_variables.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

__all__ = ["any_like", "as_list", "covers_arn", "like", "literal", "substitute", "text_of"]

_VARIABLE: Final = re.compile(r"\$\{([^},]+?)(?:\s*,\s*'([^']*)')?\s*\}")
_STAR, _MARK = "\ue000", "\ue001"
"""Stand for the characters * and ? themselves, where a pattern's own would be wildcards."""
_TO_LITERAL: Final = str.maketrans({"*": _STAR, "?": _MARK})
_FROM_LITERAL: Final = str.maketrans({_STAR: "*", _MARK: "?"})
_ESCAPES: Final = {"*": _STAR, "?": _MARK, "$": "$"}
_ARN_PARTS: Final = 6
_STAR_ENDS_PART: Final = re.compile(r"\*:")


def as_list(value: object) -> list[Any]:
    """A policy element that may be one value or a list of them, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def text_of(value: object) -> str:
    """A value as policies write it: true and false in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=8192)
def _pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    wild = {"*": ".*", "?": ".", _STAR: r"\*", _MARK: r"\?"}
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile("".join(wild.get(token, re.escape(token)) for token in text), flags)


def like(pattern: str, text: str, ignore_case: bool = False) -> bool:
    """Whether `text` matches a pattern with `*` (any characters, also none) and `?` (one character)."""
    return _pattern(pattern, ignore_case).fullmatch(text) is not None


def any_like(patterns: Iterable[str], text: str, ignore_case: bool = False) -> bool:
    """Whether any of the patterns matches the text."""
    return any(like(pattern, text, ignore_case) for pattern in patterns)


def covers_arn(pattern: str, arn: str, expand: bool = True) -> bool:
    """Whether a resource pattern covers an ARN: wildcards stay within one of its six parts.

    Args:
        pattern: ARN with wildcards; `*` alone covers all. In one of fewer than six parts, a `*` that ends a
            part reaches beyond its colon as well.
        arn: What is asked for.
        expand: Whether parts missing at the end of a pattern stand for anything, as in identity policies;
            otherwise only if the pattern has a `*`.
    """
    if pattern == "*":
        return True
    wanted, given = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    if wanted[0] == "arn" and len(wanted) < _ARN_PARTS:
        if _STAR_ENDS_PART.search(pattern) and like(pattern, arn):
            return True
        wanted += ["*"] * (_ARN_PARTS - len(wanted)) if expand or "*" in pattern else []
    if len(wanted) != len(given):
        return like(pattern, arn)
    return all(like(part, value) for part, value in zip(wanted, given, strict=True))


def literal(text: str) -> str:
    """A substituted text for comparisons without wildcards."""
    return text.translate(_FROM_LITERAL)


def substitute(text: str, keys: Mapping[str, Any]) -> str | None:
    """The text with its policy variables replaced; a value's own `*` and `?` are no wildcards.

    Args:
        text: A pattern such as `arn:aws:s3:::home/${aws:username}/*`.
        keys: Values of the request's condition keys, by key in lower case.

    Returns:
        The text; None if a variable has neither a single value nor a default, which matches nothing.
    """
    missing = False

    def value_of(match: re.Match[str]) -> str:
        nonlocal missing
        name, default = match.group(1).strip(), match.group(2)
        if name in _ESCAPES:
            return _ESCAPES[name]
        values = as_list(keys.get(name.lower(), default))
        missing = missing or len(values) != 1
        return text_of(values[0]).translate(_TO_LITERAL) if values else ""

    replaced = _VARIABLE.sub(value_of, text) if "${" in text else text
    return None if missing else replaced
