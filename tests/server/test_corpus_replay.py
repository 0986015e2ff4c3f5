"""Everything recorded comes back to the byte, over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

import mockapi
from tests.support import corpus
from tests.support.shared import say

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.shared import Row

INTERACTIONS = 441
STREAMS = 161

pytestmark = pytest.mark.corpus


def test_every_exact_recording_is_replayed_to_the_byte(tmp_path: Path) -> None:
    """Each recorded request, sent again in its order, gets the recorded status and bytes."""
    files = corpus.write_cassettes(tmp_path)
    replayed = streams = 0
    with (
        mockapi.Server(allowed_folders=[str(tmp_path)]) as server,
        httpx.Client(base_url=server.base_url) as client,
    ):
        for path, rows in files.items():
            opened = client.post("/_mockapi/sessions", json={"cassettes": [str(path)], "name": path.stem})
            assert opened.status_code == 201, opened.text
            for row in rows:
                reply = _send(client, opened.json()["base_url"], row)
                assert reply.headers["x-mockapi-source"] == "recorded", row.id
                assert (reply.status_code, reply.content) == (row.fields["status"], _expected(row)), row.id
                replayed += 1
                streams += row.is_sse
            closed = client.delete(f"/_mockapi/sessions/{opened.json()['id']}")
            assert closed.status_code == 200
    say(f"replayed to the byte: {replayed} of {INTERACTIONS}, {streams} of them streams")
    assert (replayed, streams) == (INTERACTIONS, STREAMS)


def _send(client: httpx.Client, base_url: str, row: Row) -> httpx.Response:
    headers = [
        (name, value)
        for name, value in row.fields["request_headers"]
        if name.lower() not in {"host", "content-length", "connection", "accept-encoding"}
    ]
    return client.request(
        row.fields["method"],
        base_url + (row.fields["uri_path"] or "/v1/messages"),
        content=row.request,
        headers=headers,
    )


def _expected(row: Row) -> bytes:
    return b"" if row.fields["method"] == "HEAD" else row.response
