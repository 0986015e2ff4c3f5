"""What every importer makes: exchanges, and what the source had lost before we came.

An importer reads one format: a document in, entries out, one for each exchange it finds. An entry
knows its URL at once and makes the exchange when asked, because most of what a browser records is
not ours and need not be sound; what is ours and cannot be read is a `FormatError` with place and cause.
"""

from __future__ import annotations

import enum
import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import Fields, Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.cassettes.importers._coding import decoded
from mockapi.cassettes.importers._fields import moment, split_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.options import Path


class Loss(enum.StrEnum):
    """Something the real exchange had and the source does not."""

    CHUNKS = "chunks"
    HEADER_ORDER = "header order"
    HEADER_NAMES = "header spelling"
    PADDING = "padding"
    REQUEST = "request"
    REQUEST_HEADERS = "request headers"
    RESPONSE_HEADERS = "response headers"
    ORDER = "order"
    BODY = "bytes"
    REST = "part of a reply"


LOSSES: Final = {
    Loss.CHUNKS: "transport chunks and their timing: a stream is replayed in one piece",
    Loss.HEADER_ORDER: "the order of header fields: they stand sorted by name",
    Loss.HEADER_NAMES: "the spelling of header names (case)",
    Loss.PADDING: "white space in JSON: the recorder parsed bodies and wrote them again",
    Loss.REQUEST: "request bodies: such recordings match by less than the whole request, or not at all",
    Loss.REQUEST_HEADERS: "request headers",
    Loss.RESPONSE_HEADERS: "response headers: mockapi adds those that clients need",
    Loss.ORDER: "the order of interactions: they stand sorted by request",
    Loss.BODY: "the replies' bytes: ids, usage, pings and events are made up around the recorded content",
    Loss.REST: "bytes of a reply: its content-length announces others than the recorder kept",
}
"""What each loss means, for people."""

STREAM_HEADERS: Final = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-cache"),
)
JSON_HEADERS: Final = (("content-type", "application/json"),)
"""Of replies whose own were lost: what a client needs to read them."""

_REPLACED = "\ufffd".encode()
_ENCODING_OVERHEAD: Final = 64
"""Bytes that gzip's frame and a few flushes add at most to a body that hardly compresses."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its reply, and where it went.

    Attributes:
        url: as recorded, host included.
        interaction: with everything but an origin.
        lost: what the source lacks of this exchange.
        ours: it was a cassette's before: nothing is to be added to it.
    """

    url: str
    interaction: Interaction
    lost: frozenset[Loss] = frozenset()
    ours: bool = False


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """An exchange that a document holds, not read yet.

    Attributes:
        url: as the document has it, whatever that is.
        make: reads it; raises `FormatError`.
        left_out: why the format's reader leaves it out, empty if it does not.
    """

    url: Any
    make: Callable[[], Exchange]
    left_out: str = ""


def broken(fault: FormatError, left_out: str = "") -> RecordedEntry:
    """An entry that cannot be read, and perhaps need not be."""

    def make() -> Exchange:
        raise fault

    return RecordedEntry(None, make, left_out)


@dataclass(frozen=True, slots=True)
class Message:
    """One side of an exchange as a recorder kept it.

    Attributes:
        headers: as pairs.
        body: the bytes, content encoding and all; None if the recorder did not keep them.
        encoded: whether a content-encoding header may still be true of the body.
    """

    headers: Fields
    body: bytes | None
    encoded: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """An exchange under construction: `finished` checks and completes it.

    Attributes:
        path: where it stands in the document, for messages.
        status: as recorded; anything but 200 to 599 is a fault.
        when: the recorder's own time stamp, in any of the usual spellings.
        chunks: sizes of the transport chunks of the decoded body, if they were kept.
    """

    path: Path
    method: Any
    url: Any
    status: Any
    request: Message
    response: Message
    when: Any = None
    chunks: tuple[RecordedChunk, ...] = ()
    lost: frozenset[Loss] = field(default_factory=frozenset)

    def finished(self) -> Exchange:
        """The exchange.

        Raises:
            Fault: no method, URL, status or body; a body that cannot be decoded.
        """
        if not isinstance(self.url, str) or not isinstance(self.method, str):
            raise FormatError(self.path, "no method and URL: not an HTTP exchange.")
        method = self.method.lstrip(":").upper()
        if not re.fullmatch("[A-Z]+", method):
            raise FormatError((*self.path, "request"), f"{self.method!r} is not an HTTP method.")
        status = _status(self.status, self.path)
        _, path, query = split_url(self.url, self.path)
        if self.response.body is None and not bodiless(method, status):
            raise FormatError(
                (*self.path, "response"),
                "the reply has no body.",
                "Record or export it again with bodies ('with content').",
            )
        response = RecordedResponse(
            status=status,
            headers=self.response.headers,
            body=_body(self.response, (*self.path, "response")),
            chunks=self.chunks,
        )
        if _is_packed(response):
            cause = "the reply is compressed, and no header says so."
            raise FormatError(
                (*self.path, "response"), cause, "Restore its content-encoding, or record it again."
            )
        body = self.request.body or b""
        request = RecordedRequest(
            method=method,
            path=path,
            query=query,
            headers=self.request.headers,
            body=_body(self.request, (*self.path, "request")) if body else b"",
        )
        when = moment(self.when) or moment(_header(self.response.headers, "date"))
        return Exchange(
            self.url, Interaction(request, response, when), self.lost | self._seen(method, response)
        )

    def _seen(self, method: str, response: RecordedResponse) -> frozenset[Loss]:
        """The losses that show in the exchange itself."""
        seen = {Loss.CHUNKS} - ({Loss.CHUNKS} if self.chunks else set())
        if self.request.body is None:
            seen.add(Loss.REQUEST)
        if not self.request.headers and Loss.REQUEST not in self.lost:
            seen.add(Loss.REQUEST_HEADERS)
        names = list(dict.fromkeys(name for name, _ in response.headers))
        if not names:
            seen.add(Loss.RESPONSE_HEADERS)
        elif len(names) > 3 and names in (sorted(names), sorted(names, key=str.lower)):
            seen.add(Loss.HEADER_ORDER)
        if Loss.BODY not in self.lost and _lost_padding(response.body):
            seen.add(Loss.PADDING)
        if not {Loss.PADDING, Loss.BODY} & self.lost and _cut_short(method, response):
            seen.add(Loss.REST)
        return frozenset(seen)


def sides(item: Any, path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the response of an item that should be a mapping with both.

    Raises:
        Fault: it is not.
    """
    request = item.get("request") if isinstance(item, dict) else None
    response = item.get("response") if isinstance(item, dict) else None
    if not isinstance(request, dict) or not isinstance(response, dict):
        raise FormatError(path, "no request and response: not an exchange.")
    return request, response


def url_in(item: Any, key: str) -> Any:
    """The URL of an item's request, under the format's key for it; None without one."""
    request = item.get("request") if isinstance(item, dict) else None
    return request.get(key) if isinstance(request, dict) else None


def bodiless(method: str, status: int) -> bool:
    """Whether a reply ends with its head, whatever its fields say (RFC 9112, section 6.3)."""
    return method == "HEAD" or status in {204, 304}


def _is_packed(response: RecordedResponse) -> bool:
    """Whether a reply that should be text is gzip data: the field that told so is gone."""
    kind = _header(response.headers, "content-type")
    if kind and "json" not in kind and not kind.startswith("text/"):
        return False
    return response.body.startswith(b"\x1f\x8b") and _begins_as_gzip(response.body)


def _begins_as_gzip(body: bytes) -> bool:
    """Whether the beginning can be inflated: two bytes alone may be anything."""
    try:
        return bool(zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body[:4096], 1))
    except zlib.error:
        return False


def _cut_short(method: str, response: RecordedResponse) -> bool:
    """Whether a reply has not the bytes that it announced: fewer, or U+FFFD in their place.

    A recorder that decodes a body may keep the length of the encoded one, which is the smaller of
    the two unless the body hardly compresses: the length that it would have then counts as complete.
    """
    length = _header(response.headers, "content-length")
    if not re.fullmatch("[0-9]{1,15}", length) or bodiless(method, response.status):
        return False
    if _header(response.headers, "content-encoding"):
        return False
    replaced = response.body.count(_REPLACED)
    if replaced and int(length) == len(response.body) - replaced * (len(_REPLACED) - 1):
        return True
    if int(length) <= len(response.body):
        return False
    grown = int(length) - len(zlib.compress(response.body, 9))
    return not 0 <= grown <= _ENCODING_OVERHEAD


def _lost_padding(body: bytes) -> bool:
    """Whether a stream has none of the blanks that the API puts before last braces.

    They are 0 to 15 at random, so eight events without any are chance once in 4 billion times.
    """
    return body.startswith((b"event:", b"data:")) and body.count(b"data:") >= 8 and b" }\n" not in body


def _status(value: Any, path: Path) -> int:
    try:
        status = int(str(value).split()[0])
    except (ValueError, IndexError):
        status = 0
    if not 200 <= status <= 599:
        cause = f"{value!r} is not the status of a finished reply: the call failed, or was cut off."
        raise FormatError((*path, "response"), cause, "Record it again.")
    return status


def _body(message: Message, path: Path) -> bytes:
    body = message.body or b""
    if not message.encoded:
        return body
    try:
        return decoded(body, _header(message.headers, "content-encoding"))
    except ValueError as error:
        raise FormatError((*path, "body"), f"{error}.", "Record it again, or restore the file.") from error


def _header(headers: Fields, name: str) -> str:
    return ", ".join(value for key, value in headers if key.lower() == name)
