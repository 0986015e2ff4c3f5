"""A recorded reply whose body stays where it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.exchange import Chunk
from mockapi.replies._lazy_reply import LazyReply

if TYPE_CHECKING:
    from mockapi.cassettes import Recording
    from mockapi.exchange import Headers, Reply, WireHead

_END: Final = b"\r\n\r\n"
"""The end of the fields in a head."""
_set: Final = object.__setattr__  # replies are frozen
_new_chunk: Final = tuple.__new__  # a third of the cost of the class's own, for every recorded reply


class StoredReply(LazyReply):
    """A reply that is sent whole, and reads its body anew for whoever asks, unless it is told to keep it.

    The journal keeps thousands of replies, and the library one for each recording: they have no second copy
    of what is recorded, and none of the fields that stand in the head for the wire.

    Args:
        reply: with a body, in one chunk without a delay.
        wire_head: of the reply, if it has one.
        recording: has this body.

    Attributes:
        kept: the body, if it is at hand.
    """

    __slots__ = ("_data", "_end", "_headers", "_start", "kept")
    _headers: Headers | None
    _data: bytes | bytearray
    _start: int
    _end: int
    kept: tuple[Chunk, ...] | None

    def __init__(self, reply: Reply, wire_head: WireHead | None, recording: Recording) -> None:
        _set(self, "status", reply.status)
        _set(self, "_headers", None if _stand_in(wire_head, reply.headers) else reply.headers)
        _set(self, "source", reply.source)
        _set(self, "ending", reply.ending)
        _set(self, "hold", reply.hold)
        _set(self, "usage", reply.usage)
        _set(self, "wire_head", wire_head)
        data, start, end = recording.response_place
        _set(self, "_data", data)
        _set(self, "_start", start)
        _set(self, "_end", end)
        _set(self, "kept", None)

    @property
    def headers(self) -> Headers:
        """The fields."""
        kept, head = self._headers, self.wire_head
        if kept is not None or head is None:
            return kept or ()
        lines = head.before.partition(_END)[0].split(b"\r\n")[1:]  # behind the status
        return tuple([(name, value) for name, _, value in [line.partition(b": ") for line in lines]])

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """The body in one piece."""
        return self.kept or (_new_chunk(Chunk, (0.0, bytes(self._data[self._start : self._end]))),)

    def keep(self) -> None:
        """Have the body at hand from now on."""
        _set(self, "kept", self.chunks)

    def let_go(self) -> None:
        """Read the body anew again."""
        _set(self, "kept", None)

    @property
    def body(self) -> bytes:
        """The body."""
        return self.kept[0].data if self.kept else bytes(self._data[self._start : self._end])


def _stand_in(wire_head: WireHead | None, headers: Headers) -> bool:
    """Whether fields can be read from a head again: a colon ends the name of each."""
    return wire_head is not None and b":" not in b"".join([name for name, _ in headers])
