"""What recording is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from mockapi.cassettes import DEFAULT, RedactionRules
from mockapi.errors import UsageError
from mockapi.options import one_of
from mockapi.sessions import RECORD_MODES

if TYPE_CHECKING:
    from mockapi.sessions import RecordMode


_OTHER_NAMES = {
    "once": "new", "new_episodes": "new", "new-episodes": "new", "rewrite": "all", "overwrite": "all",
    "record": "new", "replay": "none", "off": "none",
}  # fmt: skip

READ_SECONDS = 600.0
_MODE: Final = one_of(RECORD_MODES)


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """What a server that may call out is told.

        recording = mockapi.RecordOptions("https://api.anthropic.com", to="cassettes")
        mockapi.Server(["cassettes"], recording=recording, settings=mockapi.Settings(on_unmatched="record"))

    Attributes:
        upstream: base URL of the one place that is asked, without /v1.
        to: file or folder that recordings are added to; None records nothing.
        mode: "new" records what is new, "all" every request; "none" never calls out, "verify" compares
            and writes nothing. A session's `record_mode` says the same for its own requests.
        budget: how many requests may be forwarded; None means any number.
        rules: what is kept and masked.
        read_seconds: how many seconds the upstream may be silent.
    """

    upstream: str
    to: str | None = None
    mode: RecordMode = "new"
    budget: int | None = None
    rules: RedactionRules = DEFAULT
    read_seconds: float = READ_SECONDS


def parse_mode(value: str) -> RecordMode:
    """A record mode by its name.

    Raises:
        UsageError: another tool's name for one, or an unknown one.
    """
    if value in _OTHER_NAMES:
        raise UsageError(f"The record mode {value!r} is called {_OTHER_NAMES[value]} here.")
    return cast("RecordMode", _MODE(value, ("record_mode",)))
