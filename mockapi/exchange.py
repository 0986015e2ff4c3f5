"""The two values that everything passes on: a `Request` comes in, a `Reply` goes out.

Both are immutable. Whatever can answer (a recording, a script, synthesis, an upstream)
returns a `Reply`; a fault or a speed is a function from `Reply` to `Reply`; the server only
plays a `Reply` onto the wire. Neither value knows of sockets, clocks or files.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from mockapi import jsontext

MESSAGES_PATH: Final = "/v1/messages"
"""Where messages are asked for; no surface has a path that begins with it."""
Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Header fields in wire order: lower-case names, values as they came."""


class Source(enum.StrEnum):
    """Where a reply came from: the value of the header `x-mockapi-source`."""

    RECORDED = "recorded"
    SCRIPTED = "scripted"
    SYNTHESIZED = "synthesized"
    FORWARDED = "forwarded"
    INVALID = "invalid"
    UNMATCHED = "unmatched"

    __hash__ = str.__hash__  # Enum's own is written in Python


class Ending(enum.StrEnum):
    """What happens to the connection after the last chunk."""

    CLEAN = "clean"  # the message ends as HTTP says it should
    RESET = "reset"  # the connection is torn down (RST), the body is not finished
    STALL = "stall"  # nothing more comes; the connection stays open until the client leaves
    CUT = "cut"  # the connection is closed in good order (FIN), whatever the framing promised
    HALF_CLOSE = "half-close"  # as CUT, but only the sending side: the client's still counts as open


class Chunk(NamedTuple):
    """A piece of the body and the seconds to wait before it is sent."""

    delay: float
    data: bytes


class WireHead(NamedTuple):
    """What stands before and after the body on the wire: status line, fields and chunk size; the end."""

    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Reply:
    """An answer, ready to be played.

    Attributes:
        status: HTTP status.
        headers: fields in wire order, right for this hop (no content-encoding, no connection).
        chunks: the body in the pieces it is sent in; none for an empty body.
        ending: how the body ends.
        source: who made it.
        hold: seconds before the status line is sent; the first chunk's delay comes on top.
        usage: the tokens in and out that the body states, where the maker of the reply knows them.
        wire_head: the rest of the wire, where the maker of the reply has it at hand. It is not handed
            on: what `replace` makes of this reply has other fields, and so needs another one.
    """

    status: int
    headers: Headers
    chunks: tuple[Chunk, ...]
    source: Source
    ending: Ending = Ending.CLEAN
    hold: float = 0.0
    usage: tuple[int, int] | None = field(default=None, repr=False, compare=False)
    wire_head: WireHead | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def body(self) -> bytes:
        """All chunks as one."""
        if len(self.chunks) == 1:
            return self.chunks[0].data
        return b"".join(chunk.data for chunk in self.chunks)

    def header(self, name: str) -> str | None:
        """The first value of a header field, `name` in lower case, or None."""
        return _header(self.headers, name)

    def with_headers(self, *fields: tuple[bytes, bytes]) -> Reply:
        """The same reply with fields added at the end."""
        return self.with_all_headers((*self.headers, *fields))

    def with_all_headers(self, headers: Headers) -> Reply:
        """The same reply with these fields and no others."""
        # Not `replace`, which takes three times as long: every synthesized reply comes by here.
        return Reply(self.status, headers, self.chunks, self.source, self.ending, self.hold, self.usage)

    def with_chunks(self, chunks: tuple[Chunk, ...]) -> Reply:
        """The same reply with its body in these pieces."""
        return Reply(self.status, self.headers, chunks, self.source, self.ending, self.hold, self.usage)


class _Unparsed(enum.Enum):
    UNPARSED = enum.auto()


_UNPARSED: Final = _Unparsed.UNPARSED


class Request:
    """A request as the client sent it, after content decoding.

    Not a dataclass because a request is made for every exchange and a frozen dataclass
    costs three times as much to make. Treat it as immutable all the same.

    Attributes:
        method: in upper case.
        path: without the session prefix, percent-encoding kept.
        query: without the question mark, as it came.
        headers: fields in wire order, names in lower case.
        body: the bytes after content decoding.
        asks_for_message: whether it asks the model for a message, which is what scripts answer and rate
            limits count.
        known: answers to questions about it that were worked out beforehand, elsewhere, because the
            body is large; by question. Whoever would work one out looks here first.
        spelled_as: the recording whose request has this very body, if the look-up has met one.
    """

    __slots__ = (
        *("_canonical", "_parsed", "asks_for_message", "body", "headers", "known", "method", "path", "query"),
        "spelled_as",
    )

    def __init__(
        self, method: str, path: str, query: str = "", headers: Headers = (), body: bytes = b""
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.asks_for_message = path == MESSAGES_PATH and method == "POST"
        self.known: dict[Any, Any] | None = None
        self.spelled_as: object = None
        self._parsed: Any = _UNPARSED
        self._canonical: Any = _UNPARSED

    def __reduce__(self) -> Any:
        """As it goes to another process: without its parsed body, which that one reads faster itself."""
        return _with_known, (self.method, self.path, self.query, self.headers, self.body, self.known)

    @property
    def parsed(self) -> Any:
        """The body as a JSON value, or a `jsontext.NotJSON` that says why it cannot be read."""
        if self._parsed is _UNPARSED:
            self._parsed = jsontext.parse(self.body)
        return self._parsed

    @property
    def canonical(self) -> bytes | None:
        """A JSON body in canonical form; None for any other, and for one that has none."""
        if self._canonical is _UNPARSED:
            value = self.parsed
            is_json = not isinstance(value, jsontext.NotJSON)
            self._canonical = jsontext.canonical(self.body, value) if is_json else None
        return self._canonical  # type: ignore[no-any-return] # as `jsontext.canonical` made it

    def without_parsed(self) -> Request:
        """This request as it is kept for long: its parsed body takes ten times the memory of the text."""
        if self._parsed is _UNPARSED and self.known is None:
            return self
        return Request(self.method, self.path, self.query, self.headers, self.body)

    def header(self, name: str) -> str | None:
        """The first value of a header field, `name` in lower case, or None."""
        return _header(self.headers, name)

    def __repr__(self) -> str:
        target = f"{self.path}?{self.query}" if self.query else self.path
        return f"<Request {self.method} {target} {len(self.body)} bytes>"


def _with_known(*fields: Any) -> Request:
    *of_request, known = fields
    request = Request(*of_request)
    request.known = known
    return request


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.encode("latin-1")
    for known, value in headers:
        if known == wanted:
            return value.decode("latin-1")
    return None
