"""What one connection does keeps no other from its answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.server.wire._turns import Awaited, Turns
from tests.support.heads import LENGTHS, LINES, Sent
from tests.support.listening import Echo, Listening, Transport, needs_turns

if TYPE_CHECKING:
    from mockapi.server.wire._protocol import Protocol

USUAL = Sent(LINES[0], (b"host: x",), LENGTHS[1], ())
FRAMED = b"{'framed': 1}"
LATER = b"{'framed': 'later'}"


class _Gone(Transport):
    """A connection that cannot be written to once it has ended, as uvloop has it."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Refuse it then."""
        if self.is_closed:
            raise RuntimeError("the handler is closed")
        super().write(data)


@needs_turns
@pytest.mark.parametrize("short", [True, False])
@pytest.mark.parametrize("body", [b"task", FRAMED, LATER, b"later"])
def test_who_leaves_with_requests_that_wait_gets_nothing_more(
    body: bytes, *, short: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The request whose turn it is learns that as well as the one that came last."""

    async def told() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        server, transport = Listening(short=short), _Gone()
        protocol = server.connected(transport)
        for data in [USUAL.wire(FRAMED, 0)] * 3:
            protocol.data_received(data)
            await server.settled()
        if body != LATER:
            protocol.pause_writing()
        protocol.data_received(USUAL.wire(body, 0) * 3)
        await asyncio.sleep(0)
        if body != LATER:
            await server.settled()
        protocol.connection_lost(None)
        await server.settled()
        return told

    assert asyncio.run(told()) == []
    assert not caplog.records


class _Full(Transport):
    """A connection that takes no more after a reply's status line."""

    protocol: Protocol | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it, and be full."""
        super().write(data)
        if self.protocol is not None:
            self.protocol.pause_writing()


@needs_turns
@pytest.mark.parametrize("then", ["what cannot be read", "the end of the server"])
def test_a_reply_that_is_being_sent_is_cut_off_though_another_request_waits(then: str) -> None:
    """Nothing is written into the middle of it, and it holds up no end."""

    async def heard() -> tuple[int, bool]:
        server, transport = Listening(short=True), _Full()
        transport.protocol = server.connected(transport)
        transport.protocol.data_received(USUAL.wire(b"task", 0))
        await server.settled()
        assert transport.written.endswith(b"\r\n\r\n")
        unreadable = b"?\r\n\r\n" if then == "what cannot be read" else b""
        transport.protocol.data_received(USUAL.wire(b"task", 0) + unreadable)
        await server.settled()
        if not unreadable:
            transport.protocol.shutdown()
        is_closed = transport.is_closed
        transport.protocol.connection_lost(None)
        return transport.written.count(b"HTTP/1.1"), is_closed

    assert asyncio.run(heard()) == (1, True)


@needs_turns
@pytest.mark.parametrize("length", [b"0" * 5_000 + b"%d", b"9" * 5_000 + b"%d"], ids=["zeros", "nines"])
def test_a_length_of_thousands_of_digits_keeps_nobody_else_waiting(length: bytes) -> None:
    """Its zeros are legal, and more digits than Python reads into a number."""

    async def written() -> bytes:
        server, transport = Listening(short=True), Transport()
        odd, other = server.connected(Transport()), server.connected(transport)
        odd.data_received(Sent(LINES[0], (), b"content-length: " + length, ()).wire(b"", 2))
        other.data_received(USUAL.wire(FRAMED, 0))
        await server.settled()
        for protocol in (odd, other):
            protocol.connection_lost(None)
        return transport.written

    assert asyncio.run(written()).startswith(b"HTTP/1.1 200 OK")


class _Begun:
    """A connection whose request has begun; a defect may keep it from an answer."""

    def __init__(self, *, fails: bool) -> None:
        self.loop = asyncio.get_running_loop()
        self.is_answered = False
        self._fails = fails

    def answer_begun(self, _turns: Turns) -> None:
        """Note it, or fail."""
        if self._fails:
            raise ArithmeticError
        self.is_answered = True

    def answer_awaited(self, _awaited: Awaited, turns: Turns) -> None:
        """As a request that has begun."""
        self.answer_begun(turns)


@pytest.mark.parametrize("awaited", [False, True])
def test_a_defect_at_one_connection_keeps_no_other_from_its_answer(*, awaited: bool) -> None:
    """The others of the turn come in the next, and the defect is told."""

    async def answered() -> tuple[list[bool], int]:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        turns = Turns(Echo())
        connections = [_Begun(fails=number in {1, 2}) for number in range(5)]
        for connection in connections:
            turns.add(connection, Awaited() if awaited else None)
        for _ in range(5):
            await asyncio.sleep(0)
        return [connection.is_answered for connection in connections], len(told)

    assert asyncio.run(answered()) == ([True, False, False, True, True], 2)
