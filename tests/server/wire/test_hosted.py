"""On another ASGI server no reply has two fields `date` or `server`: its own are known by what it is."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from mockapi.server.wire import without_doubles
from tests.support.each import each

FIELDS = [(b"Date", b"recorded"), (b"server", b"theirs"), (b"x-a", b"b")]


class Stream:
    """What a server gives an application to send with."""

    def __init__(self, **options: Any) -> None:
        self.sent: list[Any] = []
        self.__dict__.update(options)

    async def send(self, message: Any) -> None:
        """Note what is sent."""
        self.sent.append(message)


def sent_on(stream: Stream) -> Any:
    """The fields of a reply as the server gets them; its body and trailers come as they are."""
    send = without_doubles(stream.send)
    rest = [
        {"type": "http.response.body", "body": b"{}"},
        {"type": "http.response.trailers", "headers": FIELDS},
    ]

    async def play() -> None:
        await send({"type": "http.response.start", "status": 200, "headers": FIELDS})
        for message in rest:
            await send(message)

    asyncio.run(play())
    start, *others = stream.sent
    assert others == rest
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    return start["headers"]


@each(
    ("date", "server", "kept"),
    [
        (True, True, [(b"x-a", b"b")]),
        (True, False, [(b"server", b"theirs"), (b"x-a", b"b")]),
        (False, True, [(b"Date", b"recorded"), (b"x-a", b"b")]),
        (False, False, FIELDS),
        (None, "yes", FIELDS),
    ],
)
def test_a_server_that_writes_its_fields_behind_has_the_last_word(date: Any, server: Any, kept: Any) -> None:
    """As hypercorn does, by its configuration."""
    config = SimpleNamespace(include_date_header=date, include_server_header=server)
    assert sent_on(Stream(config=config)) == kept


@each(
    ("added", "left"),
    [
        ([(b"date", b"now"), (b"server", b"uvicorn"), (b"x-b", b"c")], [(b"x-b", b"c")]),
        ([(b"x-b", b"c")], [(b"x-b", b"c")]),
        ([], []),
    ],
)
def test_a_server_whose_fields_can_be_taken_away_sends_what_was_recorded(added: Any, left: Any) -> None:
    """As uvicorn's requests let it."""
    stream = Stream(default_headers=added)
    assert sent_on(stream) == FIELDS
    assert stream.__dict__["default_headers"] == left


def test_a_reply_without_them_gets_the_servers() -> None:
    """Nothing is taken away then."""
    stream = Stream(default_headers=[(b"date", b"now")])
    send = without_doubles(stream.send)

    async def play() -> None:
        await send({"type": "http.response.start", "status": 204})

    asyncio.run(play())
    assert stream.__dict__["default_headers"] == [(b"date", b"now")]


def test_a_server_that_is_not_known_is_left_alone() -> None:
    """Its own options have to say."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    assert without_doubles(send) is send
    assert sent_on(Stream()) == FIELDS
