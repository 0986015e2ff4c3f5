"""What does not end is not collected: headers and trailers have a bound, to the byte."""

from __future__ import annotations

import asyncio

import pytest

from mockapi.server.wire._protocol import MAX_HEADER_BYTES
from tests.support.each import each
from tests.support.listening import Listening, Transport

HEAD = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\n"
BEGUN = {
    "header": (b"", HEAD + b"x: "),
    "name of a field": (b"", HEAD),
    "second header": (HEAD + b"content-length: 4\r\n\r\nbody", HEAD + b"x: "),
    "trailer": (HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n", b"0\r\nx: "),
}
"""What comes first, and what then goes on without end."""


async def written(short: bool, *reads: bytes) -> list[tuple[bytes, bool]]:  # noqa: FBT001 - a row
    """What is on the wire after each read, and whether the connection is closed."""
    server, transport = Listening(short=short), Transport()
    protocol = server.connected(transport)
    heard = []
    for data in reads:
        protocol.data_received(data)
        await server.settled()
        heard.append((transport.written, transport.is_closed))
        transport.written = b""
    protocol.connection_lost(None)
    await server.settled()
    return heard


@pytest.mark.parametrize("short", [False, True])
@each("name", BEGUN)
def test_a_header_that_does_not_end_is_read_up_to_the_bound(name: str, *, short: bool) -> None:
    """One byte more is refused, and what comes then is not looked at."""
    before, begun = BEGUN[name]
    rest = MAX_HEADER_BYTES - len(begun)
    reads = (before, begun, b"a" * rest, b"a", b"\r\n\r\n" + HEAD)
    _, first, last, more, late = asyncio.run(written(short, *reads))
    assert first == last == (b"", False)
    refusal, is_closed = more
    assert refusal.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert refusal.endswith(b"The header of the request is too large.")
    assert is_closed
    assert late == (b"", True)


@pytest.mark.parametrize("short", [False, True])
def test_many_requests_are_no_long_header(short: bool) -> None:  # noqa: FBT001 - a row
    """Each has the whole bound; bodies do not count."""
    body = b"b" * 40_000
    whole = HEAD + b"content-length: 40000\r\nx: " + b"a" * 40_000 + b"\r\n\r\n" + body
    heard = asyncio.run(written(short, *[whole] * 4, *[whole[:50_000], whole[50_000:]] * 2))
    assert [(reply[:15], is_closed) for reply, is_closed in heard if reply] == [
        (b"HTTP/1.1 200 OK", False)
    ] * 6
