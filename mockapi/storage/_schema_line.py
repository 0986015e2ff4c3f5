"""The first line of a cassette that tells editors its schema, and the copy of the schema it leads to.

    # yaml-language-server: $schema=../cassette.schema.json

Editors look the schema up from the cassette, so a copy of it has to lie in the project: once, at the
top of the cassettes. It is placed where a recording makes the first folder, and by `mockapi init`.
Cassettes below a copy get the line; elsewhere the line would lead nowhere and is left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from mockapi._data import data_dir
from mockapi.storage._files import SUFFIXES, write_atomically

SCHEMA_NAME: Final = "cassette.schema.json"
_LINE: Final = "# yaml-language-server: $schema="
_HEAD_BYTES: Final = 1000
_TOPS: Final = (".git", "pyproject.toml")
"""What stands in a project's top folder; nobody looks further up."""


def cassette_schema() -> bytes:
    """The JSON Schema of cassettes."""
    return (data_dir("schemas") / "cassette.json").read_bytes()


def make_folder(folder: Path) -> None:
    """Make a folder of cassettes; where it is the first, with a copy of the schema at its top.

    Raises:
        OSError: it cannot be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if missing and not _holds_cassettes(missing[-1].parent) and not schema_line(folder / "any.yaml"):
        write_atomically(missing[-1] / SCHEMA_NAME, cassette_schema())


def _holds_cassettes(folder: Path) -> bool:
    """Whether there are cassettes in a folder or just below it: then it goes without a copy, as it did."""
    entries = [*folder.iterdir()]
    files = [*entries, *(file for entry in entries if entry.is_dir() for file in entry.glob("*.y*ml"))]
    return any(file.suffix in SUFFIXES and file.is_file() and _is_cassette(file) for file in files)


def _is_cassette(file: Path) -> bool:
    try:
        with file.open("rb") as text:
            return b"mockapi_cassette:" in text.read(_HEAD_BYTES)
    except OSError:
        return False


def schema_line(path: Path) -> bytes:
    """The line for a cassette; empty if there is no copy of the schema in its folder or above it."""
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - links stay: the line is read from where it stands
    for place in (folder, *folder.parents):
        if (place / SCHEMA_NAME).is_file():
            relative = Path(os.path.relpath(place / SCHEMA_NAME, folder)).as_posix()
            return f"{_LINE}{relative}\n".encode()
        if any((place / top).exists() for top in _TOPS):
            break
    return b""


def with_schema_line(path: Path, text: bytes) -> bytes:
    """The text of a cassette as it is to stand at a path."""
    return text if text.startswith(_LINE.encode()) else schema_line(path) + text
