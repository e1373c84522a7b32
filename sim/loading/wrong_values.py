"""What is wrong with one value, and what would be right in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic_core import ErrorDetails

from sim.problems import did_you_mean, shorten

__all__ = ["DATE", "says_less", "wrong_value"]

_PATTERNS = {
    "a-z0-9_-]{0,63}": "must be a name: a lower-case letter, then lower-case letters, digits, - and _; at most 64",
    "A-Za-z0-9*": "must be an IAM action such as s3:GetObject",
    "below ": "must be a number of seconds, or such as: below 5400",
    r"\d{12}": "must be an account number of 12 digits, in quotes",
    r"(\.[A-Za-z]+)?$": "must be access_key, password or an issuer, with an operation where it has several, "
    "such as sts.AssumeRole",
}
DATE = "a date and time such as 2026-11-02T00:00Z"
_TYPES = {
    "datetime_type": DATE,
    "datetime_parsing": DATE,
    "datetime_from_date_parsing": DATE,
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "mapping_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def says_less(detail: ErrorDetails, others: Iterable[ErrorDetails]) -> bool:
    """Whether an error only says that another alternative, whose own error is among the others, was meant."""
    kinds = {other["type"] for other in others}
    of_value = kinds - _TYPES.keys() - {"literal_error"}
    is_type = detail["type"] in _TYPES or (detail["type"] == "literal_error" and not isinstance(detail["input"], str))
    return is_type and bool(of_value)


def wrong_value(detail: ErrorDetails) -> str:
    """A value and what would be right, as a sentence."""
    if detail["type"] == "value_error":
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    right = _right(detail["type"], detail)
    return f"{shorten(detail['input'])} is not allowed; {right}"


def _right(kind: str, detail: ErrorDetails) -> str:
    """What would be right in the place of a value."""
    context = detail.get("ctx", {})
    if kind in _BOUNDS:
        name, word = _BOUNDS[kind]
        return f"must be {word} {context[name]:.12g}"
    if kind in _TYPES:
        return f"must be {_TYPES[kind]}"
    if kind in ("literal_error", "enum"):
        options = re.findall(r"'([^']*)'", str(context["expected"]))
        if not isinstance(detail["input"], str) and str(detail["input"]) in options:
            return f'must be text: write "{detail["input"]}", in quotes'
        return did_you_mean(detail["input"], options, "must be one of")
    if kind == "string_pattern_mismatch":
        return next((text for part, text in _PATTERNS.items() if part in context["pattern"]), "has another form")
    return _of_length(kind, context) or f"{detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _of_length(kind: str, context: dict[str, Any]) -> str | None:
    if kind.endswith("too_short"):
        return f"must have at least {context['min_length']}"
    return f"must have at most {context['max_length']}" if kind.endswith("too_long") else None
