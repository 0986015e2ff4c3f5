"""Plain bodies: a .sse or .json file that is nothing but a reply."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.cassettes import Index, Recording, Recordings
from mockapi.cassettes.importers import Loss, import_recording
from mockapi.exchange import Request
from tests.support.foreign import ANSWER, STREAM, as_json, gzipped

OVERLOADED = b'{"type":"error","error":{"type":"overloaded_error","message":"x"}}'
BATCH = {"type": "message_batch", "id": "msgbatch_1"}
REPLIES: dict[str, tuple[bytes, str, str, int]] = {
    "a message": (ANSWER, "POST", "/v1/messages", 200),
    "an error": (OVERLOADED, "POST", "/v1/messages", 529),
    "tokens": (b'{"input_tokens":14}', "POST", "/v1/messages/count_tokens", 200),
    "a completion": (b'{"type":"completion","completion":"x","model":"c"}', "POST", "/v1/complete", 200),
    "a model": (b'{"type":"model","id":"claude-x"}', "GET", "/v1/models/claude-x", 200),
    "a batch": (as_json(BATCH), "GET", "/v1/messages/batches/msgbatch_1", 200),
    "a stream": (STREAM, "POST", "/v1/messages", 200),
    "a stream of completions": (
        b'event: completion\r\ndata: {"type":"completion","completion":"x"}\r\n\r\n',
        "POST", "/v1/complete", 200,
    ),
    "a stream of an error": (b'event: error\ndata: {"type":"error"}\n\n', "POST", "/v1/messages", 200),
    "data lines alone": (
        b'data: {"type":"message_start","message":{}}\n\ndata: {"type":"message_stop"}\n\n',
        "POST", "/v1/messages", 200,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_tells_where_it_came_from(name: str) -> None:
    """Endpoint and status follow from the reply; its bytes are the file's; the request is told as lost."""
    text, method, path, status = REPLIES[name]
    imported = import_recording(text, "replies/hello.body")
    assert imported.broken == ()
    assert imported.name == "replies/hello.body.yaml"
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.request.method, interaction.request.path) == (method, path)
    assert (interaction.response.status, interaction.response.body) == (status, text)
    assert {Loss.REQUEST, Loss.RESPONSE_HEADERS} & set(imported.lost) == {Loss.REQUEST}
    assert imported.streams == ("stream" in name or "data lines" in name)


def test_the_last_line_end_is_the_editors() -> None:
    """A JSON reply has no line end; a stream ends with a blank line."""
    imported = import_recording(ANSWER + b"\n", "a.json")
    assert imported.cassette is not None
    assert imported.cassette.interactions[0].response.body == ANSWER
    assert import_recording(STREAM, "a.sse").name == "a.sse.yaml"


def test_any_request_of_the_same_kind_gets_the_reply() -> None:
    """Whether a stream is asked for is all that counts; replies come in the order of the files."""
    cassettes = [
        import_recording(body, name).cassette
        for name, body in (
            ("1.json", ANSWER),
            ("2.json", b'{"type":"message","content":[]}'),
            ("3.sse", STREAM),
        )
    ]
    recordings = Recordings(filter(None, cassettes))
    index = Index(recordings)

    def found(body: Any) -> list[Recording]:
        track = index.find_relaxed(Request("POST", "/v1/messages", "", (), as_json(body)))
        return list(track.recordings) if track else []

    assert found({"model": "x", "messages": []}) == list(recordings[:2])
    assert found({"stream": False}) == list(recordings[:2])
    assert found({"stream": True, "system": "y"}) == list(recordings[2:])


FAULTY = {
    "no JSON in it": (b"data: [DONE]\n\n", "not the API's"),
    "somebody else's": (b'data: {"type":"response.created"}\n\n', "of something else"),
    "the first half": (b'data: {"type":"message_start","message":{}}\n\n', "breaks off behind message_start"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_stream_of_something_else_is_told(name: str) -> None:
    """An event stream may hold something other than messages."""
    text, words = FAULTY[name]
    imported = import_recording(text, "a.sse")
    assert imported.cassette is None
    assert words in imported.broken[0]


HEAD = b"HTTP/1.1 529 Overloaded\r\nContent-Type: application/json\r\nrequest-id: req_1\r\n"
STREAM_HEAD = b"HTTP/2 200\r\ncontent-type: text/event-stream\r\n"
WHOLE = {
    "JSON": (HEAD + b"\r\n" + OVERLOADED + b"\n", OVERLOADED, 529),
    "a stream": (STREAM_HEAD + b"\r\n" + STREAM, STREAM, 200),
    "behind 100": (b"HTTP/1.1 100 Continue\r\n\r\n" + STREAM_HEAD + b"\r\n" + STREAM, STREAM, 200),
    "framing taken off": (
        STREAM_HEAD + b"transfer-encoding: chunked\r\n\r\n" + STREAM, STREAM, 200,
    ),
    "framing left on": (
        STREAM_HEAD + b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(STREAM), STREAM),
        STREAM, 200,
    ),
    "gzip": (HEAD + b"content-encoding: gzip\r\n\r\n" + gzipped(OVERLOADED), OVERLOADED, 529),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_reply_with_its_head_keeps_status_and_fields(name: str) -> None:
    """What `curl -i` prints is a reply that lost only its request."""
    text, body, status = WHOLE[name]
    imported = import_recording(text, "a.sse")
    assert (imported.format, imported.broken) == ("HTTP reply", ())
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert (interaction.response.status, interaction.response.body) == (status, body)
    assert "content-type" in {field.lower() for field, _ in interaction.response.headers}


@pytest.mark.parametrize(
    "text", [HEAD + b"\r\n<html>", HEAD + b"content-encoding: gzip\r\n\r\n" + gzipped(OVERLOADED)[:-9]]
)
def test_a_head_before_something_else_is_told(text: bytes) -> None:
    """A page of a proxy, damaged data: a fault with the cause."""
    assert len(import_recording(text, "a.sse").broken) == 1


def test_editors_marks_and_comments_hide_nothing() -> None:
    """A byte order mark is left out of the JSON; a stream may begin with a comment, an id, a retry."""
    marked = import_recording(b"\xef\xbb\xbf" + ANSWER, "a.json")
    assert marked.cassette is not None
    assert marked.cassette.interactions[0].response.body == ANSWER
    for before in (b": hello\n\n", b"id: 1\nretry: 5\n", b"\xef\xbb\xbf\r\n"):
        assert import_recording(before + STREAM, "a.sse").kept == 1
