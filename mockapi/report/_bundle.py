"""Several ES modules as one script.

Enough for modules that import only each other, declare no name twice, and export what they declare: they are
written one after the other, each behind those that it imports, and the import and export words go. A module
that is written in another way is refused, so that no report is made that does not run.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_IMPORT: Final = re.compile(r'^import\s+\{[^}]*\}\s+from\s+"(?P<path>[^"]+)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_LEFT: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_DECLARED: Final = re.compile(r"^(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)


def bundled(modules: Mapping[str, str]) -> str:
    """One script of some modules.

    Args:
        modules: their texts by name, such as `views/element.js`.

    Raises:
        ValueError: a module that imports what is not there, or is written in a way that cannot be joined.
    """
    graph = {name: set(_imported(name, text, modules)) for name, text in modules.items()}
    parts = []
    seen: dict[str, str] = {}
    for name in TopologicalSorter(graph).static_order():
        text = _EXPORT.sub("", _IMPORT.sub("", modules[name]))
        if left := _LEFT.search(text):
            raise ValueError(f"{name}: {left[0]!r} cannot be joined into one script.")
        for declared in _DECLARED.findall(text):
            if declared in seen:
                raise ValueError(f"{name} declares {declared}, and so does {seen[declared]}.")
            seen[declared] = name
        parts.append(text.strip("\n"))
    return "\n\n".join(parts) + "\n"


def _imported(name: str, text: str, modules: Mapping[str, str]) -> list[str]:
    """The names of the modules that one imports."""
    found = []
    folder = name.rpartition("/")[0]
    for match in _IMPORT.finditer(text):
        parts = [*folder.split("/"), *match["path"].split("/")]
        path = "/".join(part for part in parts if part not in {"", "."})
        if path not in modules:
            raise ValueError(f"{name} imports {match['path']}, which is not there.")
        found.append(path)
    return found
