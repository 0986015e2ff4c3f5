"""What is written reads back the same, and what cannot be carried is refused."""

from __future__ import annotations

import pytest

from mockapi.sse import Event, encode, parse


@pytest.mark.parametrize(
    ("events", "stream"),
    [
        ([], b""),
        ([Event("message", "a")], b"data: a\n\n"),
        ([Event("ping", "{}")], b"event: ping\ndata: {}\n\n"),
        ([Event("message", "")], b"data: \n\n"),
        ([Event("message", "a\nb\n")], b"data: a\ndata: b\ndata: \n\n"),
        ([Event("message", " a")], b"data:  a\n\n"),
        ([Event("message", "a", "1"), Event("message", "b", "1")], b"data: a\nid: 1\n\ndata: b\n\n"),
        ([Event("message", "a", "1"), Event("message", "b")], b"data: a\nid: 1\n\ndata: b\nid: \n\n"),
        ([Event("message", "\u2028\u0085\ufeff\0😀")], "data: \u2028\u0085\ufeff\0😀\n\n".encode()),
    ],
)
def test_plainest_form(events: list[Event], stream: bytes) -> None:
    """Events are written in the plainest form, which reads back as the same events."""
    assert encode(*events) == stream
    assert parse(stream) == events


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event("", "a"), "empty type"),
        (Event("a\nb", "a"), "type cannot hold a line end"),
        (Event("a\rb", "a"), "type cannot hold a line end"),
        (Event("message", "a", "1\n"), "id cannot hold a line end"),
        (Event("message", "a", "1\r"), "id cannot hold a line end"),
        (Event("message", "a", "1\0"), "NUL"),
        (Event("message", "ab\r\nc"), r"carriage return \(here at character 2\)"),
        (Event("message", "\ud83d"), "lone surrogate"),
    ],
)
def test_what_cannot_be_carried_is_refused(event: Event, words: str) -> None:
    """An event that would come back different is refused, and the error says why."""
    with pytest.raises(ValueError, match=words):
        encode(event)
