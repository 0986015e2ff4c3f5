"""Keeps pytest from rewriting the assertions of mockapi itself.

pytest rewrites every package of a distribution that has a plugin, which costs the first run a second.
Worse, to rewrite a module is to build its syntax tree, and mockapi imports modules when they are
first needed, in its server's thread: two threads that build trees at once can end a run of CPython
3.11 and 3.12 with `SystemError: AST constructor recursion depth mismatch`.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_OURS: Final = ("mockapi", "pytest_mockapi")


class PlainFinder:
    """Finds the modules of mockapi as Python does without pytest."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one of ours; whoever stands next finds the others."""
        return PathFinder.find_spec(name, path, target) if name.partition(".")[0] in _OURS else None


def install() -> None:
    """Be asked before pytest is; harmless the second time."""
    if PlainFinder not in sys.meta_path:
        sys.meta_path.insert(0, PlainFinder)
