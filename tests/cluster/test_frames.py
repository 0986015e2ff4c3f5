"""What one worker says to another comes whole, in order, and in as few writes as can be."""

from __future__ import annotations

import asyncio
import socket
import weakref
from itertools import cycle
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from mockapi.cluster._frames import Frames
from mockapi.server import event_loop
from tests.support.listening import Transport
from tests.support.server import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MESSAGE = st.tuples(st.integers(0, 9), st.binary(max_size=20) | st.floats(0, 9) | st.none())


class Wire(Transport):
    """A connection that counts what is written together."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.left = asyncio.Event()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Keep it."""
        self.writes += 1
        self.left.set()
        self.write(b"".join(list_of_data))


class Ear(Frames):
    """Keeps what it hears, and answers what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Any, ...]] = []
        self.flushed = asyncio.Event()

    def taken(self, messages: list[tuple[Any, ...]]) -> None:
        """Keep them; a question is answered twice."""
        self.heard += messages
        for message in messages:
            if message[0] == "asked":
                self.send(("answered", 1))
                self.send(("answered", 2))

    def lost(self) -> None:
        """Nothing is to be done."""

    def flush(self) -> None:
        """Tell that nothing is left to be said."""
        super().flush()
        self.flushed.set()


class Kept:
    """What a message may have."""


def connected() -> tuple[Ear, Wire]:
    """One end of a connection, and what it writes to."""
    ear, wire = Ear(), Wire()
    ear.connection_made(wire)
    return ear, wire


@given(
    st.lists(st.lists(st.tuples(MESSAGE, st.booleans())), max_size=4),
    st.lists(st.integers(1, 600), min_size=1),
)
def test_whatever_is_said_is_heard_in_its_order(
    turns: list[list[tuple[Any, bool]]], sizes: list[int]
) -> None:
    """However it was said and however the socket cuts it: only what waits for company may leave later."""

    async def said() -> tuple[list[Any], list[Any]]:
        (mouth, wire), (ear, _) = connected(), connected()
        for messages in turns:
            for message, at_once in messages:
                (mouth.send if at_once else mouth.send_later)(message)
            await asyncio.sleep(0)
        mouth.close()
        left = wire.written
        for size in cycle(sizes):
            if not left:
                break
            ear.data_received(left[:size])
            left = left[size:]
        return ear.heard, [message for messages in turns for message, _ in messages]

    heard, told = asyncio.run(said())
    assert heard == told


def test_what_is_said_in_a_turn_leaves_in_one_write() -> None:
    """And the answers to all that came in one read do, before the turn is over."""

    async def writes() -> list[int]:
        (mouth, out), (ear, back) = connected(), connected()
        for _ in range(3):
            mouth.send(("asked",))
        mouth.send_later(("told",))
        await asyncio.sleep(0)
        before = out.writes
        await asyncio.sleep(0)
        ear.data_received(out.written)
        assert [message[0] for message in ear.heard] == ["asked"] * 3 + ["told"]
        mouth.data_received(back.written)
        assert mouth.heard == [("answered", 1), ("answered", 2)] * 3
        return [before, out.writes, back.writes]

    assert asyncio.run(writes()) == [0, 1, 1]


def test_what_is_said_to_nobody_is_not_kept() -> None:
    """Replies that are played when the other end goes have ends to be told of later."""

    async def say() -> None:
        mouth, _ = connected()
        mouth.send_later(("told", 1))
        mouth.connection_lost(None)
        kept = Kept()
        is_kept = weakref.ref(kept)
        mouth.send_later(("told", kept))
        del kept
        await mouth.flushed.wait()
        assert is_kept() is None

    asyncio.run(asyncio.wait_for(say(), PATIENCE))


class Client(asyncio.Protocol):
    """A connection on which one thing comes, and is told of to somebody else.

    Args:
        mouth: tells of it.
        then: what is done next.
    """

    def __init__(self, mouth: Ear, then: Callable[[], object]) -> None:
        self._mouth = mouth
        self._then = then

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Tell of it."""
        self._mouth.send(("came", data))
        self._then()
        self._transport.close()


def test_what_comes_while_something_is_to_be_said_leaves_with_it() -> None:
    """The event loop looks at its sockets once more before a list leaves."""

    async def heard() -> tuple[int, list[Any]]:
        loop = asyncio.get_running_loop()
        (mouth, out), (ear, _) = connected(), connected()
        (ours, theirs), (our_other, their_other) = socket.socketpair(), socket.socketpair()
        with theirs, their_other:
            await loop.create_connection(lambda: Client(mouth, lambda: their_other.send(b"2")), sock=ours)
            await loop.create_connection(lambda: Client(mouth, bool), sock=our_other)
            theirs.send(b"1")
            await asyncio.wait_for(out.left.wait(), 5.0)
        ear.data_received(out.written)
        return out.writes, ear.heard

    loop = event_loop()
    try:
        assert loop.run_until_complete(heard()) == (1, [("came", b"1"), ("came", b"2")])
    finally:
        loop.close()
