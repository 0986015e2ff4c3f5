"""Bytes to events: the "event stream interpretation" of the HTML standard, section 9.2.6.

The standard's text, rule by rule, and where it is kept:

    rule of the standard                                        kept by
    ---------------------------------------------------------   ---------------------------------
    the stream is decoded as UTF-8; bad bytes become U+FFFD,    `_take`: each line is decoded by
      one for each maximal subpart                                itself, errors replaced; a line
                                                                  end never lies inside a sequence
    one leading U+FEFF is ignored, a second is not              `_without_bom`, also when split
    a line ends at CRLF, LF or CR, and at nothing else          `feed`: `bytes.splitlines`, which
                                                                  knows no other line ends
    a CRLF that is cut in two is one line end                   `_after_cr`
    an empty line dispatches the event                          `_take`
    a line that starts with a colon is ignored                  `_take`: its field name is empty
    the name ends at the first colon; one space after it        `_take`: `partition`, then
      is dropped; no colon means an empty value                   `removeprefix`
    field names are compared literally, case counts             `_take`
    event: sets the type                                        `_type`
    data: appends the value and a line feed                     `_data`
    id: sets the last event id, unless the value has a NUL      `_id`
    retry: sets the time if the value is ASCII digits only      `retry`
    any other field is ignored                                  `_take`
    dispatch sets the last event id even if there is no data    `_take`
    no data at all (not: empty data): no event, type forgotten  `_take`: the list of lines is empty
    the final line feed of the data is dropped                  lines are joined, not terminated
    the type is "message" unless one was set                    `_take`
    at the end of the stream an unfinished event is dropped     `end`

A CR ends its line when it is seen and the LF that may follow is swallowed later, so an event is
delivered by the chunk that ends it; waiting for the byte after a CR would hold it back.

Two bounds are this parser's own. The lines of one event may hold `max_event_bytes`; a comment
counts only while it is being read, so any number of them is harmless. And a retry time of more
than 18 digits, thirty million years, is ignored, as any other that is not a number.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mockapi.errors import EventStreamError

MAX_EVENT_BYTES: Final = 64 * 1024 * 1024
"""Default bound of one event; twice the largest request body that the API takes."""

_BOM: Final = b"\xef\xbb\xbf"
_CR: Final = 0x0D
_LF: Final = 0x0A
_RETRY_DIGITS: Final = 18


class Event(NamedTuple):
    """One dispatched event.

    Attributes:
        type: the `event` field, "message" without one.
        data: the `data` fields, joined by line feeds.
        id: the last event id when the event was dispatched; ids persist until they are replaced.
    """

    type: str
    data: str
    id: str = ""


class Parser:
    """An incremental parser: chunks of bytes in, finished events out.

    Time is linear in the bytes, whatever the chunks are. Memory is bounded by a small multiple
    of `max_event_bytes`.

    Attributes:
        last_event_id: what a reconnecting client would send as `Last-Event-ID`; "" if unset.
        retry: the reconnection time in milliseconds, None if the stream has not set one.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.last_event_id = ""
        self.retry: int | None = None
        self._limit = max_event_bytes
        self._head: bytes | None = b""  # the first bytes while they may be a BOM, then None
        self._after_cr = False
        self._line = bytearray()  # the line that no line end has finished yet
        self._data: list[str] = []
        self._data_bytes = 0
        self._type = ""
        self._id = ""
        self._failure: EventStreamError | None = None
        self._ended = False
        self._dropped = False

    def feed(self, data: bytes) -> list[Event]:
        """The events that this chunk completes, in order.

        Raises:
            EventStreamError: an event is larger than `max_event_bytes`. Events that the same
                chunk completed before it are returned first and the error is raised by the next
                call, so that the events do not depend on how the bytes were cut.
            ValueError: the stream was ended before.
        """
        if self._ended:
            raise ValueError("This event stream was ended; a new stream needs a new Parser.")
        if self._failure is not None:
            raise self._failure
        if self._head is not None:
            data = self._without_bom(data)
        if self._after_cr and data:
            self._after_cr = False
            if data[0] == _LF:
                data = data[1:]
        if not data:
            return []
        lines = data.splitlines()
        last = data[-1]
        self._after_cr = last == _CR
        unfinished = b"" if last in (_CR, _LF) else lines.pop()
        if lines and self._line:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        events: list[Event] = []
        try:
            for line in lines:
                self._take(line, events)
            self._line += unfinished
            self._check_size(self._line)
        except EventStreamError as error:
            self._failure = error
            self._forget()
            if not events:
                raise
        return events

    def end(self) -> bool:
        """End the stream; an unfinished event is dropped.

        Returns:
            Whether something was dropped: True tells of a stream that was cut. Ending again
            changes nothing and returns the same.

        Raises:
            EventStreamError: as `feed`, when the error is still to be told.
        """
        if self._failure is not None:
            raise self._failure
        if not self._ended:
            self._ended = True
            self._dropped = bool(self._head or self._line or self._data or self._type)
            self._forget()
        return self._dropped

    def _without_bom(self, data: bytes) -> bytes:
        head = (self._head or b"") + data
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head.removeprefix(_BOM)

    def _take(self, line: bytes, events: list[Event]) -> None:
        if not line:
            self.last_event_id = self._id
            if self._data:
                events.append(Event(self._type or "message", "\n".join(self._data), self._id))
                self._data = []
                self._data_bytes = 0
            self._type = ""
            return
        self._check_size(line)
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._data_bytes += len(line)
        elif name == "event":
            self._type = value
        elif name == "id":
            if "\0" not in value:
                self._id = value
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) <= _RETRY_DIGITS:
            self.retry = int(value)

    def _check_size(self, line: bytes | bytearray) -> None:
        size = self._data_bytes + len(line)
        if size > self._limit:
            raise EventStreamError(
                f"An event of this stream holds {size} bytes so far, more than the limit of {self._limit}; "
                f"the line that went beyond it begins with {bytes(line[:40])!r}. Either the stream is broken "
                "(no blank line ends the event) or the parser needs a larger max_event_bytes."
            )

    def _forget(self) -> None:
        self._head = None
        self._line.clear()
        self._data = []
        self._data_bytes = 0
        self._type = ""


def parse(data: bytes) -> list[Event]:
    """The events of a whole body; what no blank line ends is dropped, as the standard says."""
    return Parser(max_event_bytes=len(data)).feed(data)
