"""What was accepted before, but for the words: most requests of a test or a loop differ in nothing else.

Where a conversation is plain (texts alone, the user's and the assistant's in turn, the user's last), the
rules ask two things of its words: that there are some, and that they are not too many for the model. So a
request is accepted at once if all else is as in one that all rules have accepted. This says yes, or nothing.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from mockapi.validation._context import HEADERS

if TYPE_CHECKING:
    from mockapi.exchange import Headers, Request

LARGEST: Final = 64 * 1024
"""Bytes of a body beyond which nothing is remembered."""
REMEMBERED: Final = 512
"""Frames that are kept at most."""
_SHORT: Final = 1024
"""Bytes of the rest of a body up to which it is remembered itself."""
_NEXT: Final = {"user": "assistant", "assistant": "user"}

Frame: TypeAlias = "tuple[Headers, bytes]"
"""A request but for its words: the header fields that count, and the rest of its body or a digest of it."""


class AcceptedFrames:
    """The frames of requests that all rules have accepted: of any number of threads."""

    __slots__ = ("_limits",)

    def __init__(self) -> None:
        self._limits: dict[Frame, int] = {}

    def add(self, frame: Frame, limit: int) -> None:
        """Remember a frame, for bodies of less bytes than a limit."""
        if len(self._limits) >= REMEMBERED:
            self._limits.clear()  # in one step: another thread may be at it, too
        self._limits[frame] = limit

    def has(self, frame: Frame | None, size: int) -> bool:
        """Whether a body of so many bytes in a frame is accepted; False says nothing."""
        return frame is not None and size < self._limits.get(frame, 0)


def frame_of(request: Request) -> Frame | None:
    """The frame of a request for a message; None where its conversation is not a plain one."""
    if not request.asks_for_message or len(request.body) >= LARGEST:
        return None
    body = request.parsed
    if body.__class__ is not dict or not _is_plain(body.get("messages")):
        return None
    rest = body.copy()
    del rest["messages"]
    try:
        written = orjson.dumps(rest)
    except TypeError:  # nested too deeply
        return None
    fields = tuple([field for field in request.headers if field[0] in HEADERS])
    return fields, written if len(written) <= _SHORT else blake2b(written, digest_size=16).digest()


def _is_plain(messages: Any) -> bool:
    if messages.__class__ is not list:
        return False
    role = "user"
    for message in messages:
        if message.__class__ is not dict or len(message) != 2 or message.get("role") != role:
            return False
        text = message.get("content")
        if text.__class__ is not str or not text or text.isspace():
            return False
        role = _NEXT[role]
    return role == "assistant"
