"""The Files API: upload, list, get, content, delete.

An upload is a multipart body whose part `file` is the file; a part without a file name makes a file
called `unnamed`. The live API lets nobody download what was uploaded ("is not downloadable", recorded
in 2026-08); with the rules set to `live` it is so here too. By default the bytes come back, because
that is what a test of the round trip asks for, and the metadata says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from mockapi.cassettes import split_multipart
from mockapi.messages import IdFactory, Kind
from mockapi.replies.surface._pages import Query, page_by_id, page_by_token, whole_number

if TYPE_CHECKING:
    from datetime import datetime

    from mockapi.exchange import Reply, Request
    from mockapi.replies.surface._shelf import Blob, Scene, Shelf

_PARAMETER: Final = re.compile(r';\s*([\w-]+\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
_UNNAMED: Final = "unnamed"
_BYTES: Final = "application/octet-stream"
_TOKENS_SINCE: Final = "2026-10-21"
_LONGEST: Final = 100 * 365 * 86_400  # seconds; what is kept longer than a century does not expire


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file.

    Attributes:
        id: of it.
        name: as it was uploaded.
        mime_type: as the upload said.
        created: when.
        expires: when it goes; None keeps it.
        content: its bytes.
    """

    id: str
    name: str
    mime_type: str
    created: datetime
    expires: datetime | None
    content: Blob | None

    def has_expired(self, scene: Scene) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires <= scene.time()

    def described(self, scene: Scene) -> dict[str, Any]:
        """The metadata, as the API has it."""
        shown: dict[str, Any] = {
            "type": "file",
            "id": self.id,
            "size_bytes": self.content.size if self.content else 0,
            "created_at": _time(self.created),
            "filename": self.name,
            "mime_type": self.mime_type,
            "downloadable": not scene.live,
        }
        if self.expires is not None:
            shown["expires_at"] = _time(self.expires)
        return shown


def upload(request: Request, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """Take a file."""
    parts = split_multipart(request.header("content-type") or "", request.body)
    fields = {} if parts is None else {_parameters(part.headers).get("name", ""): part for part in parts}
    part = fields.get("file")
    if part is None:
        return scene.error(400, "invalid_request_error", "file: Field required"), shelf
    wanted = fields["expires_in_seconds"].content if "expires_in_seconds" in fields else b""
    seconds = whole_number(wanted.decode("utf-8", "replace").strip(), -1)
    file = File(
        id=IdFactory(scene.seed).make(Kind.FILE, shelf.made),
        name=_parameters(part.headers).get("filename") or _UNNAMED,
        mime_type=_header(part.headers, "content-type") or _BYTES,
        created=scene.time(),
        expires=scene.time() + timedelta(seconds=seconds) if 0 <= seconds <= _LONGEST else None,
        content=scene.keep(part.content),
    )
    return scene.json(file.described(scene)), shelf.with_file(file)


def list_files(request: Request, shelf: Shelf, scene: Scene) -> Reply:
    """The files, newest first: by page token in the newer version of the API, else by id."""
    query = Query(request.query)
    wanted = query.many("ids")
    found = [
        file.described(scene)
        for file in list(shelf.files.values())[::-1]
        if (not wanted or file.id in wanted) and not file.has_expired(scene)
    ]
    by_token = request.header("anthropic-version") == _TOKENS_SINCE or query.one("page") is not None
    return scene.json((page_by_token if by_token else page_by_id)(found, query))


def get_file(id_: str, shelf: Shelf, scene: Scene) -> Reply:
    """A file's metadata."""
    file = _find(id_, shelf, scene)
    return _unknown(id_, scene) if file is None else scene.json(file.described(scene))


def get_content(id_: str, shelf: Shelf, scene: Scene) -> Reply:
    """A file's bytes."""
    file = _find(id_, shelf, scene)
    if file is None:
        return _unknown(id_, scene)
    if scene.live:
        return scene.error(400, "invalid_request_error", f"File '{id_}' is not downloadable")
    return scene.body(file.content.read() if file.content else b"", file.mime_type)


def delete_file(id_: str, shelf: Shelf, scene: Scene) -> tuple[Reply, Shelf]:
    """Drop a file."""
    if _find(id_, shelf, scene) is None:
        return _unknown(id_, scene), shelf
    return scene.json({"id": id_, "type": "file_deleted"}), shelf.without_file(id_)


def _find(id_: str, shelf: Shelf, scene: Scene) -> File | None:
    file = shelf.files.get(id_)
    if file is not None and file.has_expired(scene):
        return None
    if file is None and scene.lenient:
        return File(id_, _UNNAMED, _BYTES, scene.time(), None, None)
    return file


def _unknown(id_: str, scene: Scene) -> Reply:
    return scene.not_found(f"File not found: {id_}")


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


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}000Z"
