"""Streams of megabytes for the hunt, one of each kind, with a quarter of each to measure how time grows.

They are few and always the same: what makes them hard is their size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.fuzzing.cases import Case, events, message, text, tool_use, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from mockapi.fuzzing.cases import Level, Triple

_KIB: Final = 1024
_COMMENT: Final = b": keep-alive\n"
_SECONDS: Final = 20.0
_WHY: Final = "Time is linear in the bytes, whatever the chunks are."


def _cut(body: bytes, size: int = _KIB) -> tuple[bytes, ...]:
    return tuple(body[at : at + size] for at in range(0, len(body), size))


def _case(
    name: str, level: Level, make: Callable[[int], tuple[bytes, ...]], count: int, **right: Any
) -> Case:
    return Case(
        f"fuzz/large, {name}",
        level,
        lambda: make(count),
        _WHY,
        size=sum(map(len, make(count))),
        heavy=True,
        seconds=_SECONDS,
        quarter=lambda: make(count // 4),
        **right,
    )


def _line(count: int) -> tuple[bytes, ...]:
    return _cut(b"data: " + b"x" * count + b"\n\n")


def _comment_lines(count: int) -> tuple[bytes, ...]:
    return (*_cut(_COMMENT * count), b"data: a\n\n")


def _events(count: int) -> tuple[bytes, ...]:
    return _cut(b"data: x\n\n" * count)


def _of(said: Callable[[int], dict[str, Any]], size: int) -> Callable[[int], tuple[bytes, ...]]:
    return lambda count: _cut(wire(*events(said(count), size)))


def _text(count: int) -> dict[str, Any]:
    return message(text("x" * count))


def _input(count: int) -> dict[str, Any]:
    return message(tool_use({"t": "x" * count}), stop_reason="tool_use")


def _before_text(count: int) -> tuple[bytes, ...]:
    return (*_cut(_COMMENT * count), wire(*events(message(text()))))


_HUGE: Final = 4 * _KIB * _KIB
_LINES: Final = 60_000
_PIECES: Final = 40_000
_ONE: Final[tuple[Triple, ...]] = (("message", "a", ""),)

_LARGE: Final = (
    _case("huge line", "sse", _line, _HUGE, events=(("message", "x" * _HUGE, ""),)),
    _case("comment lines", "sse", _comment_lines, _LINES, events=_ONE),
    _case("many short events", "sse", _events, _LINES, events=(("message", "x", ""),) * _LINES),
    _case("huge line", "messages", _of(_text, _HUGE), _HUGE, messages=(_text(_HUGE),)),
    _case("many deltas", "messages", _of(_text, 4), _PIECES, messages=(_text(_PIECES),)),
    _case("many pieces of input", "messages", _of(_input, 4), _PIECES, messages=(_input(_PIECES),)),
    _case("comment lines", "messages", _before_text, _LINES, messages=(message(text()),)),
)


def large_cases(level: Level, without: Collection[str] = ()) -> list[Case]:
    """A large stream of each kind."""
    return [case for case in _LARGE if case.level == level and case.id.partition(", ")[2] not in without]
