"""A user's file of betas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi import jsontext
from mockapi._files import MIB, read_file
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES: Final = MIB


def read_betas(path: Path) -> frozenset[str]:
    """Values of anthropic-beta from a user's file: JSON, `{"betas": ["name", …]}`.

    Raises:
        UsageError: the file cannot be read or holds something else.
    """
    try:
        content = jsontext.parse(read_file(path, _MAX_BYTES))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a readable file") from error
    if isinstance(content, jsontext.NotJSON):
        raise UsageError(f"{path}: not a file of betas: {content.reason}; one is JSON in UTF-8")
    names = content.get("betas") if isinstance(content, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise UsageError(f'{path}: not a file of betas; one holds {{"betas": ["name-2026-01-01"]}}')
    return frozenset(names)
