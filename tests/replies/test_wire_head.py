"""Replies written out for the wire: what is written, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockapi.exchange import Chunk, Ending, Reply, Source, WireHead
from mockapi.replies import wire_head_of

LENGTH = (b"content-length", b"2")
CHUNKED = (b"transfer-encoding", b"chunked")
REPLY = Reply(200, ((b"x-a", b"1"), LENGTH, (b"x-a", b"2")), (Chunk(0.0, b"{}"),), Source.RECORDED)


def test_a_frame_is_status_line_and_fields_in_order() -> None:
    """Repeats and values as they are; the body stands between the frame's two parts."""
    before = b"HTTP/1.1 200 OK\r\nx-a: 1\r\ncontent-length: 2\r\nx-a: 2\r\n\r\n"
    assert wire_head_of(REPLY, method="POST") == WireHead(before, b"")


def test_a_chunked_body_is_one_chunk() -> None:
    """With its size before it and the last chunk behind it."""
    body = b"x" * 300
    reply = replace(REPLY, headers=(CHUNKED,), chunks=(Chunk(0.0, body),))
    before = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n12c\r\n"
    assert wire_head_of(reply, method="POST") == WireHead(before, b"\r\n0\r\n\r\n")


def test_a_status_without_a_name_has_none() -> None:
    """As uvicorn writes it: 529 is the API's own."""
    frame = wire_head_of(replace(REPLY, status=529), method="POST")
    assert frame is not None
    assert frame.before.startswith(b"HTTP/1.1 529 \r\n")


@pytest.mark.parametrize(
    "change",
    [
        {"chunks": ()},
        {"chunks": (Chunk(0.5, b"{}"),)},
        {"chunks": (Chunk(0.0, b"{"), Chunk(0.0, b"}"))},
        {"hold": 1.0},
        {"ending": Ending.CUT},
        {"status": 204},
        {"headers": ()},
        {"headers": (LENGTH, CHUNKED)},
        {"headers": ((b"content-length", b"3"),)},
        {"headers": (LENGTH, (b"connection", b"close"))},
        {"headers": (LENGTH, (b"x-a", b"1\r\nx-b: 2"))},
    ],
    ids=repr,
)
def test_what_the_server_has_to_look_at_gets_no_frame(change: dict[str, Any]) -> None:
    """It is sent as any other reply is."""
    reply = replace(REPLY, **change)
    assert wire_head_of(reply, method="POST") is None


def test_the_reply_to_head_gets_no_frame() -> None:
    """It has no body, whatever its fields say."""
    assert wire_head_of(REPLY, method="HEAD") is None
