"""PHP-VCR: a YAML or JSON list of exchanges.

Source: php-vcr 1.4 to 1.8 (`Request`, `Response`, `Storage`).

    - request:  {method, url, headers: {Host: ...}, body, post_files, post_fields}
      response: {status: {http_version, code, message}, headers, body, curl_info}
      index: 0

Before 1.5 the status was a number. Bodies are as curl gave them to the program: decoded where it asked for
that.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes.importers._exchange import Draft, Exchange, Message, RecordedEntry, sides, url_in
from mockapi.cassettes.importers._fields import as_bytes, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLE = "PHP-VCR"


def recognises(document: Any) -> bool:
    """Whether a document is a cassette of PHP-VCR's."""
    if not isinstance(document, list):
        return False
    return any(_is_exchange(item) for item in document)


def _is_exchange(item: Any) -> bool:
    request = item.get("request") if isinstance(item, dict) else None
    response = item.get("response") if isinstance(item, dict) else None
    return (
        isinstance(request, dict) and "url" in request and isinstance(response, dict) and "status" in response
    )


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a cassette."""
    for index, item in enumerate(document):
        yield RecordedEntry(url_in(item, "url"), partial(_exchange, item, index))


def _exchange(item: Any, index: int) -> Exchange:
    request, response = sides(item, (index,))
    status = response.get("status")
    posted = request.get("post_fields") or request.get("post_files")
    try:
        asked = as_bytes(request.get("body"))
        answered = as_bytes(response.get("body")) or b""
    except ValueError as error:
        raise FormatError((index,), f"{error}.") from error
    return Draft(
        path=(index,),
        method=request.get("method"),
        url=request.get("url"),
        status=status.get("code") if isinstance(status, dict) else status,
        request=Message(fields(request.get("headers")), asked if asked is not None or posted else b""),
        response=Message(fields(response.get("headers")), answered),
    ).finished()
