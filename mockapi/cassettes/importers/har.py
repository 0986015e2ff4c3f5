"""HAR 1.2, as browsers, proxies, Polly.js and mockapi itself write it.

Source: the HAR 1.2 specification (Odvarko); mitmproxy 11 (`savehar.py`); Polly.js 6 (`persister`,
`adapter-node-http`, `adapter-fetch`) and its change log for what came before.

    log: {version, creator: {name}, entries: [{startedDateTime, request, response, timings}]}
    request:  {method, url, headers: [{name, value}], postData: {mimeType, text, params}}
    response: {status, headers, content: {mimeType, text, encoding: base64}}

The content of a reply is decoded, and text is what its charset said; the exception is Polly's
node-http adapter, which keeps an encoded reply as a JSON list of its transport chunks, each in
base64 (hexadecimal before Polly 6). Some persisters of Polly write the same as YAML. mockapi's
own export adds `_mockapi` to an entry: what HAR has no place for. A reply without content where
there was some is an export without content, as a browser's export of an event stream often is.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import RecordedChunk
from mockapi.cassettes.importers._coding import decoded, decoded_sizes
from mockapi.cassettes.importers._exchange import Draft, Exchange, Message, RecordedEntry, sides, url_in
from mockapi.cassettes.importers._fields import as_bytes, fields
from mockapi.cassettes.importers._har_extras import as_written, restored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path

TITLE = "HAR"
_POLLY = "Polly.JS"
_CHARSET = re.compile(r"charset=\"?([\w-]+)", re.IGNORECASE)


def recognises(document: Any) -> bool:
    """Whether a document is a HAR file."""
    log = document.get("log") if isinstance(document, dict) else None
    return isinstance(log, dict) and isinstance(log.get("entries"), list)


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a log."""
    log = document["log"]
    creator = log.get("creator")
    polly = isinstance(creator, dict) and creator.get("name") == _POLLY
    for index, entry in enumerate(log["entries"]):
        path: Path = ("entries", index)
        yield RecordedEntry(url_in(entry, "url"), partial(_exchange, entry, path, polly=polly))


def _exchange(entry: Any, path: Path, *, polly: bool) -> Exchange:
    request, response = sides(entry, path)
    own = entry.get("_mockapi")
    read_fields = as_written if isinstance(own, dict) else fields
    body: bytes | None = None
    chunks: tuple[RecordedChunk, ...] = ()
    if response.get("status"):
        try:
            body, chunks = _content(response, polly=polly, own=isinstance(own, dict))
        except (ValueError, LookupError) as error:
            raise FormatError((*path, "response", "content"), f"{error}.", "Export it again.") from error
    exchange = Draft(
        path=path,
        method=request.get("method"),
        url=request.get("url"),
        status=response.get("status"),
        request=Message(read_fields(request.get("headers")), _post_data(request, path), encoded=False),
        response=Message(read_fields(response.get("headers")), body, encoded=False),
        when=entry.get("startedDateTime"),
        chunks=chunks,
    ).finished()
    return restored(exchange, own, path)


def _content(
    response: dict[str, Any], *, polly: bool, own: bool
) -> tuple[bytes | None, tuple[RecordedChunk, ...]]:
    """The decoded body, and its transport chunks if it is one of Polly's encoded ones."""
    content = response.get("content")
    if not isinstance(content, dict):
        content = {}
    text = content.get("text")
    encodings = [
        value for name, value in fields(response.get("headers")) if name.lower() == "content-encoding"
    ]
    encoding = ", ".join(encodings)
    if text is None:
        if content.get("_file") is not None:
            raise ValueError(
                f"the content is in another file, {content['_file']!r}: record with content embedded"
            )
        # Polly leaves the text out where it is empty, whatever size the header announced.
        return (b"" if polly or _is_empty(response, content) else None), ()
    if polly and encoding and isinstance(text, str) and text.startswith("["):
        pieces = jsontext.parse(text.encode())
        if isinstance(pieces, list) and all(isinstance(piece, str) for piece in pieces):
            found = _encoded_chunks(pieces, content, encoding)
            if found is not None:
                return found
    form = _form(content)
    if form:
        data = _bytes(str(text), form)
        # A writer that could not decode the body has kept it encoded.
        return (data if own else decoded(data, encoding)), ()
    return _as_sent(str(text), "" if own else str(content.get("mimeType") or "")), ()


def _is_empty(response: dict[str, Any], content: dict[str, Any]) -> bool:
    """Whether a reply without text had none: its sizes say so (HAR's -1 is "not known").

    Browsers write the size 0 of streams, too, whose text they did not keep. JSON and streams are never empty.
    """
    kind = str(content.get("mimeType") or "").lower()
    if response.get("status") != _NOTHING_CHANGED and ("json" in kind or "event-stream" in kind):
        return False
    sizes = content.get("size"), response.get("bodySize")
    return 0 in sizes and not any(map(_size, sizes))


def _encoded_chunks(
    pieces: list[str], content: dict[str, Any], encoding: str
) -> tuple[bytes, tuple[RecordedChunk, ...]] | None:
    """Body and chunks; None if the pieces are a list of texts, not encoded data."""
    form = _form(content) or ("hex" if all(map(_HEX.fullmatch, pieces)) else "base64")
    chunks = [_bytes(piece, form) for piece in pieces]
    joined = b"".join(chunks)
    body = decoded(joined, encoding)
    if body == joined and encoding.lower() != "identity" and joined:
        return None
    if encoding.lower() not in {"gzip", "x-gzip"}:
        return body, ()
    sizes = [size for size in decoded_sizes(chunks) if size]
    if sum(sizes) != len(body):  # a second gzip member
        return body, ()
    return body, tuple(RecordedChunk(0.0, size) for size in sizes)


_NOTHING_CHANGED = 304
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")


def _form(content: dict[str, Any]) -> str:
    """How text stands for bytes: base64, hex, or empty for text that is text."""
    form = str(content.get("encoding") or ("hex" if content.get("_isBinary") else "")).lower()
    return "" if form in {"utf8", "utf-8"} else form


def _bytes(text: str, form: str) -> bytes:
    if form == "base64":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except binascii.Error as error:
            raise ValueError(f"content that is not base64 ({error})") from error
    if form == "hex":
        return bytes.fromhex(text)
    raise ValueError(f"content in the encoding {form!r}, which HAR does not know")


def _as_sent(text: str, content_type: str) -> bytes:
    charset = _CHARSET.search(content_type)
    if charset is not None:
        try:
            return text.encode(charset[1])
        except (LookupError, UnicodeEncodeError):
            pass
    return as_bytes(text) or b""


def _post_data(request: dict[str, Any], path: Path) -> bytes | None:
    """The request's body; None if there was one and the writer did not keep it."""
    data = request.get("postData")
    if not isinstance(data, dict):
        data = {}
    text = data.get("text")
    if text is None and "textJSON" in data:  # what persisters that write YAML make of JSON
        return jsontext.compact(data["textJSON"])
    if text is None:
        return None if _size(request.get("bodySize")) > 0 or data else b""
    try:
        # HAR 1.2 knows no encoding here; writers name it as in a reply's content, with and without a mark.
        form = str(data.get("_encoding") or data.get("encoding") or "")
        return _bytes(str(text), form) if form else as_bytes(text) or b""
    except ValueError as error:
        raise FormatError((*path, "request", "postData"), f"{error}.") from error


def _size(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < math.inf else 0
