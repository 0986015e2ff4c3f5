"""Datadog's APM test agent: a JSON file for each exchange that its proxy recorded.

Source: ddapm-test-agent 1.69 (`vcr_proxy.py`).

    {"request":  {method, url, headers, body},
     "response": {"status": {code, message}, headers, body}}

A body that is not UTF-8, or has a NUL in it, is base64 behind `base64:`. Bodies are as `requests` decoded
them, whatever `content-encoding` says; one value of each field was kept. What the agent recorded before is
VCR.py's YAML.
"""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Draft, Exchange, Message, RecordedEntry, sides
from mockapi.cassettes.importers._fields import as_bytes, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path

TITLE = "dd-trace"
_BASE64: Final = "base64:"


def recognises(document: Any) -> bool:
    """Whether a document is one recorded exchange."""
    if not isinstance(document, dict) or not {"request", "response"} <= document.keys():
        return False
    request, response = document["request"], document["response"]
    status = response.get("status") if isinstance(response, dict) else None
    return (
        isinstance(request, dict) and {"method", "url", "body"} <= request.keys()
        and isinstance(status, dict) and "code" in status and "body" in response
    )  # fmt: skip


def read(document: Any) -> Iterator[RecordedEntry]:
    """The one exchange."""
    yield RecordedEntry(document["request"]["url"], partial(_exchange, document))


def _exchange(document: Any) -> Exchange:
    request, response = sides(document, ())
    return Draft(
        path=(),
        method=request["method"],
        url=request["url"],
        status=response["status"]["code"],
        request=Message(fields(request.get("headers")), _body(request["body"], ("request", "body"))),
        response=Message(fields(response.get("headers")), _body(response["body"], ("response", "body"))),
    ).finished()


def _body(text: Any, path: Path) -> bytes:
    if not isinstance(text, str):
        raise FormatError(path, "a body that is not text.", "Restore the file.")
    if not text.startswith(_BASE64):
        try:
            return as_bytes(text) or b""
        except ValueError as error:
            raise FormatError(path, f"{error}.") from error
    try:
        return base64.b64decode(text.removeprefix(_BASE64), validate=True)
    except binascii.Error as error:
        raise FormatError(path, f"content that is not base64 ({error}).", "Restore the file.") from error
