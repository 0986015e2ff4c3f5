"""The core against recorded traffic: every exact stream and every message body there is."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby, pairwise
from typing import Any

import pytest

from mockapi import sse
from mockapi.messages import (
    PERIODS,
    accumulate,
    check_events,
    decode_events,
    dump,
    encode_events,
    events_of,
    load,
    order_message,
)
from mockapi.messages._ids import ALPHABET
from tests.support import shared

pytestmark = pytest.mark.corpus

PADDING = re.compile(rb"( *)\}\n\n")
ID = re.compile(r"\b(?:msg|req|file|container)_01(1C[1-9A-HJ-NP-Za-km-z]{20})\b")


@cache
def streams() -> dict[str, bytes]:
    """Every genuine exact Messages stream, by id."""
    return {
        row.id: row.response
        for row in shared.rows()
        if row.is_sse and row.exact and row.response.startswith(b"event: message_start\n")
    }


@cache
def messages() -> dict[str, tuple[bytes, bool]]:
    """Every JSON body that is a message, by id, and whether its bytes are exact."""
    found = {}
    for row in shared.rows():
        genuine = row.host in ("anthropic", "vertex") and not row.fields.get("suspect_synthetic")
        if genuine and not row.is_sse and re.match(rb'\s*\{.*"type": ?"message"', row.response, re.DOTALL):
            value = load(row.response.decode()) if b"custom_id" not in row.response else {}
            if value.get("type") == "message":
                found[row.id] = row.response, row.exact
    return found


def kinds(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The events without pings, runs of one kind of delta taken as one."""
    told = [
        (event["type"], event.get("index"), event.get("delta", {}).get("type"))
        for event in events
        if event["type"] != "ping"
    ]
    return [key for key, _ in groupby(told)]


def test_the_corpus_is_all_here() -> None:
    """The corpus has the rows that the other tests count on."""
    rows = shared.exact_rows()
    assert (len(rows), sum(row.is_sse for row in rows)) == (441, 161)
    assert (len(streams()), len(messages())) == (176, 545)


def test_streams_obey_the_grammar() -> None:
    """No recorded stream breaks the grammar, and none holds a type that the tables do not know."""
    found = {name: check_events(decode_events(body)) for name, body in streams().items()}
    shared.say(f"{len(found)} exact streams checked")
    assert {name: violations for name, violations in found.items() if violations} == {}


def test_inexact_streams_obey_the_grammar() -> None:
    """Streams whose bytes were lost but whose events were kept obey the grammar and add up as well."""
    checked = 0
    for row in shared.rows():
        genuine = row.host in ("anthropic", "vertex") and not row.fields.get("suspect_synthetic")
        if not row.is_sse or row.exact or not genuine or row.fields["fidelity"].startswith("hand-edited"):
            continue
        lines = [line.removeprefix(b"data: ") for line in row.response.splitlines()]
        events = [load(line.decode()) for line in lines if line.startswith(b"{")]
        # Some recorders put the streams of several turns into one file.
        starts = [index for index, event in enumerate(events) if event["type"] == "message_start"]
        for begin, end in pairwise([*starts, len(events)]):
            checked += 1
            assert check_events(events[begin:end]) == [], row.id
            assert accumulate(events[begin:end])["type"] == "message", row.id
    shared.say(f"{checked} inexact streams checked")
    assert checked == 161


def test_streams_are_written_byte_for_byte() -> None:
    """Decoded and written again with the padding read off, every stream is what it was, to the byte."""
    sizes = 0
    for name, body in streams().items():
        paddings = [len(match[1]) for match in PADDING.finditer(body)]
        assert encode_events(decode_events(body), paddings) == body, name
        assert sse.encode(*sse.parse(body)) == body, name
        sizes += len(body)
    shared.say(f"{len(streams())} streams, {sizes} bytes written the same")


def test_streams_add_up_and_come_apart() -> None:
    """Every stream adds up to a message, whose own events add up to the same message again."""
    for name, body in streams().items():
        message = accumulate(decode_events(body))
        assert dump(accumulate(events_of(message))) == dump(message), name


def test_made_streams_look_like_recorded_ones() -> None:
    """The events made of a recorded message are those that were recorded, but for where texts are cut.

    Two things cannot be known from the message: what the input counted before a web search grew
    it (5 starts), and on which side of a change of 2025-08 a message of that month was (1 end).
    """
    same_start = same_end = 0
    for name, body in streams().items():
        recorded = decode_events(body)
        made = events_of(accumulate(recorded))
        assert kinds(made) == kinds(recorded), name
        blocks = [[e for e in events if e["type"] == "content_block_start"] for events in (made, recorded)]
        assert dump(blocks[0]) == dump(blocks[1]), name
        recorded[0]["message"]["usage"]["output_tokens"] = 1
        same_start += dump(recorded[0]) == dump(made[0])
        same_end += dump(recorded[-2:]) == dump(made[-2:])
    shared.say(f"{same_start} starts and {same_end} ends the same of {len(streams())}")
    assert (same_start, same_end) == (171, 175)


def test_messages_survive_as_events() -> None:
    """Every recorded message body comes back from its events; the exact ones with every key in its place."""
    exact_bodies = 0
    for name, (body, exact) in messages().items():
        message = load(body.decode())
        back = accumulate(events_of(message))
        assert back == message, name
        if exact:
            exact_bodies += 1
            assert dump(back) == body, name
    shared.say(f"{len(messages())} message bodies survive as events, {exact_bodies} of them byte for byte")
    assert exact_bodies == 313


def test_messages_have_the_key_order_of_a_period() -> None:
    """Every exact message body has the order of one of the periods, in all its parts."""
    for name, (body, exact) in messages().items():
        if exact:
            message = load(body.decode())
            assert any(dump(order_message(message, period)) == body for period in PERIODS), name


def test_ordered_ids_are_uuids_of_version_7() -> None:
    """Recorded ids that begin 011C decode to version 7 UUIDs, which is how ids are made here."""
    found = {
        match[1] for row in shared.rows() for match in ID.finditer(row.response.decode(errors="replace"))
    }
    for digits in found:
        number = 0
        for digit in digits:
            number = number * 58 + ALPHABET.index(digit)
        assert (number >> 76 & 0xF, number >> 62 & 0b11) == (7, 0b10), digits
    shared.say(f"{len(found)} ordered ids")
    assert len(found) > 200
