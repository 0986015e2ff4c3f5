"""The modes of recording by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from mockapi.errors import UsageError
from mockapi.options import one_of
from mockapi.sessions import RECORD_MODES

if TYPE_CHECKING:
    from mockapi.sessions import RecordMode

_OTHER_NAMES = {
    "once": "new", "new_episodes": "new", "new-episodes": "new", "rewrite": "all", "overwrite": "all",
    "record": "new", "replay": "none", "off": "none",
}  # fmt: skip
_MODE: Final = one_of(RECORD_MODES)


def parse_mode(value: str) -> RecordMode:
    """A record mode by its name.

    Raises:
        UsageError: another tool's name for one, or an unknown one.
    """
    if value in _OTHER_NAMES:
        raise UsageError(f"The record mode {value!r} is called {_OTHER_NAMES[value]} here.")
    return cast("RecordMode", _MODE(value, ("record_mode",)))
