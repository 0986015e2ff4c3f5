"""Go's txtar archives with HTTP exchanges: files of text in one text, a request before its response.

Source: golang.org/x/tools/txtar (its package documentation).

    a comment, up to the first marker
    -- NAME.request --
    POST https://api.anthropic.com/v1/messages HTTP/1.1
    ...
    -- NAME.response --
    HTTP/1.1 200 OK
    ...

The format knows nothing of HTTP, and every tool names its files its own way: what begins with a request
line is a request, what begins with a status line its response. The format ends each file with a line end;
where a head has the length, it tells whether that is the body's. An archive with something else in it is
refused as a whole.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Draft, Exchange, Message, RecordedEntry, broken
from mockapi.cassettes.importers.httprr import target, unframed, whole_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Fields
    from mockapi.options import Path

TITLE = "txtar"
_MARKER: Final = re.compile(rb"^-- (.+?) --\r?\n", re.MULTILINE)
_ASKED: Final = re.compile(rb"[A-Z]+ \S+ HTTP/[\d.]+\r?\n")
_ANSWERED: Final = re.compile(rb"HTTP/[\d.]+ (\d{3})\b")


def recognises(text: bytes) -> bool:
    """Whether a text is an archive that has a request or a response."""
    return any(_ASKED.match(body) or _ANSWERED.match(body) for _, body in _files(text))


def _files(text: bytes) -> list[tuple[str, bytes]]:
    marks = list(_MARKER.finditer(text))
    if not marks:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        (mark[1].decode("utf-8", "replace").strip(), text[mark.end() : end])
        for mark, end in zip(marks, ends, strict=True)
    ]


def read(text: bytes) -> Iterator[RecordedEntry]:
    """The exchanges of an archive: each request with the response behind it."""
    files = _files(text)
    wrong = [name for at, (name, body) in enumerate(files) if not (_ASKED, _ANSWERED)[at % 2].match(body)]
    if wrong or len(files) % 2:
        name = wrong[0] if wrong else files[-1][0]
        cause = f"the file {name!r:.80} is not the request or response that should stand here."
        fault = FormatError((), cause, "Restore the archive, or import what is in it.")
        for asked in filter(_ASKED.match, (body for _, body in files)):  # whose requests they are decides
            yield RecordedEntry(target(asked), partial(_refused, fault))
        if not any(_ASKED.match(body) for _, body in files):
            yield broken(fault)
        return
    for at in range(0, len(files), 2):
        (name, asked), (_, answered) = files[at : at + 2]
        yield RecordedEntry(target(asked), partial(_exchange, asked, answered, (name,)))


def _refused(fault: FormatError) -> Exchange:
    raise fault


def _exchange(asked: bytes, answered: bytes, path: Path) -> Exchange:
    line, request_fields, request_rest = whole_message(asked, path)
    _, response_fields, response_rest = whole_message(answered, path)
    status = _ANSWERED.match(answered)
    return Draft(
        path=path,
        method=line.partition(" ")[0],
        url=target(asked),
        status=status[1].decode() if status else None,
        request=Message(request_fields, _body(request_fields, request_rest, path)),
        response=Message(response_fields, _body(response_fields, response_rest, path)),
    ).finished()


def _body(headers: Fields, rest: bytes, path: Path) -> bytes:
    """A body without the line end that the archive put behind it."""
    length = next((value for name, value in headers if name.lower() == "content-length"), "")
    body = unframed(headers, rest, path)
    if length.isdigit():
        return body[: int(length)]
    # Streams end with an empty line of their own, JSON with a brace.
    return body.removesuffix(b"\n") if body.endswith(b"}\n") else body
