"""Cases that bytes alone cannot tell: status, headers, codings, and how the connection ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk, Ending, Reply, Source
from mockapi.fuzzing.cases._model import STREAM_HEADERS, Case, Want
from mockapi.fuzzing.cases._samples import TEXT, events, wire
from mockapi.messages import dump, encode_event
from mockapi.replies import faults, wire_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FRAMES: Final = tuple(encode_event(event) for event in events(TEXT))
_BODY: Final = wire(*events(TEXT))
_STREAM: Final = Reply(200, STREAM_HEADERS, tuple(Chunk(0.0, data) for data in _FRAMES), Source.SCRIPTED)
_BLANK: Final = faults.blank("req_011CConformance", 1795348800)
_LOST: Final = "What was cut off is missing; the end of a connection does not end the message."


def _case(
    name: str, reply: Reply, why: str, want: Want = Want.WHOLE, *, body: bytes | None = None, **more: Any
) -> Case:
    chunks = tuple(chunk.data for chunk in reply.chunks)
    headers = tuple(field for field in reply.headers if field[0] != b"x-mockapi-source")
    return Case(
        f"http/{name}",
        "messages",
        lambda: chunks,
        why,
        want=want,
        messages=(TEXT,),
        status=reply.status,
        headers=headers,
        ending=reply.ending,
        delay=0.002 if len(chunks) > 1 else 0.0,
        size=len(reply.body if body is None else body),
        over_http=True,
        body=body,
        **more,
    )


def _broken(
    name: str, fault: Callable[[Reply], Reply], why: str = _LOST, want: Want = Want.ERROR, **more: Any
) -> Case:
    return _case(name, fault(_STREAM), why, want, **more)


def _types() -> Iterator[Case]:
    for value in ("text/event-stream", "text/event-stream;charset=UTF-8", "TEXT/Event-Stream"):
        yield _broken(
            f"content type {value}",
            faults.content_type(value),
            "Parameters and case say nothing.",
            Want.WHOLE,
        )
    yield _broken("no content type", faults.content_type(""), "A stream was asked for.", Want.EITHER)
    yield _broken(
        "content type application/json on a stream",
        faults.content_type("application/json"),
        "The body is a stream all the same, or it is an error.",
        Want.EITHER,
    )
    body = dump(TEXT)
    plain = Reply(
        200,
        (wire_field("content-type", "application/json"), wire_field("content-length", str(len(body)))),
        (Chunk(0.0, body),),
        Source.SCRIPTED,
    )
    yield _case(
        "JSON where a stream was asked", plain, "A message that is not delivered is an error.", Want.EITHER
    )
    page = faults.html(200)(_STREAM)
    yield _case("HTML with status 200", page, "That is not an answer of the API.", Want.ERROR)
    yield _case(
        "HTML with status 502", faults.html(502)(_STREAM), "That is not an answer of the API.", Want.ERROR
    )


def _statuses() -> Iterator[Case]:
    for status in (400, 401, 403, 404, 413, 429, 500, 529):
        told = faults.error(status, headers={"x-should-retry": "false"})(_BLANK)
        yield _case(f"status {status}", told, "An error before the stream is plain JSON.", Want.ERROR)
    empty = Reply(
        500, (wire_field("content-length", "0"), wire_field("x-should-retry", "false")), (), Source.SCRIPTED
    )
    yield _case("status 500 without a body", empty, "The status is enough.", Want.ERROR)
    yield _broken("status 200 without a body", faults.empty_body(), "The reply has no message.")


def _codings() -> Iterator[Case]:
    for coding in ("gzip", "deflate"):
        zipped = faults.compressed(coding)(_STREAM)
        yield _case(
            f"{coding}, flushed after every event",
            zipped,
            "A coding that was asked for is undone.",
            body=_BODY,
        )
    cut = faults.cut(event=3)(_STREAM)
    torn = replace(faults.compressed()(cut), ending=Ending.CUT)
    yield _case("gzip, cut", torn, _LOST, Want.ERROR, body=cut.body)


def _endings() -> Iterator[Case]:
    yield _broken("FIN in mid-stream", faults.cut(event=3, ending=Ending.CUT))
    yield _broken("FIN in mid-event", faults.cut(byte=len(_BODY) // 2, ending=Ending.CUT))
    yield _broken("FIN after the head", faults.cut(byte=0, ending=Ending.CUT))
    yield _broken("clean end in mid-stream", faults.cut(event=3))
    yield _broken("clean end in mid-event", faults.cut(byte=len(_BODY) // 2))
    yield _broken("RST in mid-stream", faults.cut(event=3, ending=Ending.RESET))
    yield _broken("RST after the head", faults.cut(byte=0, ending=Ending.RESET))
    yield _broken("half-close in mid-stream", faults.cut(event=3, ending=Ending.HALF_CLOSE))
    yield _broken(
        "silence in mid-stream",
        faults.cut(event=3, ending=Ending.STALL),
        "A client has a limit to its patience.",
    )
    yield _broken(
        "silence after the head",
        faults.cut(byte=0, ending=Ending.STALL),
        "A client has a limit to its patience.",
    )
    yield _broken(
        "missing last chunk",
        faults.ending(Ending.CUT),
        "The message is whole, its transport is not.",
        Want.EITHER,
    )
    yield _broken(
        "silence after message_stop",
        faults.ending(Ending.STALL),
        "message_stop ends the stream; whoever waits on may say so.",
        Want.EITHER,
    )
    yield _broken("RST after message_stop", faults.ending(Ending.RESET), "As above.", Want.EITHER)
    yield _broken(
        "content-length too long",
        faults.content_length(20),
        "The message is whole, its transport is not.",
        Want.EITHER,
    )
    yield _broken(
        "content-length too short", faults.content_length(-20), "HTTP cuts message_stop off.", Want.ERROR
    )


def _pieces() -> Iterator[Case]:
    yield _broken("one byte at a time", faults.chunking(per="byte"), "Chunks mean nothing.", Want.WHOLE)
    yield _broken("all in one chunk", faults.chunking(per="whole"), "Chunks mean nothing.", Want.WHOLE)
    yield _broken("an event a chunk", faults.chunking(per="event"), "Chunks mean nothing.", Want.WHOLE)


HTTP_CASES: Final[tuple[Case, ...]] = (*_types(), *_statuses(), *_codings(), *_endings(), *_pieces())
