"""Which files an import looks at: those that are named, and those of folders, by what is in them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mockapi._files import open_file
from mockapi.cassettes import importers
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

SUFFIXES = frozenset({".yaml", ".yml", ".json", ".har", ".zhar", ".toml", ".httprr", ".sse", ".gz"})
_NOT_ENTERED = frozenset({"node_modules", "__pycache__"})
_PROGRAMS = (
    ".py .pyi .pyc .js .mjs .cjs .jsx .ts .mts .cts .tsx .go .rb .rs .java .kt .scala .php .cs .c .h .cpp"
    " .swift .ex .exs .r .lua .sh .sql .vue .svelte .ipynb .md .mdx .rst .adoc .html .css .svg .png .jpg"
    " .pdf .lock"
)
"""What people write: a test or a page only quotes the API's replies."""

_HEAD = 65_536
MAPPINGS, REPLIES = "mappings", "__files"
"""WireMock's two folders: what it looks for, and what it answers."""


class ImportSource(NamedTuple):
    """What is imported as one: where it is, its path below what the user named, and whether that is itself.

    `parts`: the files of a folder that answer together; empty for a file of its own.
    """

    path: Path
    name: str
    named: bool
    parts: tuple[ImportSource, ...] = ()

    @property
    def is_reply(self) -> bool:
        """Whether it lies where WireMock keeps replies without their requests."""
        return REPLIES in self.path.absolute().parts


@dataclass(slots=True)
class Found:
    """What a search found.

    Attributes:
        sources: to import, sorted folder by folder.
        skipped: files that are not looked at: people wrote them, or their first bytes say nothing.
        closed: folders that are not entered: hidden, links, or full of other people's code.
    """

    sources: list[ImportSource] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    closed: list[Path] = field(default_factory=list)


def find(sources: Iterable[str]) -> Found:
    """The files to import, and what lies between them.

    A file that is found twice under one name counts once. A folder that cannot be searched is
    among them, for its row to say so.

    Raises:
        UsageError: a source that does not exist.
    """
    found = Found()
    unreadable: list[OSError] = []
    for named in sources:
        root = Path(named)
        # os.path: pathlib raises for what lies in a closed folder, and takes an empty name for this one.
        if not os.path.exists(named):  # noqa: PTH110 - see above
            raise UsageError(f"{named or 'an empty name'}: there is no such file or folder.")
        if not root.is_dir():
            found.sources.append(ImportSource(root, root.name, named=True))
            continue
        for place, folders, files in os.walk(root, onerror=unreadable.append):
            entered = sorted(name for name in folders if _is_entered(Path(place, name)))
            found.closed += [Path(place, name) for name in sorted(folders) if name not in entered]
            folders[:] = entered
            for file in sorted(files):
                path = Path(place, file)
                if _is_looked_at(path):
                    found.sources.append(ImportSource(path, str(path.relative_to(root)), named=False))
                else:
                    found.skipped.append(path)
    found.sources += [ImportSource(Path(error.filename), error.filename, named=True) for error in unreadable]
    once = {(os.path.realpath(source.path), source.name): source for source in reversed(found.sources)}
    found.sources = _grouped(list(reversed(once.values())))
    return found


def _is_entered(folder: Path) -> bool:
    return folder.name[0] != "." and folder.name not in _NOT_ENTERED and not folder.is_symlink()


def _is_looked_at(path: Path) -> bool:
    """Whether a file of a folder may be a recording: by its ending, or by its first bytes."""
    suffix = path.suffix.lower()
    if suffix in SUFFIXES or suffix in _PROGRAMS.split():
        return suffix in SUFFIXES
    try:
        with open_file(path) as file:
            return importers.may_be_recorded(file.read(_HEAD))
    except OSError:
        return False


def _grouped(sources: list[ImportSource]) -> list[ImportSource]:
    """The sources, with all files below a folder `mappings` as one."""
    groups: dict[Path, list[ImportSource]] = {}
    arranged: list[ImportSource | Path] = []
    for source in sources:
        parents = source.path.absolute().parents
        folder = next((parent for parent in parents if parent.name.lower() == MAPPINGS), None)
        if folder is None or not source.path.name.lower().removesuffix(".gz").endswith(".json"):
            arranged.append(source)
            continue
        if folder not in groups:
            arranged.append(folder)
        groups.setdefault(folder, []).append(source)
    return [_group(each, groups[each]) if isinstance(each, Path) else each for each in arranged]


def _group(folder: Path, parts: list[ImportSource]) -> ImportSource:
    first = parts[0]
    below = len(first.path.absolute().relative_to(folder).parts)
    name = Path(*Path(first.name).parts[:-below] or (MAPPINGS,))
    path = Path(*first.path.parts[:-below]) if len(first.path.parts) > below else folder
    return ImportSource(path, str(name), named=any(part.named for part in parts), parts=tuple(parts))
