"""Streams of megabytes for the hunt, one of each kind, with a quarter of each to measure how time grows.

They are few and always the same: what makes them hard is their size. There are two sizes of a kind
where readers differ much: one that shows a slow way to do it within seconds, and one large enough for
the growth of a fast way to be measured. What shows most for its time stands first.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from mockapi.fuzzing.cases import Case, events, message, text, tool_use, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from mockapi.fuzzing.cases import Level, Triple

_KIB: Final = 1024
_MIB: Final = 1024 * _KIB
_COMMENT: Final = b": keep-alive\n"
_SECONDS: Final = 20.0
_WHY: Final = "Time is linear in the bytes, whatever the chunks are."
_FORGOTTEN: Final = "What has been read and is not needed any more is forgotten."


def _cut(body: bytes, size: int = _KIB) -> tuple[bytes, ...]:
    return tuple(body[at : at + size] for at in range(0, len(body), size))


def _case(name: str, level: Level, make: Callable[[int], Iterable[bytes]], count: int, **right: Any) -> Case:
    return Case(
        f"fuzz/large, {name}",
        level,
        lambda: make(count),
        right.pop("why", _WHY),
        size=sum(map(len, make(count))),
        heavy=True,
        seconds=_SECONDS,
        quarter=lambda: make(count // 4),
        **right,
    )


def _line(count: int) -> tuple[bytes, ...]:
    return _cut(b"data: " + b"x" * count + b"\n\n", _PIECE)


def _long_line(count: int) -> tuple[bytes, ...]:
    return _cut(b"data: " + b"x" * count + b"\n\n", 64)


def _comment_lines(count: int) -> tuple[bytes, ...]:
    return (*_cut(_COMMENT * count), b"data: a\n\n")


def _comments(count: int) -> Iterable[bytes]:
    """Chunks of 64 KiB, each an object of its own: a reader that keeps them needs the memory for it."""
    view = memoryview((b": " + b"c" * (_KIB - 3) + b"\n") * 64)
    return (bytes(view) for _ in range(count))


def _comments_and_event(count: int) -> Iterable[bytes]:
    return chain(_comments(count), (b"data: a\n\n",))


def _comments_and_message(count: int) -> Iterable[bytes]:
    return chain(_comments(count), (wire(*events(message(text()))),))


def _events(count: int) -> tuple[bytes, ...]:
    return _cut(b"data: x\n\n" * count)


def _of(said: Callable[[int], dict[str, Any]], size: int) -> Callable[[int], tuple[bytes, ...]]:
    return lambda count: _cut(wire(*events(said(count), size)), _PIECE)


def _text(count: int) -> dict[str, Any]:
    return message(text("x" * count))


def _input(count: int) -> dict[str, Any]:
    return message(tool_use({"t": "x" * count}), stop_reason="tool_use")


def _before_text(count: int) -> tuple[bytes, ...]:
    return (*_cut(_COMMENT * count), wire(*events(message(text()))))


_HUGE: Final = 2 * _MIB
_PIECE: Final = 512
_LONG: Final = 256 * _KIB
_LINES: Final = 30_000
_EVENTS: Final = 10_000
_FEW: Final = 4_000
_MANY: Final = 16_000
_CHUNKS: Final = 320
_KEPT: Final[dict[str, Any]] = {"growth": 8 * _MIB, "why": _FORGOTTEN}
_ONE: Final[tuple[Triple, ...]] = (("message", "a", ""),)

_LARGE: Final = (
    _case("long line", "sse", _long_line, _LONG, events=(("message", "x" * _LONG, ""),)),
    _case("many short events", "sse", _events, _EVENTS, events=(("message", "x", ""),) * _EVENTS),
    _case("comment lines", "sse", _comment_lines, _LINES, events=_ONE),
    _case("comments to forget", "sse", _comments_and_event, _CHUNKS, events=_ONE, **_KEPT),
    _case("huge line", "sse", _line, _HUGE, events=(("message", "x" * _HUGE, ""),)),
    _case("deltas", "messages", _of(_text, 4), _FEW * 4, messages=(_text(_FEW * 4),)),
    _case("many pieces of input", "messages", _of(_input, 4), _MANY * 4, messages=(_input(_MANY * 4),)),
    _case("many deltas", "messages", _of(_text, 4), _MANY * 4, messages=(_text(_MANY * 4),)),
    _case("comment lines", "messages", _before_text, _LINES, messages=(message(text()),)),
    _case(
        "comments to forget",
        "messages",
        _comments_and_message,
        _CHUNKS,
        messages=(message(text()),),
        **_KEPT,
    ),
    _case("huge line", "messages", _of(_text, _HUGE), _HUGE, messages=(_text(_HUGE),)),
)


def large_case(level: Level, id_: str) -> Case | None:
    """The large stream that has this id, if one has."""
    return next((case for case in _LARGE if case.level == level and case.id == id_), None)


def large_cases(level: Level, without: Collection[str] = ()) -> list[Case]:
    """A large stream of each kind."""
    return [case for case in _LARGE if case.level == level and case.id.partition(", ")[2] not in without]
