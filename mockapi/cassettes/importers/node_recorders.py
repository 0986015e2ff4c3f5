"""What recorders for Node write beside HAR: nock, MSW with msw-snapshot, and Polly.js' stores.

Source: nock 13 and 14 (`recorder`, `back`), msw-snapshot 5, Polly.js 6 (`persister`,
`persister-local-storage`); and what each of them wrote here.

    nock            [{scope, method, path, body, status, response, rawHeaders, reqheaders, responseIsBinary}]
    msw-snapshot    {"request":  {method, url, body, headers: [[name, value]], cookies: []},
                     "response": {status, statusText, headers: [[name, value]], body}}
    Polly.js        {RECORDING-ID: HAR}, or {KEY: that as JSON text}, as a browser's storage holds it

nock parses JSON on both sides and writes it again. An encoded reply is a list of hexadecimal chunks, a
binary one hexadecimal text; fields are a flat list of names and values (13) or a mapping (14). msw-
snapshot's replies are decoded text, whatever `content-encoding` says.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers import har
from mockapi.cassettes.importers._exchange import Draft, Exchange, Loss, Message, RecordedEntry, broken, sides
from mockapi.cassettes.importers._fields import as_bytes, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Fields
    from mockapi.options import Path

NOCK: Final = "nock"
MSW: Final = "MSW"
POLLY: Final = "Polly.js store"
_GZIP: Final = b"\x1f\x8b"
_NOCK_KEYS: Final = {"scope", "method", "path", "response"}


def recognises_nock(document: Any) -> bool:
    """Whether a document has nock's definitions."""
    return isinstance(document, list) and any(
        isinstance(item, dict) and item.keys() >= _NOCK_KEYS for item in document
    )


def read_nock(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges that nock recorded."""
    for index, item in enumerate(document):
        if not isinstance(item, dict) or not item.keys() >= _NOCK_KEYS:
            yield broken(FormatError((index,), "not a definition of nock's.", "Restore the file."))
            continue
        yield RecordedEntry(f"{item['scope']}{item['path']}", partial(_nock, item, (index,)))


def _nock(item: dict[str, Any], path: Path) -> Exchange:
    headers = _flat(item.get("rawHeaders", item.get("headers")))
    reply = item["response"]
    binary = bool(item.get("responseIsBinary"))
    is_json = not isinstance(reply, str) and not _is_hex_list(reply, headers)
    return Draft(
        path=path,
        method=item["method"],
        url=f"{item['scope']}{item['path']}",
        status=item.get("status", 200),
        request=Message(_flat(item.get("reqheaders")), _nock_body(item.get("body"), path)),
        response=Message(headers, _nock_reply(reply, headers, path, binary=binary)),
        lost=frozenset({Loss.PADDING} if is_json else ()),
    ).finished()


def _flat(value: Any) -> Fields:
    """Fields that may stand in a flat list, a name before its value."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        if len(value) % 2:
            raise FormatError(("rawHeaders",), "a name without a value.", "Restore the file.")
        return fields(
            [{"name": name, "value": one} for name, one in zip(value[::2], value[1::2], strict=True)]
        )
    return fields(value)


def _is_hex_list(reply: Any, headers: Fields) -> bool:
    encoded = any(name.lower() == "content-encoding" for name, _ in headers)
    if not isinstance(reply, list) or not all(isinstance(piece, str) for piece in reply):
        return encoded and not isinstance(reply, str)
    return encoded or bool(reply and reply[0].startswith(_GZIP.hex()))


def _nock_body(body: Any, path: Path) -> bytes:
    if body is None or isinstance(body, str):
        return as_bytes(body) or b""
    if isinstance(body, dict | list):
        return jsontext.compact(body)
    raise FormatError((*path, "body"), "a body that is neither text nor JSON.", "Restore the file.")


def _nock_reply(reply: Any, headers: Fields, path: Path, *, binary: bool) -> bytes:
    try:
        if _is_hex_list(reply, headers):
            return _joined(reply, headers)
        if isinstance(reply, str):
            return bytes.fromhex(reply) if binary else as_bytes(reply) or b""
    except (ValueError, TypeError) as error:
        raise FormatError((*path, "response"), f"a body that nock does not write ({error}).") from error
    return jsontext.compact(reply)


def _joined(chunks: list[str], headers: Fields) -> bytes:
    """Encoded data from its chunks."""
    body = b"".join(map(bytes.fromhex, chunks))
    encodings = [value for name, value in headers if name.lower() == "content-encoding"]
    if encodings == ["gzip"] and not body.startswith(_GZIP):
        raise ValueError("its first chunk is missing")
    return body


def recognises_msw(document: Any) -> bool:
    """Whether a document is a snapshot of msw-snapshot's."""
    if not isinstance(document, dict) or not {"request", "response"} <= document.keys():
        return False
    request, response = document["request"], document["response"]
    return (
        isinstance(request, dict) and {"method", "url", "body", "headers"} <= request.keys()
        and isinstance(response, dict) and {"status", "statusText", "body"} <= response.keys()
        and isinstance(response["status"], int)
    )  # fmt: skip


def read_msw(document: Any) -> Iterator[RecordedEntry]:
    """The one exchange of a snapshot."""
    yield RecordedEntry(document["request"]["url"], partial(_msw, document))


def _msw(document: Any) -> Exchange:
    request, response = sides(document, ())
    asked, answered = request["body"], response["body"]
    if not isinstance(asked, str | None) or not isinstance(answered, str):
        raise FormatError((), "a body that is not text.", "Restore the file.")
    return Draft(
        path=(),
        method=request["method"],
        url=request["url"],
        status=response["status"],
        request=Message(fields(request["headers"]), as_bytes(asked) or b"", encoded=False),
        response=Message(fields(response.get("headers")), as_bytes(answered), encoded=False),
    ).finished()


def recognises_polly(document: Any) -> bool:
    """Whether a document is a store of Polly's: recordings by their ids."""
    return bool(_recordings(document))


def read_polly(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of all recordings of a store."""
    for recording in _recordings(document):
        yield from har.read(recording)


def _recordings(document: Any) -> list[Any]:
    """The HAR documents of a store; none if it has anything else."""
    if not isinstance(document, dict) or not document or har.recognises(document):
        return []
    found: list[Any] = []
    for value in document.values():
        is_text = isinstance(value, str) and value[:1] == "{"
        inner = jsontext.parse_exactly(value.encode(errors="surrogatepass")) if is_text else value
        if har.recognises(inner):
            found.append(inner)
        elif inner is not value and isinstance(inner, dict) and _recordings(inner):
            found += _recordings(inner)
        else:
            return []
    return found
