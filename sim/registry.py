"""One file per kind, found by itself: importing a folder collects the specs its modules define."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import TypeVar

from sim.spec import Spec

__all__ = ["specs_in"]

S = TypeVar("S", bound=Spec)


def specs_in(package: ModuleType, base: type[S]) -> tuple[type[S], ...]:
    """All concrete subclasses of `base` that the modules of `package` define, by module name.

    Args:
        package: A package whose modules each hold one kind.
        base: The abstract spec they derive from.

    Returns:
        The classes in the order of their module names, so unions and schemas are stable.
    """
    found: list[type[S]] = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        found += [
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if issubclass(kind, base) and kind is not base and kind.__module__ == module.__name__
        ]
    return tuple(found)
