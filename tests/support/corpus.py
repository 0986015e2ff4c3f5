"""Recorded traffic as cassettes: the rows of one original file become one cassette."""

from __future__ import annotations

import base64
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockapi.cassettes import (
    Cassette,
    Interaction,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    dump,
)
from tests.support.shared import Row, exact_rows

if TYPE_CHECKING:
    from pathlib import Path

_CREDENTIALS = {"x-api-key", "authorization", "cookie"}


def by_file() -> dict[str, list[Row]]:
    """The rows that replay must reproduce, by the file they came from, in their order there."""
    files: dict[str, list[Row]] = defaultdict(list)
    for row in exact_rows():
        files[f"{row.fields['repo']}/{row.fields['path']}"].append(row)
    return dict(files)


def write_cassettes(folder: Path) -> dict[Path, list[Row]]:
    """Write one cassette per original file; what went into each."""
    written = {}
    for number, (name, rows) in enumerate(by_file().items()):
        path = folder / f"{number:03d}.yaml"
        path.write_bytes(dump(Cassette(name, tuple(map(interaction_of, rows)))))
        written[path] = rows
    return written


def interaction_of(row: Row) -> Interaction:
    """A row as an interaction."""
    target = urlsplit(row.fields["uri_path"] or "/v1/messages")
    chunks = row.fields.get("response_chunks") or []
    return Interaction(
        request=RecordedRequest(
            method=row.fields["method"],
            path=target.path,
            query=target.query,
            headers=tuple(
                (name, value)
                for name, value in row.fields["request_headers"]
                if name.lower() not in _CREDENTIALS
            ),
            body=row.request or b"",
        ),
        response=RecordedResponse(
            status=row.fields["status"],
            headers=tuple((name, value) for name, value in row.fields["response_headers"]),
            body=row.response,
            chunks=tuple(RecordedChunk(0.0, len(base64.b64decode(chunk))) for chunk in chunks),
        ),
    )
