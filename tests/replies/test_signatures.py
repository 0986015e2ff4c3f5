"""Signatures are recognized, and their alteration shows."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi import jsontext
from mockapi.messages import accumulate, decode_events, is_tampered_signature
from mockapi.replies._seeded import SeededChoices
from mockapi.validation import validate
from tests.support.shapes import WEATHER, called
from tests.support.shared import rows


@given(st.binary(max_size=8))
def test_a_signature_is_intact_and_looks_like_the_apis(key: bytes) -> None:
    """Base64 of 250 to 800 characters, recognized without any memory."""
    made = SeededChoices(key).signature()
    assert not is_tampered_signature(made)
    assert made == SeededChoices(key).signature()
    assert 250 <= len(made) <= 800
    assert base64.b64decode(made)[0] == 0x12


@given(st.binary(max_size=2), st.data())
def test_any_changed_character_shows(key: bytes, data: st.DataObject) -> None:
    """One character replaced, anywhere, is noticed; unless it changes no bit of the bytes."""
    made = SeededChoices(key).signature()
    place = data.draw(st.integers(0, len(made.rstrip("=")) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
    changed = made[:place] + other + made[place + 1 :]
    if base64.b64decode(changed) != base64.b64decode(made):
        assert is_tampered_signature(changed)


@given(st.binary(min_size=1, max_size=400))
def test_a_signature_of_another_maker_passes_by_its_form(content: bytes) -> None:
    """What mockapi did not make cannot be judged here, whole or cut."""
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    assert not is_tampered_signature(base64.b64encode(b"\x12" + length + content).decode())
    assert not is_tampered_signature(base64.b64encode(b"\x12" + length + content[:-1]).decode())


@pytest.mark.parametrize("key", [b"", b"1", b"2"])
def test_cut_and_doubled_signatures_are_refused(key: bytes) -> None:
    """As a client that truncates or repeats would hand them back; in the words of the API."""
    made = SeededChoices(key).signature()
    for wrong in (made[:-4], made[4:], made + made, made[: len(made) // 2 // 4 * 4], "", "sig_123"):
        assert refusal_of({"type": "thinking", "thinking": "x", "signature": wrong}) == (
            "messages.1.content.0: Invalid `signature` in `thinking` block"
        )
        assert refusal_of({"type": "redacted_thinking", "data": wrong}) == (
            "messages.1.content.0: Invalid `data` in `redacted_thinking` block"
        )


def test_only_the_signature_counts() -> None:
    """The text beside it may be edited, and another maker's signature passes by its form."""
    made = SeededChoices(b"").signature()
    assert refusal_of({"type": "thinking", "thinking": "other words", "signature": made}) is None
    assert refusal_of({"type": "thinking", "thinking": "x", "signature": "EhQK" + "A" * 24}) is None


def refusal_of(block: dict[str, Any]) -> str | None:
    """The API's words about a thinking block that is handed back in a round of tool calls."""
    refusals = validate(called(WEATHER, more=(block,)))
    return refusals[0].message if refusals else None


@pytest.mark.corpus
def test_signatures_of_the_real_api_pass() -> None:
    """A conversation that began with the real API goes on here."""
    seen = 0
    for row in rows():
        if row.host != "anthropic" or not row.exact or b'"signature' not in row.response:
            continue
        message = accumulate(decode_events(row.response)) if row.is_sse else jsontext.parse(row.response)
        for block in message.get("content", ()):
            if block["type"] == "thinking" and block["signature"]:
                seen += 1
                assert not is_tampered_signature(block["signature"])
    assert seen > 20
