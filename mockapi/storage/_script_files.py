"""The files of a script: itself, and those that its replies name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mockapi._files import MIB, read_file

if TYPE_CHECKING:
    from mockapi._files import Places

_MAX_BYTES: Final = 32 * MIB
"""Of a script, and of all the files that one names: what it names is kept in memory."""


class ScriptFiles:
    """Reads the files of one script, up to a bound for all of them together.

    Args:
        folder: relative paths start there.
        inside: where they have to lie; None is anywhere.
    """

    def __init__(self, folder: str | os.PathLike[str] = "", inside: Places | None = None) -> None:
        self._folder = folder
        self._inside = inside
        self._left = _MAX_BYTES

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            OSError: it cannot be read, or is too large together with those before it.
        """
        data = read_file(os.path.join(self._folder, name), self._left, self._inside)  # noqa: PTH118 - pathlib raises for NUL
        self._left -= len(data)
        return data
