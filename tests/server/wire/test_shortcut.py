"""A request whose head has come before is answered as the parser's way would answer it, byte for byte."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.heads import (
    BODIES,
    FIELDS,
    LENGTHS,
    LINES,
    ODD_FIELDS,
    ODD_LENGTHS,
    ODD_LINES,
    Sent,
)
from tests.support.listening import Listening, Transport, needs_turns

if TYPE_CHECKING:
    from collections.abc import Sequence


def mostly(usual: Sequence[bytes], odd: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of the usual, or now and then an odd one."""
    return st.sampled_from((*usual, *usual, *usual)) | st.sampled_from((*usual, *odd))


FIELD = mostly(FIELDS, ODD_FIELDS)
SENT = st.builds(
    Sent,
    mostly(LINES, ODD_LINES),
    st.lists(FIELD, max_size=2).map(tuple),
    mostly(LENGTHS, ODD_LENGTHS),
    st.lists(FIELD, max_size=2).map(tuple),
    st.sampled_from([b"\r\n"] * 7 + [b"\n"]),
)
OFF = st.sampled_from([0] * 8 + [-1, 1, 5])


@st.composite
def conversations(draw: st.DrawFn) -> list[list[tuple[bytes, bool]]]:
    """What is read on each of some connections, and whether all is answered before the next read."""
    heads = draw(st.lists(SENT, min_size=1, max_size=3))
    connections = []
    for _ in range(draw(st.integers(1, 2))):
        reads = []
        for _ in range(draw(st.integers(1, 7))):
            sent = draw(st.sampled_from(heads)).wire(draw(st.sampled_from(BODIES)), draw(OFF))
            match draw(st.sampled_from(["whole"] * 5 + ["cut", "twice"])):
                case "cut":
                    at = draw(st.integers(0, len(sent)))
                    # What is whole is answered first: what cannot be read ends the connection for all.
                    waits = b"\n\r\n" in sent[:at] or b"\n\n" in sent[:at]
                    reads += [(sent[:at], waits or draw(st.booleans())), (sent[at:], True)]
                case "twice":
                    reads.append((sent * 2, True))
                case _:
                    reads.append((sent, True))
        connections.append([read for read in reads if read[0]])
    return connections


def heard(connections: Sequence[Sequence[tuple[bytes, bool]]], *, short: bool) -> list[Any]:
    """What each connection hears, one after the other."""

    async def played() -> list[Any]:
        server = Listening(short=short)
        return [await server.heard(reads) for reads in connections]

    return asyncio.run(played())


USUAL = Sent(LINES[0], (b"host: x",), LENGTHS[1], ())
OTHER = Sent(LINES[1], (b"host: x",), LENGTHS[1], ())
FRAMED = b"{'framed': 1}"
LATER = b"{'framed': 'later'}"


def thrice(sent: Sent, body: bytes = FRAMED, *then: bytes) -> list[list[tuple[bytes, bool]]]:
    """The same request three times on a connection, and something else."""
    return [[(data, True) for data in (*[sent.wire(body, 0)] * 3, *then)]]


ODD = {
    **{line: Sent(line, (), LENGTHS[1], ()) for line in ODD_LINES},
    **{field: Sent(LINES[0], (field,), LENGTHS[1], ()) for field in (*FIELDS, *ODD_FIELDS)},
    **{length: Sent(LINES[0], (b"host: x",), length, ()) for length in ODD_LENGTHS},
    b"bare": Sent(LINES[0], (), LENGTHS[0], (), b"\n"),
}


@needs_turns
@pytest.mark.parametrize("odd", ODD.values(), ids=map(repr, ODD))
def test_an_odd_head_is_read_as_the_parser_reads_it(odd: Sent) -> None:
    """Again and again, and behind a usual one that is known."""
    connections = [
        *thrice(odd, FRAMED, odd.wire(b"{'framed': 22}", 0)),
        *thrice(USUAL, FRAMED, OTHER.wire(FRAMED, 0), odd.wire(b"\r\n\r\n", 0)),
    ]
    assert heard(connections, short=True) == heard(connections, short=False)


ORDERS = {
    "a body that is too long": [(USUAL.wire(FRAMED, 1), True), (b"x", True), (USUAL.wire(FRAMED, -1), True)],
    "a head that has begun otherwise": [(b"POST / HTTP/1.1\r\nx: ", False), (USUAL.wire(FRAMED, 0), True)],
    "while a task answers": [(USUAL.wire(b"task", 0), False), (USUAL.wire(FRAMED, 0), True)],
    "behind an application": [(USUAL.wire(b"{}", 0), True), (OTHER.wire(FRAMED, 0), True)],
    "behind a large body": [
        (OTHER.wire(b"x" * 70_000, 0)[:100], True),
        (OTHER.wire(b"x" * 70_000, 0)[100:] + USUAL.wire(FRAMED, 0), True),
    ]
    * 2
    + [(OTHER.wire(FRAMED, 0), True)] * 2,
}


@needs_turns
@pytest.mark.parametrize("reads", ORDERS.values(), ids=ORDERS)
def test_requests_stay_in_their_order_and_places(reads: list[tuple[bytes, bool]]) -> None:
    """A known head counts at the beginning of a request only, and waits for the reply before."""
    connections = [[*thrice(USUAL)[0], *reads]]
    assert heard(connections, short=True) == heard(connections, short=False)


@needs_turns
@given(conversations())
@example(thrice(USUAL, b"later"))
@example(thrice(USUAL, LATER, USUAL.wire(LATER, 0) * 3))
@example([[(USUAL.wire(LATER, 0), True)] * 3 + [(USUAL.wire(LATER, 0), False)] * 3])
def test_every_byte_is_what_the_parsers_way_sends(reads: list[list[tuple[bytes, bool]]]) -> None:
    """Whatever heads there are, and however the network cuts them; connections end at the same moment."""
    assert heard(reads, short=True) == heard(reads, short=False)


@needs_turns
def test_a_head_is_read_twice_and_then_known() -> None:
    """On every connection of the server, with any length of body; else the law above would say nothing."""

    async def places() -> list[int]:
        server, seen = Listening(short=True), []
        for reads in (thrice(USUAL) * 2, [[(USUAL.wire(FRAMED * number, 0), True) for number in (1, 2, 30)]]):
            for connection in reads:
                await server.heard(connection)
                seen.append(server.app.places)
        return seen

    assert asyncio.run(places()) == [2, 3, 4]  # the first request of each connection is parsed


@needs_turns
@pytest.mark.parametrize("told", ["drain", "shutdown", "pause_writing"])
@pytest.mark.parametrize("body", [FRAMED, b"task", b"{}"])
def test_who_is_told_something_between_head_and_body_does_the_same(told: str, body: bytes) -> None:
    """A request has begun as soon as its head is there; a full connection gets its reply later."""

    async def heard_of(*, short: bool) -> list[Any]:
        server, transport = Listening(short=short), Transport()
        protocol = server.connected(transport)
        heard: list[Any] = []
        for data in [USUAL.wire(body, 0)] * 3:
            protocol.data_received(data)
            await server.settled()
        protocol.data_received(USUAL.wire(b"", len(body)))
        getattr(protocol, told)()
        heard.append((transport.written, transport.is_closed))
        if not transport.is_closed:
            protocol.data_received(body)
            await server.settled()
            heard.append((transport.written, transport.is_closed))
            protocol.resume_writing()
            await server.settled()
        protocol.connection_lost(None)
        return [*heard, transport.written]

    assert asyncio.run(heard_of(short=True)) == asyncio.run(heard_of(short=False))


@needs_turns
def test_fields_of_the_server_are_in_every_reply() -> None:
    """They say, for one, that a server that ends takes no more requests."""

    async def written(*, short: bool) -> bytes:
        server, transport = Listening(short=short), Transport()
        protocol = server.connected(transport)
        for number in range(5):
            protocol.data_received(USUAL.wire(FRAMED, 0))
            await server.settled()
            if number == 2:
                server.state.default_headers.append((b"x-server", b"1"))
        protocol.connection_lost(None)
        return transport.written

    assert (told := asyncio.run(written(short=True))) == asyncio.run(written(short=False))
    assert told.count(b"x-server") == 2


@needs_turns
def test_a_held_head_keeps_its_connection_open() -> None:
    """A body may take its time."""

    async def closed() -> bool:
        server, transport = Listening(short=True), Transport()
        protocol = server.connected(transport)
        for _ in range(3):
            protocol.data_received(USUAL.wire(FRAMED, 0))
            await server.settled()
        protocol.data_received(USUAL.wire(b"", len(FRAMED)))
        protocol.timeout_keep_alive = 0
        protocol.timeout_keep_alive_handler()
        is_closed = transport.is_closed
        protocol.connection_lost(None)
        return is_closed

    assert not asyncio.run(closed())


@needs_turns
@pytest.mark.parametrize("told", ["drain", "shutdown", "timeout_keep_alive_handler"])
@pytest.mark.parametrize("body", [LATER, b"later"])
def test_who_is_told_something_while_a_reply_is_awaited_does_the_same(told: str, body: bytes) -> None:
    """The reply comes all the same: a request that waits for it is in flight."""

    async def heard_of(*, short: bool) -> bytes:
        server, transport = Listening(short=short), Transport()
        protocol = server.connected(transport)
        for _ in range(3):
            protocol.data_received(USUAL.wire(body, 0))
            await server.settled()
        protocol.data_received(USUAL.wire(body, 0))
        getattr(protocol, told)()
        assert not transport.is_closed
        await server.settled()
        protocol.connection_lost(None)
        return transport.written

    short = asyncio.run(heard_of(short=True))
    assert short.count(b"HTTP/1.1 200 OK") == 4
    if told != "timeout_keep_alive_handler":  # nobody calls it meanwhile in the parser's way
        assert short == asyncio.run(heard_of(short=False))


@needs_turns
def test_a_reply_that_is_awaited_comes_to_nobody_when_its_client_has_left() -> None:
    """Whoever gives it plays it, and learns so that it reached nobody."""

    async def played() -> tuple[bytes, bool]:
        server, transport = Listening(short=True), Transport()
        protocol = server.connected(transport)
        for _ in range(3):
            protocol.data_received(USUAL.wire(LATER, 0))
            await server.settled()
        written = transport.written
        protocol.data_received(USUAL.wire(LATER, 0))
        protocol.connection_lost(None)
        tasks = set()
        for _ in range(6):
            await asyncio.sleep(0)
            tasks |= server.state.tasks
        return transport.written.removeprefix(written), len(tasks) == 1

    assert asyncio.run(played()) == (b"", True)


@needs_turns
def test_a_connection_is_closed_when_it_was_quiet_for_as_long_as_it_may_be() -> None:
    """A timer that was set before the last reply looks again."""

    async def closed(seconds: int) -> bool:
        server, transport = Listening(short=True), Transport()
        protocol = server.connected(transport)
        for data in (*[USUAL.wire(FRAMED, 0)] * 2, b"\r\n", USUAL.wire(FRAMED, 0)):
            protocol.data_received(data)
            await server.settled()
        assert protocol.timeout_keep_alive_task is not None
        protocol.timeout_keep_alive = seconds
        protocol.timeout_keep_alive_handler()
        is_closed = transport.is_closed
        protocol.connection_lost(None)
        return is_closed

    assert asyncio.run(closed(0))
    assert not asyncio.run(closed(75))


@needs_turns
def test_a_head_is_known_by_all_of_its_bytes() -> None:
    """One that came in two reads is not known by the second, which may look like a head of its own."""

    async def heard_of(*, short: bool) -> bytes:
        server, transport = Listening(short=short), Transport()
        protocol = server.connected(transport)
        for _ in range(2):
            await server.heard([(b"POST /other HTTP/1.1\r\nx: ", False), (USUAL.wire(FRAMED, 0), True)])
            protocol.data_received(USUAL.wire(FRAMED, 0))
            await server.settled()
        protocol.connection_lost(None)
        return transport.written

    assert b"/other" not in asyncio.run(heard_of(short=True))
    assert asyncio.run(heard_of(short=True)) == asyncio.run(heard_of(short=False))


@needs_turns
@pytest.mark.parametrize("last", [b"", FRAMED], ids=["held", "answered"])
def test_nothing_is_left_of_a_connection_that_was_reset(last: bytes) -> None:
    """Not even a timer, which would keep its bytes in memory."""

    async def timer() -> Any:
        server, transport = Listening(short=True), Transport()
        protocol = server.connected(transport)
        for body in (FRAMED, FRAMED, FRAMED, last):
            protocol.data_received(USUAL.wire(body, len(FRAMED) - len(body)))
            await server.settled()
        protocol.connection_lost(ConnectionResetError())
        return protocol.timeout_keep_alive_task

    assert asyncio.run(timer()) is None
