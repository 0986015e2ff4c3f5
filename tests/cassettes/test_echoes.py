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
    Recording,
    redact,
    redact_interaction,
)
from mockapi.cassettes._echoes import carried_keys
from mockapi.cassettes._model import Cassette
from mockapi.exchange import Request

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
    index = Index([Recording(Cassette("c.yaml", (recorded,)), 0, 0)])
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
