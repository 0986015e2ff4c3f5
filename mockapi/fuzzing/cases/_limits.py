"""Cases of size: what has to work however large it is, and what must end in bounded time and memory.

The bodies are made as they are sent and never held; each chunk is an object of its own, so that a
reader that keeps them needs the memory for it. How time and memory grow is measured from a body of a
quarter of the size to the whole; a time limit stands beside it for what never ends.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

from mockapi.fuzzing.cases._model import Case, Want
from mockapi.fuzzing.cases._samples import delta, events, json_delta, message, text, tool_use, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockapi.fuzzing.cases._model import Level

KIB: Final = 1024
MIB: Final = 1024 * KIB
_PIECE: Final = 512

_LINEAR: Final = "Time is linear in the bytes, whatever the chunks are."
_FORGOTTEN: Final = "What has been read and is not needed any more is forgotten."


def _case(level: Level, name: str, body: Callable[[int], Iterable[bytes]], count: int, **more: Any) -> Case:
    """A case whose body is made for a count, and for a quarter of it where growth is measured."""
    return Case(
        f"limits/{name}",
        level,
        lambda: body(count),
        more.pop("why", _LINEAR),
        heavy=True,
        quarter=lambda: body(count // 4),
        **more,
    )


def _fresh(piece: bytes, count: int) -> Iterator[bytes]:
    """The same bytes so many times, each time as an object of its own."""
    view = memoryview(piece)
    return (bytes(view) for _ in range(count))


def _bytewise(piece: bytes, count: int) -> Iterable[bytes]:
    return (bytes((byte,)) for byte in piece * count)


def _line(count: int) -> Iterable[bytes]:
    return chain((b"data: ",), _bytewise(b"x", count), (b"\n\n",))


def _said(words: str) -> dict[str, Any]:
    return message(text(words))


def _called(words: str) -> dict[str, Any]:
    return message(tool_use({"t": words}), stop_reason="tool_use")


def _frames(said: Callable[[str], dict[str, Any]], piece: str, size: int) -> Callable[[int], Iterable[bytes]]:
    return lambda count: (wire(event) for event in events(said(piece * count), size))


def _in_chunks(body: Iterable[bytes], size: int) -> Iterable[bytes]:
    return (piece[at : at + size] for piece in body for at in range(0, len(piece), size))


def _cut_small(count: int) -> Iterable[bytes]:
    said = events(_said("x" * count), count)
    return _in_chunks(map(wire, said), _PIECE)


def _one_delta(count: int) -> Iterable[bytes]:
    said = events(_said("Hi"))
    return chain(
        (wire(*said[:2]),), _bytewise(wire(delta("x" * count)), 1), (wire(*events(message(text()))[4:]),)
    )


_COMMENT: Final = b": " + b"." * 1020 + b"\n\n"


def _comments(count: int) -> Iterable[bytes]:
    return _fresh(_COMMENT * 64, count)


_SHORT_COMMENT: Final = b": keep-alive\n"


def _deep() -> Case:
    depth = 10_000
    value = "[" * depth + "]" * depth
    said = message(tool_use({}), stop_reason="tool_use")
    stream = events(said)
    body = wire(*stream[:3], json_delta('{"a": ' + value + "}"), *stream[3:])
    why = "Depth without end is data, or an error that the client documents; never a crash."
    return Case(
        "limits/JSON 10,000 deep",
        "messages",
        lambda: (body,),
        why,
        want=Want.EITHER,
        messages=(said,),
        ignore=frozenset({"content"}),
        size=len(body),
        heavy=True,
    )


_LONG: Final = "x" * (512 * KIB)
_SLOW: Final = 192 * KIB
_MEGABYTES: Final = "é" * (4 * MIB)
_HUGE: Final = 8 * MIB
_PLAIN: Final = wire(*events(message(text())))

_SSE: Final[tuple[Case, ...]] = (
    _case(
        "sse",
        "a long line in chunks of a byte",
        _line,
        _SLOW,
        size=_SLOW,
        events=(("message", "x" * _SLOW, ""),),
    ),
    _case(
        "sse",
        "many lines in chunks of a byte",
        lambda count: chain(_bytewise(b"data: x\n", count), (b"\n",)),
        8 * KIB,
        size=64 * KIB,
        events=(("message", "\n".join(repeat("x", 8 * KIB)), ""),),
    ),
    _case(
        "sse",
        "a line of 8 MiB in chunks of 512 bytes",
        lambda count: chain((b"data: ",), _fresh(b"x" * _PIECE, count), (b"\n\n",)),
        _HUGE // _PIECE,
        size=_HUGE,
        seconds=20.0,
        events=(("message", "x" * _HUGE, ""),),
    ),
    _case(
        "sse",
        "comment lines without a blank line",
        lambda count: chain(_fresh(_SHORT_COMMENT * 50, count), (b"data: a\n\n",)),
        2000,
        size=len(_SHORT_COMMENT) * 100_000,
        seconds=20.0,
        events=(("message", "a", ""),),
    ),
    _case(
        "sse",
        "100,000 events in one chunk",
        lambda count: (b"data: x\n\n" * count,),
        100_000,
        size=900_000,
        events=(("message", "x", ""),) * 100_000,
    ),
    Case(
        "limits/a line of half a mebibyte",
        "sse",
        lambda: (b"data: ", _LONG.encode(), b"\n\n"),
        "There is no limit to a line.",
        size=len(_LONG),
        heavy=True,
        events=(("message", _LONG, ""),),
    ),
    Case(
        "limits/a line of 64 MiB",
        "sse",
        lambda: chain((b"data: ",), _fresh(b"x" * MIB, 64), (b"\n\n",)),
        "It is delivered, or refused with an error; never cut.",
        size=64 * MIB,
        heavy=True,
        want=Want.EITHER,
        events=(("message", "x" * (64 * MIB), ""),),
        seconds=30.0,
    ),
    _case(
        "sse",
        "comments without end",
        lambda count: _fresh(_SHORT_COMMENT * 5000, count),
        300,
        why="A comment is forgotten when it is read.",
        size=19_500_000,
        events=(),
        growth=8 * MIB,
        seconds=60.0,
    ),
    _case(
        "sse",
        "comments without end over HTTP",
        _comments,
        1024,
        why=_FORGOTTEN,
        size=64 * MIB,
        over_http=True,
        events=(),
        growth=28 * MIB,
        seconds=60.0,
    ),
    Case(
        "limits/a comment line without end",
        "sse",
        lambda: chain((b": ",), _fresh(b"x" * (256 * KIB), 32), (b"\ndata: a\n\n",)),
        "No event needs it.",
        size=8 * MIB,
        heavy=True,
        events=(("message", "a", ""),),
        seconds=10.0,
    ),
)

_MESSAGES: Final[tuple[Case, ...]] = (
    Case(
        "limits/a long text in one event",
        "messages",
        lambda: _frames(_said, _MEGABYTES, 8 * MIB)(1),
        "There is no limit to an event below 64 MiB.",
        messages=(_said(_MEGABYTES),),
        size=8 * MIB,
        heavy=True,
        seconds=20.0,
    ),
    *(
        _case(
            "messages",
            name,
            _frames(said, "ab", 2),
            20_000,
            messages=(said("ab" * 20_000),),
            size=3_000_000,
            seconds=20.0,
        )
        for name, said in (("20,000 deltas", _said), ("20,000 deltas of a tool's input", _called))
    ),
    _case(
        "messages",
        "a delta in chunks of a byte",
        _one_delta,
        64 * KIB,
        messages=(message(text("x" * (64 * KIB))),),
        size=64 * KIB,
        seconds=20.0,
    ),
    _case(
        "messages",
        "a delta of 8 MiB in chunks of 512 bytes",
        _cut_small,
        _HUGE,
        messages=(_said("x" * _HUGE),),
        size=_HUGE,
        seconds=20.0,
    ),
    _case(
        "messages",
        "comment lines before the message",
        lambda count: chain(_fresh(_SHORT_COMMENT * 50, count), (_PLAIN,)),
        2000,
        messages=(message(text()),),
        size=len(_SHORT_COMMENT) * 100_000,
        seconds=20.0,
    ),
    _case(
        "messages",
        "comments before the message",
        lambda count: chain(_comments(count), (_PLAIN,)),
        320,
        why=_FORGOTTEN,
        messages=(message(text()),),
        size=20 * MIB,
        growth=8 * MIB,
        seconds=60.0,
    ),
    _case(
        "messages",
        "comments before the message over HTTP",
        lambda count: chain(_comments(count), (_PLAIN,)),
        1024,
        why=_FORGOTTEN,
        messages=(message(text()),),
        size=64 * MIB,
        over_http=True,
        growth=28 * MIB,
        seconds=60.0,
    ),
    _deep(),
)

LIMIT_CASES: Final[tuple[Case, ...]] = (*_SSE, *_MESSAGES)
