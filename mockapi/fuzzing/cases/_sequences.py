"""Cases of several requests, and of a connection that stays open: what bytes of one reply cannot tell.

A client that asks again gets another message, so that what it kept of the first reply shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.exchange import Ending
from mockapi.fuzzing.cases._carried import GRAMMAR_CASES
from mockapi.fuzzing.cases._http import HTTP_CASES
from mockapi.fuzzing.cases._model import Case, Want
from mockapi.fuzzing.cases._samples import TEXT, events, message, text, wire
from mockapi.messages import encode_event, stream_error_event

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_ID: Final = {case.id: case for case in (*GRAMMAR_CASES, *HTTP_CASES)}
_OTHER: Final = {**message(text("Something else")), "id": "msg_02ConformanceConformanceCo"}
_PAUSE: Final = 0.01


def _then(name: str, *before: str, cut: bool = False) -> Case:
    frames = tuple(encode_event(event) for event in events(_OTHER))
    chunks = frames[:-2] if cut else frames
    return Case(
        f"http/{name}",
        "messages",
        lambda: chunks,
        "Who asks again begins anew: a half of one reply and a half of another are no message.",
        want=Want.ERROR if cut else Want.EITHER,
        messages=(_OTHER,),
        size=sum(map(len, chunks)),
        over_http=True,
        before=tuple(_BY_ID[id_] for id_ in before),
    )


def _sequences() -> Iterator[Case]:
    yield _then("FIN in mid-stream, then another message", "http/FIN in mid-stream")
    yield _then("clean end in mid-stream, then another message", "http/clean end in mid-stream")
    yield _then("error in mid-block, then another message", "grammar/error in mid-block")
    yield _then("RST after the head, then another message", "http/RST after the head")
    yield _then("status 529, then another message", "http/status 529")
    yield _then("two replies that are cut", "http/FIN in mid-stream", cut=True)


def _open_connections() -> Iterator[Case]:
    error = stream_error_event("overloaded_error", "Overloaded", None)
    yield _falls_silent(
        "http/error event, then silence",
        "The error ends the stream; who gives it up lets go of its connection.",
        (wire(*events(TEXT)[:3]), wire(error)),
    )
    yield _falls_silent(
        "http/silence after mixed line ends",
        "A blank line ends an event, whichever line end it has; nothing that follows is needed.",
        tuple(wire(event).replace(b"\n\n", b"\n\r\n") for event in events(TEXT)[:4]),
    )


def _falls_silent(id_: str, why: str, chunks: tuple[bytes, ...]) -> Case:
    return Case(
        id_,
        "messages",
        lambda: chunks,
        why,
        want=Want.ERROR,
        messages=(TEXT,),
        size=sum(map(len, chunks)),
        over_http=True,
        delay=_PAUSE,
        ending=Ending.STALL,
    )


_TICKS: Final = (b"data: one\n\n", b"event: tick\ndata: two\n\n")
_SILENCE: Final = Case(
    "http/silence after an event",
    "sse",
    lambda: _TICKS,
    "An event is there when its blank line is, not when the next one comes.",
    want=Want.EITHER,
    events=(("message", "one", ""), ("tick", "two", "")),
    size=sum(map(len, _TICKS)),
    over_http=True,
    delay=_PAUSE,
    ending=Ending.STALL,
)

SEQUENCE_CASES: Final[tuple[Case, ...]] = (*_sequences(), *_open_connections(), _SILENCE)
