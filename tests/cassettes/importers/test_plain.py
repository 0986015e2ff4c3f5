"""Plain bodies: a .sse or .json file that is nothing but a reply."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.cassettes import Index, Recording
from mockapi.cassettes.importers import Loss, import_recording
from mockapi.exchange import Request
from tests.support.foreign import ANSWER, STREAM, as_json

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
    "data lines alone": (b'data: {"type":"message_start","message":{}}\n\n', "POST", "/v1/messages", 200),
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
    recordings = [Recording(cassette, 0, number) for number, cassette in enumerate(cassettes) if cassette]
    index = Index(recordings)

    def found(body: Any) -> list[Recording]:
        track = index.find_looser(Request("POST", "/v1/messages", "", (), as_json(body)))
        return track.recordings if track else []

    assert found({"model": "x", "messages": []}) == recordings[:2]
    assert found({"stream": False}) == recordings[:2]
    assert found({"stream": True, "system": "y"}) == recordings[2:]


FAULTY = {
    "no JSON in it": (b"data: [DONE]\n\n", "not the API's"),
    "somebody else's": (b'data: {"type":"response.created"}\n\n', "of something else"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_stream_of_something_else_is_told(name: str) -> None:
    """Not every event stream is one of messages."""
    text, words = FAULTY[name]
    imported = import_recording(text, "a.sse")
    assert imported.cassette is None
    assert words in imported.broken[0]
