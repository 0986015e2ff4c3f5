"""The key that a request carries is masked where a prompt or a reply repeats it, whatever it looks like."""

from __future__ import annotations

import base64
import json

import pytest

from mockapi.cassettes import (
    Index,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    Recordings,
    redact,
    redact_interaction,
)
from mockapi.cassettes._echoes import carried_keys
from mockapi.cassettes._model import Cassette
from mockapi.cassettes._redaction_rules import DEFAULT
from mockapi.exchange import Request
from tests.support import streams

KEY = "gw/7Qx+zz9Kp1v2Lm8"  # of no known form, and JSON may spell its slash with a backslash


def _interaction(
    fields: tuple[tuple[str, str], ...], asked: bytes, reply: bytes = b"{}", query: str = ""
) -> Interaction:
    return Interaction(
        RecordedRequest("POST", "/v1/messages", query, fields, asked), RecordedResponse(200, (), reply)
    )


@pytest.mark.parametrize(
    "field",
    [
        ("X-Gateway-Key", KEY),  # a name that nobody lists
        ("authorization", f"Bearer {KEY}"),
        ("api-key", KEY),
        ("Authorization", "Basic " + base64.b64encode(f"user:{KEY}".encode()).decode()),
        ("cookie", f"theme=dark; sid={KEY}"),
        ("x-acme-token", KEY),
    ],
    ids=lambda field: field[0],
)
def test_a_key_of_any_form_is_masked_in_request_and_reply(field: tuple[str, str]) -> None:
    """The recorder has just seen it in a header."""
    asked = json.dumps({"messages": [{"role": "user", "content": f"is {KEY} right?"}]}).encode()
    for reply in (
        json.dumps({"text": f"no: {KEY}."}).encode(),
        f'{{"a":"{KEY}"}}'.replace("/", "\\/").encode(),
    ):
        redacted = redact_interaction(_interaction((field,), asked, reply))
        for body in (redacted.request.body, redacted.response.body):
            assert KEY not in str(json.loads(body))
        assert len(redacted.response.body) == len(reply)


def test_a_request_with_its_key_is_found_again() -> None:
    """The incoming request's own key is masked before it is compared."""
    asked = json.dumps({"messages": [{"role": "user", "content": f"is {KEY} right?"}]}).encode()
    recorded = redact_interaction(_interaction((("api-key", KEY),), asked))
    index = Index(Recordings([Cassette("c.yaml", (recorded,))]))
    request = Request("POST", "/v1/messages", "", ((b"api-key", KEY.encode()),), asked)
    assert index.find_exact(request) is not None
    assert index.find_exact(Request("POST", "/v1/messages", "", (), asked)) is None


@pytest.mark.parametrize(
    "word", ["test-key", "dummy", "placeholder", "sk-ant-test-0123456789", "anthropic", "my-key-1"]
)
def test_words_are_no_keys(word: str) -> None:
    """A prompt may have them by chance, and a recording made with another key must match."""
    assert carried_keys([("x-api-key", word)]) == ()
    interaction = _interaction((("x-api-key", word),), json.dumps({"a": f"the {word} is"}).encode())
    assert redact(interaction)[0].request.body == interaction.request.body


def test_a_key_in_the_query_counts_too() -> None:
    """So does its echo in a reply."""
    redacted = redact_interaction(
        _interaction((), b"{}", f'{{"error":"{KEY}"}}'.encode(), "api_key=gw%2F7Qx%2Bzz9Kp1v2Lm8")
    )
    assert KEY.encode() not in redacted.response.body
    assert "7Qx" not in redacted.request.query


SECRET = "q7Rt2Lm8Zx"
_CALLED = f'REGISTRY_PASSWORD: "{SECRET}"'


def _asked(*turns: str, system: str = "") -> bytes:
    messages = [
        {"role": ("user", "assistant")[at % 2], "content": content} for at, content in enumerate(turns)
    ]
    return json.dumps({"model": "m", "system": system, "messages": messages}).encode()


def _told(text: str) -> bytes:
    return json.dumps({"content": [{"type": "text", "text": text}]}).encode()


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        (_asked(f"SONAR_LOGIN: {SECRET}\n{_CALLED}"), _told("Done.")),
        (_asked(f"log in with {SECRET}", "Done.", _CALLED), _told("Done.")),
        (_asked(f"log in with {SECRET}", system=_CALLED), _told(f"I used {SECRET}.")),
        (_asked("what is it?"), _told(f"Use {SECRET}, as in {_CALLED}.")),
        (_asked("what is it?", _CALLED, f"again {SECRET}"), _told(f"I used {SECRET}.")),
    ],
)
def test_a_secret_that_is_known_at_one_place_is_masked_where_it_is_repeated(
    asked: bytes, reply: bytes
) -> None:
    """Before and behind that place, in the request and in the reply, with the same mask."""
    interaction = _interaction((), asked, reply)
    redacted = redact_interaction(interaction)
    assert SECRET.encode() not in redacted.request.body + redacted.response.body
    assert redacted.request.body == asked.replace(SECRET.encode(), b"*" * len(SECRET))
    assert redacted.response.body == reply.replace(SECRET.encode(), b"*" * len(SECRET))
    assert redact_interaction(redacted) is redacted


def test_an_echo_is_masked_across_the_deltas_of_a_stream() -> None:
    """No delta cuts it in two."""
    pieces = ["use q7R", "t2L", "m8Zx now"]
    events = [
        streams.start(),
        streams.block_start(0, {"type": "text", "text": ""}),
        *(streams.delta(0, "text_delta", text=piece) for piece in pieces),
        streams.block_stop(0),
    ]
    body = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    interaction = _interaction((), _asked(_CALLED), body)
    redacted = redact_interaction(interaction)
    assert b"q7R" not in redacted.response.body
    assert b"m8Zx" not in redacted.response.body
    assert len(redacted.response.body) == len(body)


def test_what_only_the_reply_tells_leaves_the_turns_before_it() -> None:
    """The client sends those as before: they must be found again."""
    asked = _asked(f"is {SECRET} good?")
    recorded = redact_interaction(_interaction((), asked, _told(_CALLED)))
    assert recorded.request.body == asked
    assert SECRET.encode() not in recorded.response.body


def test_a_conversation_with_echoes_goes_on_matching() -> None:
    """The client hands back what the recording told it, where the recorder saw the secret itself."""
    first, second = f"is {SECRET} good?", f"Yes: {_CALLED}, so use {SECRET}"
    recorded = redact_interaction(_interaction((), _asked(first, second, "go on"), _told("Done.")))
    index = Index(Recordings([Cassette("c.yaml", (recorded,))]))
    replayed = _asked(first, DEFAULT.mask(second).replace(SECRET, "*" * len(SECRET)), "go on")
    assert index.find_exact(Request("POST", "/v1/messages", "", (), replayed)) is not None


def test_an_echo_in_thinking_keeps_an_interaction_from_being_written() -> None:
    """What is signed cannot be masked."""
    reply = json.dumps({"content": [{"type": "thinking", "thinking": f"use {SECRET}", "signature": "x"}]})
    assert redact(_interaction((), _asked(_CALLED), reply.encode()))[1]


@pytest.mark.parametrize("word", ["swordfish", "correct-horse-battery", "aaaa1111", "hunter2"])
def test_a_word_that_is_a_password_stays_elsewhere(word: str) -> None:
    """A text may have it by chance."""
    asked = _asked(f"PASSWORD={word}\nThe {word} swims.")
    assert f"The {word} swims".encode() in redact_interaction(_interaction((), asked)).request.body
