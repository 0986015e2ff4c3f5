"""What recording is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockapi.cassettes import DEFAULT, RedactionRules

if TYPE_CHECKING:
    from mockapi.sessions import RecordMode

READ_SECONDS = 600.0


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
