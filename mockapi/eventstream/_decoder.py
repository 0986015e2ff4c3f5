"""Bytes to messages, every length and both checksums checked before anything is believed.

    what a frame must keep                           told as
    ----------------------------------------------   ---------------------------------------------
    the prelude's checksum, before a length counts   "the checksum of the prelude"
    16 bytes and the headers fit into its length     "lengths that contradict each other"
    the bounds of headers and payload                "more than"
    the message's checksum, before a header counts   "the checksum of the message"
    headers that fill their bytes exactly            "ends in the middle of", "no kind"
    names and texts in UTF-8, names not empty        "not UTF-8", "without a name"
    each name once                                   "twice"

The prelude is checked as soon as it is there, so a broken length never makes the decoder wait for, or
keep, bytes that belong to nothing. What follows a broken frame cannot be found: the first fault ends
the stream.
"""

from __future__ import annotations

import struct
from typing import NamedTuple, NoReturn
from uuid import UUID
from zlib import crc32

from mockapi.errors import FrameError
from mockapi.eventstream._message import (
    CHECKSUM_BYTES,
    FRAME_BYTES,
    INTEGERS,
    MAX_HEADERS_BYTES,
    MAX_PAYLOAD_BYTES,
    PRELUDE_BYTES,
    Header,
    Kind,
    Message,
    Value,
)


class Decoder:
    """An incremental decoder: pieces of bytes in, finished messages out.

    Time is linear in the bytes, whatever the pieces are. Memory is bounded by the largest message.

    Args:
        max_headers_bytes: bound of one message's headers.
        max_payload_bytes: bound of one message's payload.

    Attributes:
        offset: bytes of the stream before the message that is being read.
    """

    def __init__(
        self, *, max_headers_bytes: int = MAX_HEADERS_BYTES, max_payload_bytes: int = MAX_PAYLOAD_BYTES
    ) -> None:
        self.offset = 0
        self._max_headers = max_headers_bytes
        self._max_payload = max_payload_bytes
        self._buffer = bytearray()
        self._total: int | None = None  # of the frame that is being read, once its prelude was checked
        self._failure: FrameError | None = None
        self._ended = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages that this piece completes, in order.

        Raises:
            FrameError: a frame is broken. Messages that the same piece completed before it are returned
                first and the error is raised by the next call, so that the messages do not depend on
                how the bytes were cut.
            ValueError: the stream was ended before.
        """
        if self._ended:
            raise ValueError("This stream of frames was ended; a new stream needs a new Decoder.")
        if self._failure is not None:
            raise self._failure
        self._buffer += data
        messages: list[Message] = []
        at = 0
        try:
            while (message := self._message(at)) is not None:
                messages.append(message)
                at += self._total or 0
                self.offset += self._total or 0
                self._total = None
        except FrameError as error:
            self._failure = error
            self._buffer.clear()
            if not messages:
                raise
            return messages
        del self._buffer[:at]
        return messages

    def end(self) -> bool:
        """End the stream; an unfinished message is dropped.

        Returns:
            Whether something was dropped: True tells of a stream that was cut.

        Raises:
            FrameError: as `feed`, when the error is still to be told.
        """
        if self._failure is not None:
            raise self._failure
        self._ended = True
        return bool(self._buffer)

    def _message(self, at: int) -> Message | None:
        """The message at a place of the buffer; None while it is not whole."""
        have = len(self._buffer) - at
        if self._total is None:
            if have < PRELUDE_BYTES:
                return None
            self._total = self._checked_prelude(bytes(self._buffer[at : at + PRELUDE_BYTES]))
        if have < self._total:
            return None
        return self._decoded(bytes(memoryview(self._buffer)[at : at + self._total]))

    def _checked_prelude(self, prelude: bytes) -> int:
        total, headers, stated = struct.unpack("!III", prelude)
        computed = crc32(prelude[:8])
        if stated != computed:
            self._fail(8, f"the checksum of the prelude is {stated:08x}, and its bytes give {computed:08x}")
        payload = total - headers - FRAME_BYTES
        if payload < 0:
            self._fail(
                0,
                f"a frame of {total} bytes with {headers} bytes of headers: lengths that contradict each "
                f"other, since {FRAME_BYTES} bytes go to prelude and checksum",
            )
        if headers > self._max_headers:
            self._fail(4, f"headers of {headers:,} bytes, more than the limit of {self._max_headers:,}")
        if payload > self._max_payload:
            self._fail(0, f"a payload of {payload:,} bytes, more than the limit of {self._max_payload:,}")
        return int(total)

    def _decoded(self, frame: bytes) -> Message:
        end = len(frame) - CHECKSUM_BYTES
        (stated,) = struct.unpack_from("!I", frame, end)
        computed = crc32(memoryview(frame)[:end])
        if stated != computed:
            self._fail(end, f"the checksum of the message is {stated:08x}, and its bytes give {computed:08x}")
        (size,) = struct.unpack_from("!I", frame, 4)
        payload_at = PRELUDE_BYTES + size
        return Message(self._headers(frame[:payload_at]), frame[payload_at:end])

    def _headers(self, frame: bytes) -> tuple[Header, ...]:
        headers: list[Header] = []
        names: set[str] = set()
        at = PRELUDE_BYTES
        while at < len(frame):
            start = at
            name_end = at + 1 + frame[at]
            if name_end == at + 1:
                self._fail(start, "a header without a name")
            name = self._text(frame, at + 1, name_end, "the name of a header")
            if name in names:
                self._fail(start, f"the header {name!r} stands there twice")
            names.add(name)
            kind, at = self._kind(frame, name_end, name)
            value, at = self._value(frame, at, kind, name)
            headers.append(Header(name, kind, value))
        return tuple(headers)

    def _kind(self, frame: bytes, at: int, name: str) -> tuple[Kind, int]:
        (number,) = self._piece(frame, at, at + 1, f"the kind of the header {name!r}")
        try:
            return Kind(number), at + 1
        except ValueError:
            self._fail(at, f"the header {name!r} has the kind {number}, which does not exist: they end at 9")

    def _value(self, frame: bytes, at: int, kind: Kind, name: str) -> tuple[Value, int]:
        """A header's value, and where it ends."""
        what = f"the header {name!r}"
        if kind in (Kind.TRUE, Kind.FALSE):
            return kind is Kind.TRUE, at
        if kind in INTEGERS:
            end = at + INTEGERS[kind]
            return int.from_bytes(self._piece(frame, at, end, what), "big", signed=True), end
        if kind is Kind.UUID:
            return UUID(bytes=self._piece(frame, at, at + 16, what)), at + 16
        begin = at + 2
        end = begin + int.from_bytes(self._piece(frame, at, begin, what), "big")
        if kind is Kind.TEXT:
            return self._text(frame, begin, end, what), end
        return self._piece(frame, begin, end, what), end

    def _text(self, frame: bytes, begin: int, end: int, what: str) -> str:
        try:
            return self._piece(frame, begin, end, what).decode()
        except UnicodeDecodeError as error:
            self._fail(begin + error.start, f"{what} is not UTF-8")

    def _piece(self, frame: bytes, begin: int, end: int, what: str) -> bytes:
        if end > len(frame):
            self._fail(len(frame), f"the headers' bytes end in the middle of {what}")
        return frame[begin:end]

    def _fail(self, place: int, cause: str) -> NoReturn:
        raise FrameError(self.offset + place, cause)


class Reading(NamedTuple):
    """What can be read of a body.

    Attributes:
        messages: the whole ones, up to the first fault.
        ends: where the frame of each ends.
        failure: what is wrong behind the last one; None if nothing is.
    """

    messages: list[Message]
    ends: list[int]
    failure: FrameError | None


def read(body: bytes) -> Reading:
    """The messages of a body as far as they can be read."""
    decoder = Decoder()
    messages: list[Message] = []
    failure = None
    try:
        messages = decoder.feed(body)
        if decoder.end():
            failure = FrameError(len(body), f"the frame that begins at byte {decoder.offset} is cut")
    except FrameError as error:
        failure = error
    ends: list[int] = []
    for _ in messages:
        begin = ends[-1] if ends else 0
        ends.append(begin + int(struct.unpack_from("!I", body, begin)[0]))
    return Reading(messages, ends, failure)


def parse(body: bytes) -> list[Message]:
    """The messages of a whole body.

    Raises:
        FrameError: a frame is broken, or the last one is cut.
    """
    reading = read(body)
    if reading.failure is not None:
        raise reading.failure
    return reading.messages
