"""Ruby VCR and R vcr: YAML or JSON with `http_interactions`. One wrote the format, one took it over.

Source: vcr 6.4 for Ruby (`structs.rb`, the serializers and persisters; `structs/` of its 1.x
line), vcr 0.2 to 2.1 for R (`serialize-body.R`, `serialize-interaction.R`).

    http_interactions:
    - request:  {method, uri, headers, body: {encoding, string | base64_string}}
      response: {status: {code, message}, headers, body: {...}}
      recorded_at: Wed, 19 Aug 2026 14:34:12 GMT
    recorded_with: VCR 6.4.0

Ruby's text bodies were transcoded to UTF-8 for the file and are transcoded back. Its compressing
serializer and persister wrap the same YAML in zlib or gzip. VCR 1.x wrote a list of
`!ruby/struct:VCR::HTTPInteraction` with plain strings as bodies. R writes the status as a number
(once: `status_code`), leaves request headers out, keeps a multipart request only as the names of
its `fields`, and may have put a body into a `file` of its own.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from functools import partial
from typing import TYPE_CHECKING, Any

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Draft, Exchange, Loss, Message, RecordedEntry, sides, url_in
from mockapi.cassettes.importers._fields import as_bytes, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path

RUBY = "Ruby VCR"
R = "R vcr"


def recognises_ruby(document: Any) -> bool:
    """Whether a document is of Ruby's VCR."""
    return (_items(document) is not None and not recognises_r(document)) or _is_version_1(document)


def recognises_r(document: Any) -> bool:
    """Whether a document is of R's vcr: `recorded_with` names its R packages."""
    if _items(document) is None:
        return False
    by = str(document.get("recorded_with", ""))
    return by.startswith(("vcr/", "VCR-vcr/")) or "webmockr" in by


def read_ruby(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a Ruby cassette, whose header names were all capitalized."""
    items = document if isinstance(document, list) else document["http_interactions"]
    return _read(items, frozenset({Loss.HEADER_NAMES}))


def read_r(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of an R cassette."""
    return _read(document["http_interactions"], frozenset())


def _items(document: Any) -> list[Any] | None:
    items = document.get("http_interactions") if isinstance(document, dict) else None
    return items if isinstance(items, list) else None


def _is_version_1(document: Any) -> bool:
    if not isinstance(document, list) or not document or not isinstance(document[0], dict):
        return False
    request = document[0].get("request")
    return (
        isinstance(request, dict) and isinstance(request.get("method"), str) and request["method"][:1] == ":"
    )


def _read(items: list[Any], lost: frozenset[Loss]) -> Iterator[RecordedEntry]:
    for index, item in enumerate(items):
        path: Path = ("http_interactions", index)
        yield RecordedEntry(url_in(item, "uri"), partial(_exchange, item, path, lost))


def _exchange(item: Any, path: Path, lost: frozenset[Loss]) -> Exchange:
    request, response = sides(item, path)
    status = response.get("status")
    if isinstance(status, dict):
        status = status.get("code", status.get("status_code"))
    return Draft(
        path=path,
        method=request.get("method"),
        url=request.get("uri"),
        status=status,
        request=Message(fields(request.get("headers")), _body(request, (*path, "request"))),
        response=Message(fields(response.get("headers")), _body(response, (*path, "response")) or b""),
        when=item.get("recorded_at"),
        lost=lost,
    ).finished()


def _body(message: dict[str, Any], path: Path) -> bytes | None:
    """The bytes of a body; None where the recorder kept no more than that there was one."""
    body = message.get("body")
    where = (*path, "body")
    if isinstance(body, dict):
        # R's YAML says yes and no, which are words of YAML 1.1 only; `string` is the path then.
        if body.get("file") not in {None, False, "", "no", "false"}:
            path_there = body.get("string") or body["file"]
            raise FormatError(
                where, f"the body is in another file, {path_there!r}.", "Record it again into one."
            )
        if "base64_string" in body:
            return _base64(body["base64_string"], where)
        if "string" in body:
            return _transcoded(body["string"], body.get("encoding"), where)
        return None
    try:
        return as_bytes(body) or b""
    except ValueError as error:
        raise FormatError(where, f"{error}.") from error


def _base64(value: Any, path: Path) -> bytes:
    if isinstance(value, bytes):  # tagged as binary on top
        value = value.decode("latin-1")
    if not isinstance(value, str):
        raise FormatError(path, "`base64_string` is not text.", "Restore the file.")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error as error:
        raise FormatError(path, f"`base64_string` is not base64: {error}.", "Restore the file.") from error


def _transcoded(value: Any, encoding: Any, path: Path) -> bytes:
    try:
        if isinstance(value, str) and encoding:
            codec = codecs.lookup(str(encoding)).name
            return value.encode(codec)
    except (LookupError, UnicodeEncodeError):
        pass  # ASCII-8BIT, Ruby's word for bytes; or text that was never in that encoding
    try:
        return as_bytes(value) or b""
    except ValueError as error:
        raise FormatError(path, f"{error}.") from error
