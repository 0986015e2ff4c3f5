"""A script in a file, for the default session of a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mockapi import jsontext, storage
from mockapi.errors import UsageError
from mockapi.replies import scripts

if TYPE_CHECKING:
    from mockapi.replies.scripts import Script


def read_script(path: str) -> Script:
    """The script of a file; files that it names are looked for beside it.

    Raises:
        UsageError: the file cannot be read, or does not hold a script; with the place in it.
    """
    try:
        text = storage.ScriptFiles().read(path)
    except OSError as error:
        raise UsageError(f"The script {path} cannot be read: {error.strerror}.") from error
    value = jsontext.parse(text)
    if isinstance(value, jsontext.NotJSON):
        raise UsageError(f"The script {path} is not JSON: {value.reason}.")
    folder = Path(path).parent
    try:
        return scripts.parse_script(value, storage.ScriptFiles(folder).read)
    except UsageError as error:
        raise UsageError(f"The script {path}: {error}") from error
