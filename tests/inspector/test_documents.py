"""An exchange as a document: of any size and any bytes, the same from a journal and from a cassette."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.exchange import Chunk, Ending, Reply, Request, Source
from mockapi.inspector import MOST_SHOWN, conversation_of, entry_view, interaction_view, row_of, shown_body
from mockapi.sessions import CassetteSet, JournalEntry, ServerSession, Settings
from tests.support.server import interaction, message, paced

STREAM = (
    b'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":12,'
    b'"cache_read_input_tokens":7,"output_tokens":1}}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"Good \\"morning\\""}   }\n\n'
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},'
    b'"usage":{"output_tokens":5}}\n\n'
)


def session() -> ServerSession:
    """One that plays nothing."""
    return ServerSession("s1", Settings(), CassetteSet(()), name="a test")


def entry(
    body: bytes, answered: bytes = STREAM, status: int = 200, source: Source = Source.SYNTHESIZED
) -> JournalEntry:
    """An exchange that was synthesized."""
    headers = ((b"content-type", b"text/event-stream"), (b"set-cookie", b"a=b"))
    request = Request("POST", "/v1/messages", "", ((b"x-api-key", b"sk-ant-test-1"),), body)
    reply = Reply(status, headers, (Chunk(0.5, answered),), source, Ending.RESET, hold=0.25)
    return JournalEntry(3, 1.5, request, reply, None, None)


def test_an_entry_as_a_document_tells_all_but_credentials() -> None:
    """What came, what went and when; keys and cookies are hidden."""
    document = entry_view(entry(orjson.dumps(message("Hi"))), session())
    assert (document["session"], document["session_name"], document["number"]) == ("s1", "a test", 3)
    assert document["request"]["headers"] == [["x-api-key", "[hidden]"]]
    assert document["reply"]["headers"][1] == ["set-cookie", "[hidden]"]
    assert document["reply"]["chunks"] == [[0.5, len(STREAM)]]
    assert (document["reply"]["ending"], document["reply"]["hold"]) == ("reset", 0.25)
    assert json.loads(document["request"]["body"]["text"]) == message("Hi")
    assert orjson.dumps(document)


def test_a_recording_is_a_document_of_the_same_members() -> None:
    """So one view shows both."""
    recorded = interaction_view(paced(message("Hi"), [(0.4, b"data: {}\n\n"), (0.1, b"\n")]), "a.yaml", 2)
    journal = entry_view(entry(b""), session())
    assert recorded.keys() == journal.keys()
    assert recorded["request"].keys() == journal["request"].keys()
    assert recorded["reply"].keys() == journal["reply"].keys()
    assert recorded["recording"]["chunks"] == [[0.4, 10], [0.1, 1]]
    assert (recorded["recording"]["cassette"], recorded["recording"]["interaction"]) == ("a.yaml", 2)
    assert orjson.dumps(recorded)


def test_a_row_says_in_a_line_what_happened() -> None:
    """Model, words of both sides, tokens, and how it ended."""
    row = row_of(entry(orjson.dumps(message("Say good morning"))), session())
    assert (row["model"], row["words"], row["said"]) == (
        "claude-opus-4-6",
        "Say good morning",
        'Good "morning"',
    )
    assert (row["tokens"], row["stop"], row["turns"]) == ([12, 5, 7, 0], "end_turn", 1)
    assert row["seconds"] is None


@pytest.mark.parametrize("size", [200 * 1024, 5 * 1024 * 1024])
def test_a_row_of_a_large_body_is_made_from_its_ends(size: int) -> None:
    """Rows are made while requests are answered: nobody waits for a body of megabytes."""
    body = orjson.dumps(message("x" * size))
    row = row_of(entry(body, answered=STREAM + b" " * size + STREAM), session())
    assert (row["model"], row["words"]) == ("claude-opus-4-6", "")
    assert row["stop"] is None or row["stop"] == "end_turn"


def test_a_conversation_is_told_by_its_first_turn() -> None:
    """Whatever is added to it, and wherever its cache breakpoints stand."""
    first = message("Hi")
    block = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    grown = {
        **first,
        "messages": [{"role": "user", "content": [block]}, {"role": "assistant", "content": "Ho"}],
    }
    assert conversation_of(first) == conversation_of(grown) != conversation_of(message("Hello"))
    assert conversation_of([]) is None


@given(st.binary(max_size=300))
def test_a_small_body_is_shown_whole(body: bytes) -> None:
    """Whatever its bytes are."""
    shown = shown_body(body)
    assert (shown["size"], shown["left_out"]) == (len(body), 0)
    assert shown["kind"] == "none" if not body else shown["kind"] in {"json", "text", "base64"}


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=40) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=60,
)


@given(JSON, st.integers(200, 2000))
def test_what_is_left_out_of_a_json_body_is_told(value: Any, most: int) -> None:
    """It is JSON all the same wherever shortening is enough, and never longer than was asked for."""
    body = orjson.dumps(value)
    shown = shown_body(body, most)
    assert shown["size"] == len(body)
    assert len(shown["text"].encode()) + shown["left_out"] == len(body)
    assert len(shown["text"].encode()) <= most
    if shown["kind"] == "json":
        json.loads(shown["text"])


@pytest.mark.slow
def test_a_body_of_32_mb_is_shown_as_json_of_a_bounded_size() -> None:
    """Ten thousand blocks of three kilobytes: the first and the last of them, shortened."""
    blocks = [{"type": "text", "text": f"{number} " + "x" * 3_000} for number in range(10_000)]
    body = orjson.dumps({"messages": [{"role": "user", "content": blocks}]})
    shown = shown_body(body)
    assert shown["kind"] == "json"
    assert len(shown["text"]) <= MOST_SHOWN
    content = json.loads(shown["text"])["messages"][0]["content"]
    assert content[0]["text"].startswith("0 ")
    assert content[-1]["text"].startswith("9999 ")
    assert sum(block.get("items", 1) for block in content) == 10_000


def test_a_text_is_cut_between_characters() -> None:
    """Cut within one, it would be no text."""
    shown = shown_body("ä".encode() * 100, most=51)
    assert (shown["kind"], shown["text"], shown["left_out"]) == ("text", "ä" * 25, 150)


def test_an_interaction_of_any_kind_becomes_a_document() -> None:
    """No body, no chunks, an error."""
    document = interaction_view(interaction(None, b"", method="GET", path="/v1/models", status=404))
    assert document["request"]["body"]["kind"] == "none"
    assert document["at"] is None
