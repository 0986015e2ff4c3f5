"""Go's httprr: requests and replies as on the wire, with their lengths in front.

Source: `internal/httprr/rr.go` of golang/oscar, and its copy in langchaingo, which also reads
`.httprr.gz` and several replies to one request.

    httprr trace v1
    N1 N2                    lengths in bytes, then that much request and that much response
    POST https://api.anthropic.com/v1/messages HTTP/1.1
    Host: ...
    ...

Go writes header fields sorted and spelled its own way. The body is what follows the head: framed
by chunks if the head says so, else by the lengths in the log. A file whose line ends were
converted is told as such, because that is what usually happens to these files.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import (
    Draft,
    Exchange,
    Loss,
    Message,
    RecordedEntry,
    bodiless,
    broken,
)
from mockapi.cassettes.importers._fields import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Fields
    from mockapi.options import Path

TITLE = "httprr"
MAGIC = b"httprr trace v1"
_LOST = frozenset({Loss.HEADER_ORDER, Loss.HEADER_NAMES})
_LENGTHS = re.compile(rb"(\d{1,12}) (\d{1,12})\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CONVERTED = "the lengths are not true: the line ends of the file were converted (git's autocrlf does that)."
_STATUS_LINE = re.compile(r"HTTP/[\d.]+ (\d{3})")


def recognises(text: bytes) -> bool:
    """Whether a file is a httprr log."""
    return text.partition(b"\n")[0].rstrip(b"\r") == MAGIC


def read(text: bytes) -> Iterator[RecordedEntry]:
    """The exchanges of a log. A fault in the lengths ends it: nothing behind it can be found."""
    records, sound = _records(text)
    converted = text.partition(b"\n")[0].endswith(b"\r") or b"\r\n" not in text
    if not sound and converted:
        # The lengths that seemed true may have cut at the wrong place: nothing here can be trusted.
        yield broken(
            FormatError(
                ("records", len(records)), _CONVERTED, "Restore it, with `*.httprr -text` in .gitattributes."
            )
        )
        return
    for index, (request, response) in enumerate(records):
        yield RecordedEntry(target(request), partial(_exchange, request, response, ("records", index)))
    if not sound:
        yield broken(
            FormatError(
                ("records", len(records)),
                "the lengths are not true: the file is truncated or was edited.",
                "Restore the file.",
            )
        )


def _records(text: bytes) -> tuple[list[tuple[bytes, bytes]], bool]:
    """Requests and responses, and whether the lengths were true up to the end."""
    records: list[tuple[bytes, bytes]] = []
    at = len(MAGIC) + text[len(MAGIC) :].find(b"\n") + 1
    while at < len(text):
        lengths = _LENGTHS.match(text, at)
        if lengths is None:
            return records, False
        middle = lengths.end() + int(lengths[1])
        at = middle + int(lengths[2])
        if at > len(text):
            return records, False
        records.append((text[lengths.end() : middle], text[middle:at]))
    return records, True


def _exchange(request: bytes, response: bytes, path: Path) -> Exchange:
    request_line, status_line = split_message(request)[0], split_message(response)[0]
    status = _STATUS_LINE.match(status_line)
    if status is None:
        raise FormatError(path, f"no HTTP in here: {request_line[:40]!r} and {status_line[:40]!r}.")
    _, request_fields, request_rest = whole_message(request, path)
    _, response_fields, response_rest = whole_message(response, path)
    method = request_line.partition(" ")[0]
    if not bodiless(method, int(status[1])):
        response_rest = unframed(response_fields, response_rest, (*path, "response"))
    return Draft(
        path=path,
        method=method,
        url=target(request),
        status=status[1],
        request=Message(request_fields, unframed(request_fields, request_rest, (*path, "request"))),
        response=Message(response_fields, response_rest),
        lost=_LOST,
    ).finished()


def target(request: bytes) -> str | None:
    """The URL of a request: as its line has it, or of its path and Host."""
    line, headers, _ = split_message(request)
    parts = line.split(" ")
    if len(parts) != 3:
        return None
    if not parts[1].startswith("/"):
        return parts[1]
    host = next((value for name, value in headers if name.lower() == "host"), "")
    return f"https://{host}{parts[1]}"


def split_message(message: bytes) -> tuple[str, Fields, bytes]:
    """The first line, the header fields and the rest of an HTTP/1 message."""
    # langchaingo's scrubbing takes the CR off the lines that it touches.
    head_end = _HEAD_END.search(message)
    head, body = (message[: head_end.start()], message[head_end.end() :]) if head_end else (message, b"")
    first, *lines = head.decode("latin-1").replace("\r", "").split("\n")
    return first, fields(lines), body


def whole_message(message: bytes, path: Path) -> tuple[str, Fields, bytes]:
    """The first line, the header fields and the rest of an HTTP/1 message whose head has an end.

    Raises:
        FormatError: it breaks off in the head.
    """
    if not _HEAD_END.search(message):
        raise FormatError(path, "a message that breaks off in its head.", "Restore the file.")
    return split_message(message)


def unframed(headers: Fields, rest: bytes, path: Path) -> bytes:
    """The body that stands behind a head, without its framing.

    Raises:
        FormatError: it is truncated.
    """
    lower = {name.lower(): value.lower() for name, value in headers}
    if "chunked" in lower.get("transfer-encoding", ""):
        return _unchunked(rest, path)
    length = lower.get("content-length", "")
    if length.isdigit() and int(length) > len(rest):
        raise FormatError(
            path, f"the body has {len(rest)} of {length} bytes: truncated.", "Restore the file."
        )
    return rest


def _unchunked(rest: bytes, path: Path) -> bytes:
    """A body without its chunked coding (RFC 9112, section 7.1). Go's own chunks: not the API's."""
    pieces: list[bytes] = []
    at = 0
    while True:
        line_end = rest.find(b"\r\n", at)
        try:
            size = int(rest[at:line_end].split(b";")[0], 16)
        except ValueError:
            size = -1
        start = line_end + 2
        if line_end < 0 or size < 0 or start + size > len(rest):
            raise FormatError(path, "the chunked body is truncated or damaged.", "Restore the file.")
        if size == 0:
            return b"".join(pieces)
        pieces.append(rest[start : start + size])
        at = start + size + 2
