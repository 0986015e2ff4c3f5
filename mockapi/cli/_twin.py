"""The profile of a twin in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi import jsontext
from mockapi._files import MIB, read_file
from mockapi.errors import UsageError
from mockapi.replies import twin

if TYPE_CHECKING:
    from mockapi.replies.twin import TwinProfile

_MAX_BYTES: Final = 4 * MIB


def read_twin(path: str) -> TwinProfile:
    """The profile of a file.

    Raises:
        UsageError: the file cannot be read, or does not hold a profile; with the place in it.
    """
    try:
        value = jsontext.parse(read_file(path, _MAX_BYTES))
    except OSError as error:
        raise UsageError(f"The profile {path} cannot be read: {error.strerror}.") from error
    if isinstance(value, jsontext.NotJSON):
        raise UsageError(f"The profile {path} is not JSON: {value.reason}.")
    try:
        return twin.parse_twin(value)
    except UsageError as error:
        raise UsageError(f"The profile {path}: {error}") from error
