"""Packages whose names are imported when they are first used.

A package that shows the names of many modules would import them all at every start, and most
programs use a few: a server that replays never judges, writes or explains anything.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def late(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562).

    Args:
        package: the package's `__name__`.
        homes: module below the package to the names that are looked up there, blanks between.
    """
    home_of = {name: f"{package}.{module}" for module, names in homes.items() for name in names.split()}

    def look_up(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(home_of[name]), name)
        setattr(sys.modules[package], name, value)  # the next use costs nothing
        return value

    return look_up
