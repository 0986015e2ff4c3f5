"""Signatures are recognized, and their alteration shows."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi import jsontext
from mockapi.messages import accumulate, decode_events
from mockapi.replies.synthesis import View, altered_seal
from mockapi.replies.synthesis._dice import Dice
from mockapi.replies.synthesis._seals import is_intact, seal
from tests.support.shapes import WEATHER, called
from tests.support.shared import rows


@given(st.binary(max_size=8))
def test_a_seal_is_intact_and_looks_like_the_apis(key: bytes) -> None:
    """Base64 of 250 to 800 characters, recognized without any memory."""
    made = seal(Dice(key))
    assert is_intact(made)
    assert made == seal(Dice(key))
    assert 250 <= len(made) <= 800
    assert base64.b64decode(made)[0] == 0x12


@given(st.binary(max_size=2), st.data())
def test_any_changed_character_shows(key: bytes, data: st.DataObject) -> None:
    """One character replaced, anywhere, is noticed; unless it changes no bit of the bytes."""
    made = seal(Dice(key))
    place = data.draw(st.integers(0, len(made.rstrip("=")) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
    changed = made[:place] + other + made[place + 1 :]
    if base64.b64decode(changed) != base64.b64decode(made):
        assert not is_intact(changed)


@pytest.mark.parametrize("wrong", ["", "x", "sig_123", "AAAA", "é", "Eg==", "Ek" + "A" * 90])
def test_what_is_no_seal_at_all_is_refused(wrong: str) -> None:
    """Words, empty texts and cut bytes have not even the form."""
    assert not is_intact(wrong)


def test_cut_and_doubled_seals_are_refused() -> None:
    """As a client that truncates or repeats would hand them back."""
    made = seal(Dice(b""))
    for wrong in (made[:-4], made[4:], made + made, made[: len(made) // 2 // 4 * 4]):
        assert not is_intact(wrong)


def test_the_error_names_the_place_and_the_kind() -> None:
    """The API's words, for thinking and for redacted thinking."""
    good = {"type": "thinking", "thinking": "x", "signature": seal(Dice(b""))}
    assert altered_seal(View(called(WEATHER, more=(good,)))) is None
    assert altered_seal(View(called(WEATHER, more=(good | {"thinking": "other words"},)))) is None
    bad = called(WEATHER, more=(good | {"signature": "x"},))
    assert altered_seal(View(bad)) == "messages.1.content.0: Invalid `signature` in `thinking` block"
    redacted = called(WEATHER, more=({"type": "redacted_thinking", "data": 5},))
    assert altered_seal(View(redacted)) == "messages.1.content.0: Invalid `data` in `redacted_thinking` block"


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
                assert is_intact(block["signature"])
    assert seen > 20
