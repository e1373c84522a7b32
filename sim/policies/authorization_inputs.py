"""What callers hand to `decide`: the forms that AWS's APIs and other tools give, read, or refused with what would do.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ContextEntry.html (context as
SimulateCustomPolicy takes it), API_GetRolePolicy.html (documents, URL-encoded as the API returns them)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from sim.policies.authorization_conditions import PolicyError
from sim.policies.authorization_statement import VARIABLES_SINCE

__all__ = ["is_document", "one_text", "plain_policies", "read_context"]

_WRAPPERS: Final = ("PolicyDocument", "AssumeRolePolicyDocument", "PolicyVersion", "Document", "Policy")
"""Where AWS's answers (GetRolePolicy, GetRole, GetPolicyVersion, GetBucketPolicy) hold a document."""
_DEEPEST: Final = 8
_OF_STATEMENT: Final = {"Effect", "Action", "NotAction"}
_ENTRY: Final = {"ContextKeyName", "ContextKeyValues"}


def one_text(what: str, given: object, example: str) -> str:
    """A text; a list of one is that one.

    Raises:
        PolicyError: It is none, or there are several.
    """
    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]
    if not isinstance(given, str):
        several = isinstance(given, (list, tuple, set, frozenset)) and len(given) > 1
        told = "several at once; decide each by itself" if several else f"{type(given).__name__}"
        raise PolicyError(f"{what}: one text is needed, such as {example}, not {told}")
    return given


def read_context(given: object) -> dict[str, Any]:
    """Condition keys in lower case, with their values.

    Args:
        given: Key -> value or values, or SimulateCustomPolicy's list of ContextKeyName and ContextKeyValues.

    Raises:
        PolicyError: A key is no text, or a value is neither a scalar nor a list of scalars.
    """
    if given is None:
        return {}
    if isinstance(given, (list, tuple)) and all(isinstance(one, Mapping) and set(one) >= _ENTRY for one in given):
        given = {one["ContextKeyName"]: one["ContextKeyValues"] for one in given}
    if not isinstance(given, Mapping):
        raise PolicyError(f"context: a mapping of condition keys to values is needed, not {type(given).__name__}")
    for key, value in given.items():
        _check_entry(key, value)
    return {key.lower(): value for key, value in given.items()}


def _check_entry(key: object, value: object) -> None:
    if not isinstance(key, str):
        raise PolicyError(f"context: a condition key is text, such as aws:SourceIp, not {key!r}")
    values = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
    if any(isinstance(one, (Mapping, list, tuple, set, frozenset)) for one in values):
        raise PolicyError(f"context.{key}: text, a number, a boolean, an instant or a list of these is needed")


def is_document(given: object) -> bool:
    """Whether it is one policy document, well formed or not."""
    return isinstance(given, Mapping) and ("Statement" in given or "Version" in given)


def plain_policies(what: str, given: Any, depth: int = 0) -> Any:
    """Policies as documents, lists of them and mappings name -> document(s), in whatever form they were given.

    Read are also JSON texts (URL-encoded, too), AWS's answers around a document, a statement by itself and a
    list of statements, which count as documents of the current version.

    Args:
        what: The argument, for messages.
        given: The policies.
        depth: How deep in the argument it stands.

    Raises:
        PolicyError: It is nothing of these.
    """
    if given is None:
        return []
    if depth > _DEEPEST:
        raise PolicyError(f"{what}: policies stand too deep in lists or mappings")
    if isinstance(given, (str, bytes)):
        return plain_policies(what, _parsed(what, given), depth + 1)
    if isinstance(given, (list, tuple)):
        if given and all(_is_statement(one) for one in given):
            return _document(given)
        return [plain_policies(what, one, depth + 1) for one in given if one is not None]
    if not isinstance(given, Mapping):
        raise PolicyError(f"{what}: a policy is a mapping with Statement or JSON text, not {type(given).__name__}")
    return given if is_document(given) else _unwrapped(what, given, depth)


def _unwrapped(what: str, given: Mapping[str, Any], depth: int) -> Any:
    if _is_statement(given):
        return _document(given)
    inner = next((given[name] for name in _WRAPPERS if name in given), None)
    if inner is not None:
        document = plain_policies(what, inner, depth + 1)
        return {str(given["PolicyName"]): document} if "PolicyName" in given else document
    return {str(name): plain_policies(what, one, depth + 1) for name, one in given.items() if one is not None}


def _is_statement(given: object) -> bool:
    return isinstance(given, Mapping) and "Statement" not in given and bool(_OF_STATEMENT & given.keys())


def _document(statements: Any) -> dict[str, Any]:
    return {"Version": VARIABLES_SINCE, "Statement": statements}


def _parsed(what: str, text: str | bytes) -> Any:
    """What a JSON text holds.

    Raises:
        PolicyError: It is no JSON.
    """
    try:
        told = text.decode() if isinstance(text, bytes) else text
        told = unquote(told) if told.lstrip().startswith("%") else told
        return json.loads(told)
    except json.JSONDecodeError as error:
        raise PolicyError(f"{what}: no JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise PolicyError(f"{what}: no JSON: {type(error).__name__}") from None
