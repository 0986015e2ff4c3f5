"""The verdict on what a client showed of a case.

A client is judged by what it shows: a decoder its events, a raw stream the events of the API as
JSON, a helper the final message or parts of it. Truncation is never silent; nor may time grow
faster than the stream, or memory with what need not be kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi import sse
from mockapi.cassettes import DEFAULT
from mockapi.exchange import Ending
from mockapi.fuzzing._parts import amount, parts_of, same
from mockapi.fuzzing._stream_judge import judge_stream
from mockapi.fuzzing._verdict import Finding, Seen, Sees, Verdict
from mockapi.fuzzing.cases import Case, Want

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHOWN: Final = 160
_MEASURABLE: Final = 0.5
"""Seconds of processor time below which nothing is said of how it grows."""
_STEEP: Final = 8.0
"""Four times the stream takes four times the time where it is linear, and sixteen times where it is
quadratic: what lies in the middle, on the scale of factors, tells the two apart."""
_TICK: Final = 0.01


def judge(case: Case, seen: Seen) -> Finding:
    """The verdict on what a client showed of a case; its words are masked, because reports are kept."""
    finding = _judged(case, seen)
    shown = {"events": seen.events, "stream": seen.stream, "message": seen.message}[seen.sees]
    return replace(finding, seen=DEFAULT.mask(finding.seen), shown=shown)


def _judged(case: Case, seen: Seen) -> Finding:
    expected = expected_words(case, seen.sees)
    if seen.trouble is not None:
        return Finding(case, seen.trouble[0], expected, seen.trouble[1])
    if seen.error is not None and not seen.error.documented:
        return Finding(case, Verdict.CRASHES, expected, str(seen.error))
    look = {"events": _judge_events, "stream": judge_stream, "message": _judge_message}[seen.sees]
    try:
        verdict, words = look(case, seen)
    except RecursionError:
        return Finding(case, Verdict.DIFFERS, expected, "something too deeply nested to be compared")
    words = _short(words)
    if verdict.is_fine and seen.seconds > case.seconds:
        verdict, words = Verdict.HANGS, f"{seen.seconds:.1f} s, with a limit of {case.seconds:g} s"
    elif verdict.is_fine and is_steep(seen):
        verdict = Verdict.HANGS
        words = f"{seen.seconds:.2f} s, and {seen.quarter_seconds:.2f} s for a quarter of it: not linear"
    elif verdict.is_fine and case.growth is not None and (seen.growth or 0) > case.growth:
        verdict, words = Verdict.DIFFERS, f"its memory grew by {(seen.growth or 0) / 2**20:.0f} MiB"
    return Finding(case, verdict, expected, words)


def is_steep(seen: Seen) -> bool:
    """Whether the time that was measured grows faster than the stream."""
    if seen.quarter_seconds is None or seen.seconds < _MEASURABLE:
        return False
    return seen.seconds > _STEEP * max(seen.quarter_seconds, _TICK)


def expected_words(case: Case, sees: Sees) -> str:
    """What a correct client shows, for people."""
    if sees == "events" and case.events is not None:
        events = [f"{kind} {data!r}" for kind, data, _ in case.events[:4]]
        more = f" ... {len(case.events)} events" if len(case.events) > 4 else ""
        return _short(", ".join(events) + more) if events else "no events"
    return str(case.want)


def _judge_events(case: Case, seen: Seen) -> tuple[Verdict, str]:
    wanted: Sequence[tuple[str, str, str]] = case.events if case.events is not None else _parsed(case)
    if seen.error is not None and case.ending is not Ending.STALL:
        return (Verdict.CONFORMS if case.want is Want.EITHER else Verdict.DIFFERS), str(seen.error)
    has_ids = not any(id_ is None for _, _, id_ in seen.events)
    right = [event if has_ids else (*event[:2], None) for event in wanted]
    words = ", ".join(f"{kind} {data[:60]!r}" for kind, data, _ in seen.events[:6]) or "no events"
    if seen.events != right:
        lost = len(seen.events) < len(right) and _is_part(seen.events, right)
        return (Verdict.SILENT_LOSS if lost else Verdict.DIFFERS), words
    if seen.late is not None:
        return Verdict.DIFFERS, f"event {seen.late} was held back after the chunk that ended it"
    wrong = _wrong_retry(case, seen.retries)
    if wrong is not None:
        return Verdict.DIFFERS, wrong
    return Verdict.CONFORMS, words


def _wrong_retry(case: Case, shown: Sequence[Any]) -> str | None:
    """Words for the first retry time that is not the one in force.

    It is judged where it is shown as the milliseconds of the stream, as a number or a text.
    """
    if not any(isinstance(time, int | str) for time in shown):
        return None
    parser = sse.Parser()
    right = [
        parser.retry
        for chunk in case.chunks()
        for byte in chunk  # one by one: the time in force is told at the byte that ends the event
        for _ in parser.feed(bytes((byte,)))
    ]
    for number, (time, wanted) in enumerate(zip(shown, right, strict=True)):
        told = int(time) if isinstance(time, str) and time.isascii() and time.isdigit() else time
        if isinstance(told, int | str) and told != wanted:
            return f"event {number} shows the retry time {time!r}, and {wanted} is in force"
    return None


def _is_part(some: Iterable[Any], of: Iterable[Any]) -> bool:
    rest = iter(of)
    return all(any(item == other for other in rest) for item in some)


def _parsed(case: Case) -> list[tuple[str, str, str]]:
    return [(*event,) for event in sse.parse(b"".join(case.chunks()))]


def _judge_message(case: Case, seen: Seen) -> tuple[Verdict, str]:
    if seen.error is not None:
        verdict = Verdict.DIFFERS if case.want is Want.WHOLE else Verdict.CONFORMS
        return verdict, str(seen.error)
    words = f"message {_outline(seen.message)}"
    if case.want is Want.ERROR:
        return Verdict.SILENT_LOSS, words
    if any(same(seen.message, message, case, seen.shape) for message in case.messages):
        return (Verdict.CONFORMS if case.want is Want.WHOLE else Verdict.TOLERATES), words
    shows = seen.shape.shows if seen.shape is not None else ()
    sent = [parts_of(message, shows) if shows else message for message in case.messages]
    lost = amount(seen.message) < min(map(amount, sent))
    return (Verdict.SILENT_LOSS if lost else Verdict.DIFFERS), words


def _outline(message: Any) -> str:
    if not isinstance(message, dict):
        return repr(message)
    if "content" not in message:
        return repr(message)
    return f"{message.get('stop_reason')} {message['content']!r}"


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 3]}..."
