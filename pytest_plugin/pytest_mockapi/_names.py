"""The names under which a test's cassettes are looked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_MAX_NAME: Final = 120
_FORBIDDEN: Final = re.compile(r"[<>?%*:|\"'/\\]")  # what pytest-recording replaces in names


def default_cassette(item: pytest.Item | pytest.Collector, folder: Path) -> Path:
    """The cassette that a test which names none is recorded to: FOLDER/TEST-FILE/TEST.yaml."""
    plain = ".".join(item.nodeid.split("::")[1:] or [item.name])
    name = re.sub(r"[^\w.]+", "-", plain).strip("-.")
    if len(name) > _MAX_NAME or re.search(r"[^\w.\[\]-]", plain):
        from hashlib import blake2b

        # Two tests whose names differ only in what a file name cannot have need two files.
        name = f"{name[:_MAX_NAME]}-{blake2b(plain.encode(), digest_size=4).hexdigest()}"
    return folder / item.path.stem / f"{name}.yaml"


def candidates(item: pytest.Item | pytest.Collector, folder: Path) -> tuple[Path, ...]:
    """Where the cassette of a test that names none may be, the nearest first.

    Besides our own there are the names that recordings have which were imported: pytest-recording
    gives each module a folder, and pytest-vcr none.
    """
    owner = getattr(item, "cls", None)
    name = item.name if owner is None else f"{owner.__name__}.{item.name}"
    of_recording = folder / item.path.stem / f"{_FORBIDDEN.sub('-', name)}.yaml"
    # pytest-vcr takes names as they are, and with them what a file name cannot have.
    of_vcr = () if "/" in name or "\0" in name else (folder / f"{name}.yaml",)
    return tuple(dict.fromkeys((default_cassette(item, folder), of_recording, *of_vcr)))
