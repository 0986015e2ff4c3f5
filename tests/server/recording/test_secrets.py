"""Whatever secret goes through the proxy, wherever it stands and however it is cut: no file has it."""

from __future__ import annotations

import gzip
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.storage import _files, _writer
from tests.support import secrets, streams
from tests.support.examples import examples
from tests.support.recording import Upstream, recorded, recording
from tests.support.server import RawClient
from tests.support.workers import one_process

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
JSON_HEAD = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"


class Setting:
    """An upstream that says what it is told next, the proxy before it, and all that was written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answer: list[bytes] = []
        self.base_url = ""
        self.written: list[bytes] = []

    def talk(self, _: Upstream, connection: socket.socket) -> None:
        """Say the pieces of the answer, each as a transport chunk of its own."""
        head, *pieces = self.answer
        connection.sendall(head + b"connection: close\r\n\r\n")
        for piece in pieces:
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    """The proxy, recording into one folder."""
    folder = tmp_path_factory.mktemp("recorded")
    made = Setting(folder)
    write = _files.write_atomically

    def spying(path: Path, data: bytes, *, durable: bool = True) -> None:
        made.written.append(data)
        write(path, data, durable=durable)

    with pytest.MonkeyPatch.context() as patch, Upstream(made.talk) as upstream:
        patch.setattr(_writer, "write_atomically", spying)
        with recording(upstream.url, folder / "r.yaml") as server:
            made.base_url = server.base_url
            yield made


def _streamed(text: str, cuts: list[int], *, as_input: bool) -> bytes:
    pieces = [text[start:end] for start, end in itertools.pairwise(cuts)]
    if as_input:
        block: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
        kind, member = "input_json_delta", "partial_json"
    else:
        block, kind, member = streams.text(""), "text_delta", "text"
    events = [
        streams.start(),
        streams.block_start(0, block),
        *(streams.delta(0, kind, **{member: piece}) for piece in pieces),
        streams.block_stop(0),
        streams.message_delta(),
        streams.STOP,
    ]
    return b"".join(b"event: %b\ndata: %b\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in events)


@one_process
@given(data=st.data())
@settings(max_examples=examples(80), suppress_health_check=[HealthCheck.too_slow])
def test_no_planted_secret_is_ever_written(setting: Setting, data: st.DataObject) -> None:
    """Headers, query, request, reply: the client gets the secret, the file and its drafts do not."""
    text, secret = data.draw(secrets.around())
    plain = text.replace("\n", " ").encode("ascii", "ignore").decode()
    form = data.draw(st.sampled_from(["text", "input", "json", "error", "gzip"]))
    if form in {"text", "input"}:
        said = text if form == "text" else json.dumps({"query": text, text: 1}, ensure_ascii=False)
        body = _streamed(said, data.draw(secrets.cuts(len(said))), as_input=form == "input")
        head = STREAM_HEAD
    else:
        body = json.dumps({"type": form, "error": {"message": text}}, ensure_ascii=False).encode()
        head = JSON_HEAD % (400 if form == "error" else 200)
    said_body = body
    if form == "gzip":
        body = gzip.compress(body)
        head += b"content-encoding: gzip\r\n"
    cuts = data.draw(secrets.cuts(len(body)))
    pieces = [body[start:end] for start, end in itertools.pairwise(cuts)]
    printable = "".join(char for char in plain if char.isprintable())
    setting.answer = [head + f"x-note: {printable}\r\nvia: {printable}\r\n".encode(), *pieces]
    asked = json.dumps({"messages": [{"role": "user", "content": text}], "deep": {text: [text]}})
    setting.written.clear()
    with RawClient(setting.base_url) as client:
        client.ask(
            "POST",
            f"/v1/messages?q={secrets.quoted(text)}",
            asked.encode(),
            ("authorization", f"Bearer {printable}"),
            ("x-api-key", printable),
            ("anthropic-beta", printable),
            *((("accept-encoding", "gzip"),) if form == "gzip" else ()),
        )
        assert client.read().body == body
    body = said_body
    assert setting.written
    for written in setting.written:
        _assert_absent(secret, written)
    for file in setting.folder.iterdir():
        _assert_absent(secret, file.read_bytes())
    last = recorded(setting.folder / "r.yaml").interactions[-1]
    assert len(last.response.body) == len(body)
    assert secret not in json.dumps(json.loads(last.request.body), ensure_ascii=False)


def _assert_absent(secret: str, written: bytes) -> None:
    assert secret.encode() not in written
    assert json.dumps(secret)[1:-1].encode() not in written
    assert secrets.quoted(secret).encode() not in written
