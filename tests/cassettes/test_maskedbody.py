"""Bodies are masked where they stand: JSON, streams cut into deltas, and any other bytes."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockapi.cassettes import as_request
from mockapi.cassettes.redaction import redact, redact_interaction, sightings, signed_secrets
from mockapi.messages import accumulate, decode_events, encode_events
from tests.support import secrets, streams
from tests.support.redaction import KEY, MASK, exchange, index_of


def _pieces(text: str, cuts: list[int]) -> list[str]:
    return [text[start:end] for start, end in itertools.pairwise(cuts)]


SIGNED = [
    {"type": "thinking", "thinking": f"the key is {KEY}", "signature": f"c2ln{KEY}"},
    {"type": "redacted_thinking", "data": KEY},
    {"type": "web_search_result", "encrypted_content": KEY},
]


@pytest.mark.parametrize("block", SIGNED, ids=lambda block: block["type"])
def test_signed_content_is_never_touched(block: dict[str, Any]) -> None:
    """Thinking, signatures and encrypted content stay as they are; a secret there is reported."""
    body = {"messages": [{"role": "assistant", "content": [block]}]}
    reply = json.dumps({"type": "message", "content": [block]}).encode()
    interaction = exchange(body, reply=reply)
    redacted = redact_interaction(interaction)
    assert redacted.response.body == reply
    assert redacted.request.body == interaction.request.body
    seen = signed_secrets(interaction)
    assert {item.place for item in seen} == {"the request's body", "the response's body"}
    assert len(redact(interaction)[1]) == len(seen)


def test_what_a_tool_is_told_is_not_signed() -> None:
    """A tool's input may have members called like the API's own; they are masked all the same."""
    block = {"type": "tool_use", "input": {"type": "thinking", "thinking": KEY, "encrypted_content": KEY}}
    interaction = exchange({"messages": [{"role": "assistant", "content": [block]}]})
    assert KEY.encode() not in redact_interaction(interaction).request.body
    assert signed_secrets(interaction) == []


def test_a_thinking_stream_is_not_touched_and_its_secret_is_reported() -> None:
    """Thinking is searched over its joined deltas, and left as it is."""
    thinking = streams.in_deltas(
        "thinking_delta",
        "thinking",
        [KEY[:9], KEY[9:30], KEY[30:]],
        {"type": "thinking", "thinking": "", "signature": ""},
    )
    interaction = exchange({}, reply=thinking)
    assert redact_interaction(interaction).response.body == thinking
    assert [item.signed for item in sightings(interaction)] == [True]


def in_one_piece(text: str) -> str:
    """What is kept of a text in a request: what it says if it is JSON counts there, too."""
    said: str = json.loads(redact_interaction(exchange({"said": text})).request.body)["said"]
    return said


@pytest.mark.slow
@given(st.data())
def test_a_secret_cut_by_deltas_is_masked(data: st.DataObject) -> None:
    """Wherever deltas cut a text, the masked stream says the masked text, in as many bytes."""
    text, secret = data.draw(secrets.around())
    cuts = data.draw(secrets.cuts(len(text)))
    body = streams.in_deltas("text_delta", "text", _pieces(text, cuts), streams.text(""))
    redacted = redact_interaction(exchange({}, reply=body)).response.body
    assert len(redacted) == len(body)
    assert secret.encode() not in redacted
    message = accumulate(decode_events(redacted))
    assert message["content"][0]["text"] == in_one_piece(text)


@pytest.mark.parametrize(
    ("kind", "path", "before"),
    [
        ("compaction_delta", ("content",), "an id "),
        ("citations_delta", ("citation", "cited_text"), "an id"),
        ("something_new_delta", ("deep", 1, "words"), "an id"),
    ],
)
def test_a_secret_cut_by_deltas_of_any_kind_is_masked(
    kind: str, path: tuple[str | int, ...], before: str
) -> None:
    """Whatever a delta is called and wherever its strings stand, they are joined, and each one counts."""

    def delta(piece: str) -> dict[str, Any]:
        value: Any = piece
        for step in reversed(path):
            value = {step: value} if isinstance(step, str) else ["x", value]
        return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **value}}

    opaque = "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"  # an id only where a word begins
    stream = encode_events(map(delta, (f"a {KEY[:9]}", KEY[9:20], f"{KEY[20:]} ", before, opaque)))
    redacted = redact_interaction(exchange({}, reply=stream)).response.body
    assert len(redacted) == len(stream)
    assert redacted.count(b"*") == MASK.count("*")
    assert opaque.encode() not in redacted


@pytest.mark.parametrize("blanks", ["", " ", "  ", "\t"], ids=repr)
def test_a_secret_cut_by_deltas_is_masked_whatever_stands_before_the_data(blanks: str) -> None:
    """Blanks between a field's colon and its JSON do not hide what the deltas say together."""
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
        for piece in (KEY[:9], KEY[9:20], KEY[20:])
    ]
    stream = "".join(f"event: content_block_delta\ndata:{blanks}{json.dumps(delta)}\n\n" for delta in deltas)
    reply = exchange({}, reply=stream.encode(), reply_headers=(("content-type", "text/event-stream"),))
    masked = redact_interaction(reply).response.body
    assert len(masked) == len(stream)
    assert masked.count(b"*") == MASK.count("*")


def test_signed_deltas_of_any_kind_are_left() -> None:
    """Encrypted content that comes in pieces is joined, left as it is, and reported."""
    events = [
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "compaction_delta", "encrypted_content": x},
        }
        for x in (KEY[:9], KEY[9:30], KEY[30:])
    ]
    interaction = exchange({}, reply=encode_events(events))
    assert redact_interaction(interaction) is interaction
    assert [item.signed for item in sightings(interaction)] == [True]


@given(st.data())
def test_a_secret_in_a_tools_input_is_masked_as_its_echo_is(data: st.DataObject) -> None:
    """The input that a client reads from a masked stream is the masked input, however it was cut."""
    text, secret = data.draw(secrets.around())
    value = {"query": text, "deep": [{"api_key": "opaque-credential"}, text]}
    spelled = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    pieces = _pieces(spelled, data.draw(secrets.cuts(len(spelled))))
    block = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    body = streams.in_deltas("input_json_delta", "partial_json", ["", *pieces], block)
    redacted = redact_interaction(exchange({}, reply=body)).response.body
    assert len(redacted) == len(body)
    assert secret not in json.dumps(accumulate(decode_events(redacted)), ensure_ascii=False)
    seen = accumulate(decode_events(redacted))["content"][0]["input"]
    assert seen["query"] == in_one_piece(text)
    echo = {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": value}]}]}
    echoed = {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": seen}]}]}
    index = index_of(redact_interaction(exchange(echo)))
    assert index.find_exact(as_request(exchange(echoed))) is not None
    assert index.find_exact(as_request(exchange(echo))) is not None


@example(
    b"data: ", (f"-----BEGIN PRIVATE KEY-----\na{'Zq7' * 22}\n-----END PRIVATE KEY-----", "Zq7" * 22), b""
)
@given(st.binary(max_size=40), secrets.around(), st.binary(max_size=40))
def test_bodies_of_any_kind_are_masked(before: bytes, planted: tuple[str, str], after: bytes) -> None:
    """A body that is not JSON, or not even text, is masked too, and keeps its size."""
    text, secret = planted
    body = before + b" " + text.encode() + b" " + after
    interaction = exchange(body, reply=body)
    redacted = redact_interaction(interaction)
    assert len(redacted.response.body) == len(body)
    assert secret.encode() not in redacted.response.body
    assert secret.encode() not in redacted.request.body


def test_a_body_that_was_cut_off_is_masked() -> None:
    """JSON and streams that break off are masked as far as they go."""
    for reply in (f'{{"content":[{{"text":"{KEY}'.encode(), f'data: {{"delta":{{"text":"{KEY}'.encode()):
        redacted = redact_interaction(exchange({}, reply=reply)).response.body
        assert KEY.encode() not in redacted
        assert len(redacted) == len(reply)


def test_escapes_stay_escapes() -> None:
    r"""A secret spelled with `\u` escapes is masked in as many bytes, and means the same mask."""
    spelled = "".join(f"\\u{ord(char):04x}" for char in KEY)
    reply = f'{{"a":"\\n{spelled}\\ud83d\\ude00"}}'.encode()
    redacted = redact_interaction(exchange({}, reply=reply)).response.body
    assert len(redacted) == len(reply)
    assert json.loads(redacted)["a"] == f"\n{MASK}😀"
    assert index_of(redact_interaction(exchange(reply))).find_exact(as_request(exchange(reply)))


def test_a_byte_order_mark_hides_no_secret() -> None:
    """JSON after a byte order mark is still read as JSON: an escape in a key is seen through."""
    body = b'\xef\xbb\xbf{"text":"\\u0073' + KEY[1:].encode() + b'"}'
    redacted = redact_interaction(exchange(body, reply=body))
    for written in (redacted.request.body, redacted.response.body):
        assert KEY[13:].encode() not in written
        assert len(written) == len(body)


@pytest.mark.parametrize("member", ["content", "arguments"])
@given(st.data())
def test_a_secret_cut_by_the_chunks_of_a_chat_is_masked(member: str, data: st.DataObject) -> None:
    """Text and arguments of calls go on in other chunks, those of two calls by turns."""
    planted = f'{{"key": "{KEY}"}}'
    cuts = sorted({0, len(planted), *data.draw(st.lists(st.integers(0, len(planted)), max_size=4))})
    chunks = []
    for piece in _pieces(planted, cuts):
        for index in range(1 if member == "content" else 2):
            call = {"index": index, "function": {"arguments": piece}}
            delta = {"content": piece} if member == "content" else {"tool_calls": [call]}
            chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            chunks.append(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    reply = b"".join([*chunks, b"data: [DONE]\n\n"])
    masked = redact_interaction(exchange({}, reply=reply)).response.body
    values = [json.loads(line[6:]) for line in masked.splitlines() if line.startswith(b"data: {")]
    deltas = [value["choices"][0]["delta"] for value in values]
    texts = [
        "".join(
            delta["content"] if member == "content" else delta["tool_calls"][0]["function"]["arguments"]
            for delta in deltas[first :: 1 if member == "content" else 2]
        )
        for first in range(1 if member == "content" else 2)
    ]
    assert all(KEY not in text and MASK in text for text in texts)
    assert masked.endswith(b"data: [DONE]\n\n")
