"""Recording holds up nobody: what is dear of it is done elsewhere, and done once."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from mockapi import Request
from mockapi.cassettes import _encode
from mockapi.server.recording import Upstream, _upstream
from tests.support.recording import Upstream as RawUpstream
from tests.support.recording import recorded, recording, saying
from tests.support.server import ask, message

if TYPE_CHECKING:
    from pathlib import Path


def _answer(body: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    )


@pytest.mark.slow
def test_the_text_of_a_large_reply_is_written_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file holds it, though this process cannot write any."""
    body = json.dumps({"text": "word " * 40_000}).encode()
    with RawUpstream(saying(_answer(body))) as upstream, recording(upstream.url, tmp_path / "r") as server:
        monkeypatch.setattr(_encode, "emit", None)
        assert ask(server.base_url, message("hi")).content == body
        (only,) = recorded(tmp_path / "r").interactions
    assert only.response.body == body


def test_the_client_of_the_upstream_is_made_once_and_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """To read the certificates takes a tenth of a second."""
    made: list[bool] = []

    def make() -> httpx.AsyncClient:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            made.append(True)
        else:
            made.append(False)
        answered = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(b"{}")))
        return httpx.AsyncClient(transport=answered)

    monkeypatch.setattr(_upstream, "_client", make)

    async def ask_twice() -> list[int]:
        upstream = Upstream("http://localhost:1")
        asked = [upstream.ask(Request("POST", "/v1/messages")) for _ in range(2)]
        incoming = await asyncio.gather(*asked)
        for each in incoming:
            await each.done
        await upstream.aclose()
        return [each.status for each in incoming]

    assert asyncio.run(ask_twice()) == [200, 200]
    assert made == [True]
