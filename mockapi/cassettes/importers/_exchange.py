"""What every importer makes: exchanges, and what the source had lost before we came.

An importer reads one format: a document in, entries out, one for each exchange it finds. An entry
knows its URL at once and makes the exchange when asked, because most of what a browser records is
not ours and need not be sound; what is ours and cannot be read is a `Fault` with place and cause.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from mockapi.cassettes._checks import Fault, Path
from mockapi.cassettes._model import Fields, Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.cassettes.importers._coding import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


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
}
"""What each loss means, for people."""


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
class Entry:
    """An exchange that a document holds, not read yet.

    Attributes:
        url: as the document has it, whatever that is.
        make: reads it; raises `Fault`.
        left_out: why the format's reader leaves it out, empty if it does not.
    """

    url: Any
    make: Callable[[], Exchange]
    left_out: str = ""


def broken(fault: Fault) -> Entry:
    """An entry of which no more than a fault is known."""

    def make() -> Exchange:
        raise fault

    return Entry(None, make)


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
            raise Fault(self.path, "no method and URL: not an HTTP exchange.")
        method = self.method.lstrip(":").upper()
        if not re.fullmatch("[A-Z]+", method):
            raise Fault((*self.path, "request"), f"{self.method!r} is no HTTP method.")
        _, path, query = split_url(self.url, self.path)
        status = _status(self.status, self.path)
        if self.response.body is None:
            raise Fault(
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
        body = self.request.body or b""
        request = RecordedRequest(
            method=method,
            path=path,
            query=query,
            headers=self.request.headers,
            body=_body(self.request, (*self.path, "request")) if body else b"",
        )
        when = moment(self.when) or moment(_header(self.response.headers, "date"))
        return Exchange(self.url, Interaction(request, response, when), self.lost | self._seen(response))

    def _seen(self, response: RecordedResponse) -> frozenset[Loss]:
        """The losses that show in the exchange itself."""
        seen = {Loss.CHUNKS} - ({Loss.CHUNKS} if self.chunks else set())
        if self.request.body is None:
            seen.add(Loss.REQUEST)
        if not self.request.headers:
            seen.add(Loss.REQUEST_HEADERS)
        names = list(dict.fromkeys(name for name, _ in response.headers))
        if not names:
            seen.add(Loss.RESPONSE_HEADERS)
        elif len(names) > 3 and names in (sorted(names), sorted(names, key=str.lower)):
            seen.add(Loss.HEADER_ORDER)
        if _lost_padding(response.body):
            seen.add(Loss.PADDING)
        return frozenset(seen)


def sides(item: Any, path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the response of an item that should be a mapping with both.

    Raises:
        Fault: it is not.
    """
    request = item.get("request") if isinstance(item, dict) else None
    response = item.get("response") if isinstance(item, dict) else None
    if not isinstance(request, dict) or not isinstance(response, dict):
        raise Fault(path, "no request and response: not an exchange.")
    return request, response


def url_in(item: Any, key: str) -> Any:
    """The URL of an item's request, under the key that the format has it; None if there is none."""
    request = item.get("request") if isinstance(item, dict) else None
    return request.get(key) if isinstance(request, dict) else None


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
        cause = f"{value!r} is no status of a finished reply: the call failed, or was cut off."
        raise Fault((*path, "response"), cause, "Record it again.")
    return status


def _body(message: Message, path: Path) -> bytes:
    body = message.body or b""
    if not message.encoded:
        return body
    try:
        return decoded(body, _header(message.headers, "content-encoding"))
    except ValueError as error:
        raise Fault((*path, "body"), f"{error}.", "Record it again, or restore the file.") from error


def _header(headers: Fields, name: str) -> str:
    return ", ".join(value for key, value in headers if key.lower() == name)


# URLs, header fields and time stamps --------------------------------------------------------------


def split_url(url: str, path: Path = ()) -> tuple[str, str, str]:
    """Host in lower case, path and query of a URL, percent-encoding kept.

    Raises:
        Fault: it is none.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise Fault((*path, "request"), f"{url!r} is no URL: {error}.") from error
    target = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return host, quote(target, safe="/%:@!$&'()*+,;=~"), parts.query


_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


def fields(value: Any) -> Fields:
    """Header fields in any of the forms that recorders keep them in.

    A mapping of names to a value or a list of values; a list of {name, value}, of pairs, or of
    `Name: value` lines. HTTP/2's own (`:status`) are left out; a browser's several values in one,
    a line each, become several fields again.
    """
    return tuple(_clean(_pairs(value)))


def _pairs(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item.get("name"), item.get("value")
            elif isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
                yield item[0], item[1]
            elif isinstance(item, str):
                name, _, content = item.partition(":")
                yield name, content
            elif isinstance(item, list):  # a set of pairs, as VCR.py before 1.0 kept them
                yield from _pairs(item)


def _clean(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in pairs:
        if not isinstance(name, str) or not _NAME.fullmatch(name.strip()):
            continue
        for content in value if isinstance(value, list) else [value]:
            text = content.decode("latin-1") if isinstance(content, bytes) else content
            for line in ("" if text is None else str(text)).strip().split("\n"):
                yield name.strip(), _CONTROL.sub("", line).strip()


_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:(Z|z|GMT|UTC)|([-+]\d\d):?(\d\d))?"
)


def moment(value: Any) -> str | None:
    """A time stamp of any of the usual spellings as RFC 3339; None if it is none of them."""
    if not isinstance(value, str):
        return None
    match = _RFC_3339.fullmatch(value.strip())
    if match is not None:
        zone = f"{match[4]}:{match[5]}" if match[4] else "Z"
        return f"{match[1]}T{match[2]}{zone}"
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
    return _utc(zoned)


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_bytes(value: Any) -> bytes | None:
    """A body that may be text, bytes or nothing.

    Raises:
        ValueError: text that no bytes stand for.
    """
    if value is None or isinstance(value, bytes):
        return value
    try:
        return str(value).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a surrogate pair in the body: no UTF-8 stands for it") from error
