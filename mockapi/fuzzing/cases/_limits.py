"""Cases of size: what has to work however large it is, and what must end in bounded time and memory.

The bodies are made as they are sent and never held. A time limit is generous by two orders of
magnitude for a reader in linear time, and far too short for one in quadratic time.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

from mockapi.fuzzing.cases._model import Case, Want
from mockapi.fuzzing.cases._samples import delta, events, json_delta, message, text, tool_use, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KIB: Final = 1024
MIB: Final = 1024 * KIB


def _sse(name: str, make: Callable[[], Iterable[bytes]], why: str, size: int, **more: Any) -> Case:
    return Case(f"limits/{name}", "sse", make, why, size=size, heavy=True, **more)


def _bytes(piece: bytes, count: int) -> Iterable[bytes]:
    return (bytes((byte,)) for byte in piece * count)


def _whole(
    name: str, body: Callable[[], Iterable[bytes]], why: str, size: int, said: Any, **more: Any
) -> Case:
    return Case(
        f"limits/{name}",
        "messages",
        body,
        why,
        messages=(said,),
        size=size,
        heavy=True,
        **{"seconds": 20.0, **more},
    )


_LONG: Final = "x" * (512 * KIB)
_SLOW: Final = "x" * (192 * KIB)
_LINEAR: Final = "Time is linear in the bytes, whatever the chunks are."


def _frames(said: dict[str, Any], size: int) -> Callable[[], Iterable[bytes]]:
    return lambda: (wire(event) for event in events(said, size))


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


_MEGABYTES: Final = message(text("é" * (4 * MIB)))
_MANY: Final = message(text("ab" * 20_000))


LIMIT_CASES: Final[tuple[Case, ...]] = (
    _sse(
        "a long line in chunks of a byte",
        lambda: chain((b"data: ",), _bytes(b"x", len(_SLOW)), (b"\n\n",)),
        _LINEAR,
        len(_SLOW),
        events=(("message", _SLOW, ""),),
    ),
    _sse(
        "many lines in chunks of a byte",
        lambda: chain(_bytes(b"data: x\n", 8 * KIB), (b"\n",)),
        _LINEAR,
        64 * KIB,
        events=(("message", "\n".join(repeat("x", 8 * KIB)), ""),),
    ),
    _sse(
        "100,000 events in one chunk",
        lambda: (b"data: x\n\n" * 100_000,),
        _LINEAR,
        900_000,
        events=(("message", "x", ""),) * 100_000,
    ),
    _sse(
        "a line of half a mebibyte",
        lambda: (b"data: ", _LONG.encode(), b"\n\n"),
        "There is no limit to a line.",
        len(_LONG),
        events=(("message", _LONG, ""),),
    ),
    _sse(
        "a line of 64 MiB",
        lambda: chain((b"data: ",), repeat(b"x" * MIB, 64), (b"\n\n",)),
        "It is delivered, or refused with an error; never cut.",
        64 * MIB,
        want=Want.EITHER,
        events=(("message", "x" * (64 * MIB), ""),),
        seconds=30.0,
    ),
    _sse(
        "comments without end",
        lambda: repeat(b": keep-alive\n" * 5000, 300),
        "A comment is forgotten when it is read.",
        19_500_000,
        events=(),
        growth=8 * MIB,
        seconds=30.0,
    ),
    _sse(
        "a comment line without end",
        lambda: chain((b": ",), repeat(b"x" * (256 * KIB), 32), (b"\ndata: a\n\n",)),
        "No event needs it.",
        8 * MIB,
        events=(("message", "a", ""),),
        seconds=10.0,
    ),
    _whole(
        "a long text in one event",
        _frames(_MEGABYTES, 8 * MIB),
        "There is no limit to an event below 64 MiB.",
        8 * MIB,
        _MEGABYTES,
    ),
    _whole("20,000 deltas", _frames(_MANY, 2), _LINEAR, 3_000_000, _MANY),
    _whole(
        "20,000 deltas of a tool's input",
        _frames(message(tool_use({"t": "ab" * 20_000}), stop_reason="tool_use"), 2),
        _LINEAR,
        3_000_000,
        message(tool_use({"t": "ab" * 20_000}), stop_reason="tool_use"),
    ),
    _whole(
        "a delta in chunks of a byte",
        lambda: chain(
            (wire(*events(message(text()))[:2]),),
            _bytes(wire(delta("x" * (64 * KIB))), 1),
            (wire(*events(message(text()))[4:]),),
        ),
        _LINEAR,
        64 * KIB,
        message(text("x" * (64 * KIB))),
    ),
    _deep(),
)
