"""The Files API: upload, list, get, content, delete.

An upload is a multipart body whose part `file` is the file; a part without a file name makes a file
called `unnamed`. The live API refuses to give back what was uploaded ("is not downloadable", recorded
in 2026-08; the code is that of the official client); with the rules set to `live` it is so here too.
By default the bytes come back, because that is what a test of the round trip asks for, and the
metadata says so.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from mockapi.cassettes import split_multipart
from mockapi.messages import ERROR_CODES, IdFactory, IdKind
from mockapi.replies.endpoints._pages import Query, page_by_id, page_by_token, whole_number
from mockapi.replies.endpoints._records import File

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request
    from mockapi.replies.endpoints._context import EndpointContext
    from mockapi.replies.endpoints._store import ResourceStore

_PARAMETER: Final = re.compile(r';\s*([\w-]+\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
_EXPIRED: Final = "file_expired"
_UNNAMED: Final = "unnamed"
_BYTES: Final = "application/octet-stream"
_TOKENS_SINCE: Final = "2026-10-21"
_LONGEST: Final = 100 * 365 * 86_400  # seconds; what is kept longer than a century does not expire


def upload(request: Request, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """Take a file."""
    parts = split_multipart(request.header("content-type") or "", request.body)
    fields = {} if parts is None else {_parameters(part.headers).get("name", ""): part for part in parts}
    part = fields.get("file")
    if part is None:
        return context.error(400, "invalid_request_error", "file: Field required"), store
    wanted = fields["expires_in_seconds"].content if "expires_in_seconds" in fields else b""
    seconds = whole_number(wanted.decode("utf-8", "replace").strip(), -1)
    file = File(
        id=IdFactory(context.seed).make(IdKind.FILE, store.made),
        name=_parameters(part.headers).get("filename") or _UNNAMED,
        mime_type=_header(part.headers, "content-type") or _BYTES,
        created=context.time(),
        expires=context.time() + timedelta(seconds=seconds) if 0 <= seconds <= _LONGEST else None,
        content=context.keep(part.content),
    )
    return context.json(file.described(context)), store.with_file(file)


def list_files(request: Request, store: ResourceStore, context: EndpointContext) -> Reply:
    """The files, newest first: by page token in the newer version of the API, else by id."""
    query = Query(request.query)
    wanted = query.many("ids")
    found = [
        file.described(context)
        for file in list(store.files.values())[::-1]
        if (not wanted or file.id in wanted) and not file.has_expired(context)
    ]
    by_token = request.header("anthropic-version") == _TOKENS_SINCE or query.one("page") is not None
    return context.json((page_by_token if by_token else page_by_id)(found, query))


def get_file(id_: str, store: ResourceStore, context: EndpointContext) -> Reply:
    """A file's metadata."""
    file = _find(id_, store, context)
    return _unknown(id_, context) if file is None else context.json(file.described(context))


def get_content(id_: str, store: ResourceStore, context: EndpointContext) -> Reply:
    """A file's bytes."""
    kept = store.files.get(id_)
    if kept is not None and kept.has_expired(context):
        return context.error(404, "not_found_error", ERROR_CODES[_EXPIRED].message, _EXPIRED)
    file = _find(id_, store, context)
    if file is None:
        return _unknown(id_, context)
    if context.live:
        words = f"File '{id_}' is not downloadable"
        return context.error(400, "invalid_request_error", words, "file_not_downloadable")
    return context.body(file.content.read() if file.content else b"", file.mime_type)


def delete_file(id_: str, store: ResourceStore, context: EndpointContext) -> tuple[Reply, ResourceStore]:
    """Drop a file."""
    if _find(id_, store, context) is None:
        return _unknown(id_, context), store
    return context.json({"id": id_, "type": "file_deleted"}), store.without_file(id_)


def _find(id_: str, store: ResourceStore, context: EndpointContext) -> File | None:
    file = store.files.get(id_)
    if file is not None and file.has_expired(context):
        return None
    if file is None and context.lenient:
        return File(id_, _UNNAMED, _BYTES, context.time(), None, None)
    return file


def _unknown(id_: str, context: EndpointContext) -> Reply:
    if not id_.startswith("file_"):
        return context.error(400, "invalid_request_error", "File id must have `file_` prefix.")
    return context.not_found(f"File `{id_}` not found.")


def _header(lines: tuple[str, ...], name: str) -> str | None:
    return next((line[len(name) + 1 :].strip() for line in lines if line.startswith(f"{name}:")), None)


def _parameters(lines: tuple[str, ...]) -> dict[str, str]:
    """The parameters of a part's content-disposition; `filename*` (RFC 5987) stands in for `filename`."""
    found = {}
    for name, quoted, bare in _PARAMETER.findall(_header(lines, "content-disposition") or ""):
        found[name.lower()] = re.sub(r"\\(.)", r"\1", quoted) or bare
    charset, _, encoded = found.get("filename*", "").partition("'")
    if encoded and "filename" not in found:
        found["filename"] = unquote(encoded.partition("'")[2], _known(charset), "replace")
    return found


def _known(charset: str) -> str:
    return "latin-1" if charset.lower() == "iso-8859-1" else "utf-8"
