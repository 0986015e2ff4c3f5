"""The one mechanism that keeps start-up short: a package imports its modules when their names are first used.

A package that shows the names of many modules would import them all at every start, and most
programs use a few: a server that replays never validates, synthesizes or explains anything. So:

- A package's face (`__init__`) imports nothing; it says with `lazy_exports` which of its modules has
  which name, and imports them under TYPE_CHECKING for readers and type checkers.
- Where a module needs a name at once, it says `from mockapi.replies import error_reply` at its top.
- Where it needs one only in some runs, it imports the package at its top, which costs nothing, and
  writes `replies.synthesized(...)` in the function: the first call imports the module.

Only third-party modules that are dear and seldom needed are imported inside functions, with the
reason beside them.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazy_exports(
    package: str, homes: Mapping[str, str], renamed: Mapping[str, str] | None = None
) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562).

    Args:
        package: the package's `__name__`.
        homes: module, relative to the package or absolute, to the names that are looked up there,
            blanks between. A module without names is shown itself.
        renamed: old public names and the ones that replace them; an old one still works and warns.

    Raises:
        AttributeError: when a name is looked up that the package does not have.
    """
    home_of: dict[str, tuple[str, str | None]] = {}
    for module, names in homes.items():
        home = module if module.startswith("mockapi.") else f"{package}.{module}"
        if not names:
            home_of[module] = (home, None)
        for name in names.split():
            home_of[name] = (home, name)

    def look_up(name: str) -> Any:
        if renamed is not None and name in renamed:
            message = f"{package}.{name} is called {renamed[name]} now; the old name will go."
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            return getattr(sys.modules[package], renamed[name])
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, attribute = home_of[name]
        imported = importlib.import_module(module)
        value = imported if attribute is None else getattr(imported, attribute)
        setattr(sys.modules[package], name, value)  # the next use costs nothing
        return value

    return look_up
