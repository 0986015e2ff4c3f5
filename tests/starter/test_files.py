"""The starter cassettes as files: what a newcomer opens first has to be right in every detail."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from typing import Any

import pytest

from mockapi import jsontext
from mockapi.cassettes import Cassette, Interaction, as_request, lint, load
from mockapi.cassettes.redaction import redact_interaction
from mockapi.exchange import Ending, Request
from mockapi.messages import (
    STATUS_OF,
    accumulate,
    check_events,
    decode_events,
    encode_event,
    error_body,
    order_message,
)
from mockapi.validation import ValidationSettings, Validator
from tests.support.starter.generate import FOLDER, SCENES, cassettes

NAMES = [f"{name}.yaml" for name in SCENES]
_PADDED = re.compile(rb"event: (\w+)\ndata: (\{.*?)( *)\}\n\n")


def _read(name: str) -> Cassette:
    return load((FOLDER / name).read_bytes(), name)


def _everything() -> list[Interaction]:
    return [interaction for name in NAMES for interaction in _read(name).interactions]


def _streams() -> list[Interaction]:
    return [found for found in _everything() if found.response.body.startswith(b"event: ")]


def _whole_streams() -> list[Interaction]:
    return [
        found
        for found in _streams()
        if found.response.ending is Ending.CLEAN and b"event: error" not in found.response.body
    ]


def test_the_files_are_exactly_what_the_generator_makes() -> None:
    """After a change to the scenes: `python -m tests.support.starter.generate`."""
    on_disk = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix == ".yaml"}
    assert on_disk == cassettes()


@pytest.mark.parametrize("name", NAMES)
def test_lint_finds_nothing(name: str) -> None:
    """No secret, no missing digest, no stream that breaks the grammar without saying so."""
    findings = [found for found in lint((FOLDER / name).read_bytes(), name) if found.code != "stream"]
    assert findings == []


def test_every_stream_obeys_the_grammar() -> None:
    """The only violation is the end of the one that is cut off on purpose."""
    found = [[item.code for item in check_events(decode_events(item.response.body))] for item in _streams()]
    assert [codes for codes in found if codes] == [["truncated"]]


def test_every_whole_stream_adds_up_to_what_the_same_request_gets_as_json() -> None:
    """A stream and its twin differ in the id alone, down to the order of the keys."""
    twins = {
        jsontext.compact(jsontext.parse(item.request.body)): item.response.body
        for item in _everything()
        if item.response.status == 200 and item.response.body.startswith(b'{"model"')
    }
    for item in _whole_streams():
        asked = jsontext.parse(item.request.body)
        assert asked.pop("stream") is True
        message = accumulate(decode_events(item.response.body))
        twin = jsontext.parse(twins[jsontext.compact(asked)])
        assert jsontext.compact(message | {"id": ""}) == jsontext.compact(twin | {"id": ""})
    assert len(_whole_streams()) == 24


def test_messages_have_their_keys_where_the_api_has_them() -> None:
    """Ordering a message by the newest period changes nothing."""
    messages = [accumulate(decode_events(item.response.body)) for item in _whole_streams()]
    assert [jsontext.compact(order_message(item)) for item in messages] == list(
        map(jsontext.compact, messages)
    )


def test_events_are_written_as_the_api_writes_them() -> None:
    """Every event is its own encoding with 0 to 15 blanks; a ping has none, and all sixteen counts occur."""
    paddings = set()
    for item in _streams():
        pieces = list(_PADDED.finditer(item.response.body))
        for piece, event in zip(pieces, decode_events(item.response.body), strict=True):
            assert piece.group() == encode_event(event, len(piece[3]))
            if piece[1] != b"ping":
                paddings.add(len(piece[3]))
        assert b"".join(piece.group() for piece in pieces) == item.response.body
    assert paddings == set(range(16))


def test_a_tool_input_streams_as_spaced_json_after_an_empty_piece() -> None:
    """The first fragment is empty; one for a tool without arguments is all there is."""
    inputs = []
    for item in _whole_streams():
        pieces: dict[int, list[str]] = {}
        for event in decode_events(item.response.body):
            if event.get("delta", {}).get("type") == "input_json_delta":
                pieces.setdefault(event["index"], []).append(event["delta"]["partial_json"])
        assert all(found[0] == "" for found in pieces.values())
        inputs += ["".join(found) for found in pieces.values()]
    assert '{"city": "Zürich", "unit": "celsius"}' in inputs
    assert "" in inputs


def test_chunks_end_where_events_end_and_look_alive() -> None:
    """Each chunk is whole events; there are pauses, and none that bores."""
    for item in _streams():
        at = 0
        for chunk in item.response.chunks:
            at += chunk.size
            assert item.response.body[:at].endswith(b"\n\n")
            assert 0 < chunk.delay < 2
        assert sum(chunk.delay for chunk in item.response.chunks) < 8
    story = next(item for item in _read("stream.yaml").interactions if len(item.response.chunks) > 1)
    assert len(story.response.chunks) > 20


def test_there_is_an_error_of_every_type() -> None:
    """Every type comes with its status, the API's envelope, and the id of its header."""
    found = {}
    for item in _everything():
        if item.response.status < 400 or not item.response.body:
            continue
        headers = dict(item.response.headers)
        error = jsontext.parse(item.response.body)["error"]
        found[error["type"]] = item.response.status
        assert item.response.body == error_body(error["type"], error["message"], headers["request-id"])
        assert headers["x-should-retry"] == str(item.response.status in {429, 500, 504, 529}).lower()
        assert not any(name.startswith("anthropic-ratelimit") for name in headers)
    assert found | {"invalid_request_error": 400} == dict(STATUS_OF)


def test_an_error_inside_a_stream_names_the_request() -> None:
    """The event's `request_id` is that of the header, and `details` is its error's first key."""
    ended = [item for item in _streams() if b"event: error" in item.response.body]
    for item in ended:
        event = decode_events(item.response.body)[-1]
        assert event["request_id"] == dict(item.response.headers)["request-id"]
        assert list(event["error"]) == ["details", "type", "message"]
    assert len(ended) == 2


def test_usage_is_possible() -> None:
    """Nothing was written beyond `max_tokens`, and the rate limits were not exceeded."""
    for item in _everything():
        value = jsontext.parse(item.response.body)
        if isinstance(value, dict) and value.get("type") == "message":
            limit = jsontext.parse(item.request.body)["max_tokens"]
            written = value["usage"]["output_tokens"]
            assert 0 < written <= limit
            assert (written == limit) == (value["stop_reason"] == "max_tokens")
            assert value["usage"]["output_tokens_details"]["thinking_tokens"] < written


def test_no_two_replies_share_an_id() -> None:
    """Message and request ids are drawn anew for every interaction."""
    everywhere = b"\n".join(item.response.body for item in _everything())
    messages = re.findall(rb'"id":"(msg_01[1-9A-HJ-NP-Za-km-z]{22})"', everywhere)
    requests = [dict(item.response.headers).get("request-id") for item in _everything()]
    assert len(messages) == len(set(messages)) > 40
    assert len(set(requests)) == len(requests)  # the probe's None included


def test_signatures_are_base64_of_a_length_that_is_a_multiple_of_four() -> None:
    """So they look like the API's to whatever checks them."""
    found = re.findall(rb'"signature":"([^"]+)"', b"".join(item.response.body for item in _everything()))
    assert found
    assert all(len(item) % 4 == 0 and base64.b64decode(item, validate=True) for item in found)


def test_the_picture_is_a_png() -> None:
    """Sixteen by sixteen dots; every checksum is right and the data inflates."""
    asked = jsontext.parse(_read("vision.yaml").interactions[0].request.body)
    png = base64.b64decode(asked["messages"][0]["content"][0]["source"]["data"])
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size) == (zlib.crc32(kind + content),)
        chunks[kind] = content
        at += 12 + size
    assert struct.unpack_from(">II", chunks[b"IHDR"]) == (16, 16)
    assert len(zlib.decompress(chunks[b"IDAT"])) == 16 * 3


@pytest.mark.parametrize("rules", ["documented", "live"])
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_requests_are_valid_unless_their_recording_says_otherwise(rules: Any, version: str) -> None:
    """Under either API version and either rules; a refusal that is recorded is the one the rules make."""
    validator = Validator(ValidationSettings(rules=rules))
    added = ((b"x-api-key", b"sk-ant-test-1"), (b"anthropic-version", version.encode()))
    judged = 0
    for item in _everything():
        if item.request.path == "/":
            continue  # the API has nothing there, which is what a probe's 404 says
        request = as_request(item)
        sent = Request(request.method, request.path, request.query, (*request.headers, *added), request.body)
        refusal = validator.check(sent)
        if refusal is not None:
            error = jsontext.parse(item.response.body)["error"]
            assert (item.response.status, error["message"]) == (refusal.status, refusal.message)
            judged += 1
    assert judged == 4


def test_redaction_would_change_nothing() -> None:
    """The files look like what a recorder keeps: masked ids, few headers, no secret."""
    for item in _everything():
        assert redact_interaction(item) == item
