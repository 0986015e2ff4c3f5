"""What a client made of a case, and the verdict on it.

    conforms      what a correct client does
    tolerates     the stream breaks the grammar, and the client gave the whole message all the same
    differs       something else than was sent, or an error that was not sent
    crashes       an exception that the client does not document, or the end of its process
    hangs         no answer within the time limit
    silent loss   an answer, and no word of what is missing from it

A client is judged by what it shows: a decoder its events, a raw stream the events of the API as
JSON, a helper the final message. A raw stream is not asked to know the grammar; but that a stream
stopped before its end, held an error or broken JSON has to be said by every client.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mockapi import sse
from mockapi.cassettes import DEFAULT
from mockapi.fuzzing.cases import Case, Want
from mockapi.messages import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Sees: TypeAlias = Literal["events", "stream", "message"]
"""What a client shows: event-stream events, the API's events, or the final message."""

_SHOWN = 160


class Verdict(enum.StrEnum):
    """The judgement, worst last."""

    CONFORMS = "conforms"
    TOLERATES = "tolerates"
    SKIPPED = "skipped"
    DIFFERS = "differs"
    CRASHES = "crashes"
    HANGS = "hangs"
    SILENT_LOSS = "silent loss"

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done about it."""
        return self in (Verdict.CONFORMS, Verdict.TOLERATES, Verdict.SKIPPED)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that a client reported: its class, its words, and whether the client documents it."""

    type: str
    message: str = ""
    documented: bool = True

    def __str__(self) -> str:
        """Class and words, and whether it is a surprise."""
        words = f"{self.type}: {self.message}" if self.message else self.type
        return words if self.documented else f"{words} (not documented)"


@dataclass(slots=True)
class Seen:
    """What a client showed.

    Attributes:
        sees: which of the following three it shows.
        events: type, data and last event id of each; the id is None where the client does not show it.
        retries: the retry time that each of them showed, in milliseconds; None where it did not show one.
        stream: the API's events as JSON.
        message: the final message.
        error: what was raised.
        trouble: why there is nothing to judge: the verdict, and words.
        late: the index of the first event that was held back, if that could be watched.
        seconds: how long it took.
        growth: by how many bytes its memory grew; None if that is not known.
    """

    sees: Sees
    events: list[tuple[str, str, str | None]] = field(default_factory=list)
    retries: list[Any] = field(default_factory=list)
    stream: list[Any] = field(default_factory=list)
    message: Any = None
    error: Failure | None = None
    trouble: tuple[Verdict, str] | None = None
    late: int | None = None
    seconds: float = 0.0
    growth: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one case, with what was expected and what was seen in words."""

    case: Case
    verdict: Verdict
    expected: str
    seen: str


def judge(case: Case, seen: Seen) -> Finding:
    """The verdict on what a client showed of a case; its words are masked, because reports are kept."""
    finding = _judged(case, seen)
    return replace(finding, seen=DEFAULT.mask(finding.seen))


def _judged(case: Case, seen: Seen) -> Finding:
    expected = expected_words(case, seen.sees)
    if seen.trouble is not None:
        return Finding(case, seen.trouble[0], expected, seen.trouble[1])
    if seen.error is not None and not seen.error.documented:
        return Finding(case, Verdict.CRASHES, expected, str(seen.error))
    look = {"events": _judge_events, "stream": _judge_stream, "message": _judge_message}[seen.sees]
    try:
        verdict, words = look(case, seen)
    except RecursionError:
        return Finding(case, Verdict.DIFFERS, expected, "something too deeply nested to be compared")
    if verdict.is_fine and seen.seconds > case.seconds:
        verdict, words = Verdict.HANGS, f"{seen.seconds:.1f} s, with a limit of {case.seconds:g} s"
    elif verdict.is_fine and case.growth is not None and (seen.growth or 0) > case.growth:
        verdict, words = Verdict.DIFFERS, f"its memory grew by {(seen.growth or 0) / 2**20:.0f} MiB"
    return Finding(case, verdict, expected, words)


def expected_words(case: Case, sees: Sees) -> str:
    """What a correct client shows, for people."""
    if sees == "events" and case.events is not None:
        events = [f"{kind} {data!r}" for kind, data, _ in case.events[:4]]
        more = f" ... {len(case.events)} events" if len(case.events) > 4 else ""
        return _short(", ".join(events) + more) if events else "no events"
    return str(case.want)


def _judge_events(case: Case, seen: Seen) -> tuple[Verdict, str]:
    wanted: Sequence[tuple[str, str, str]] = case.events if case.events is not None else _parsed(case)
    if seen.error is not None:
        return (Verdict.CONFORMS if case.want is Want.EITHER else Verdict.DIFFERS), str(seen.error)
    has_ids = not any(id_ is None for _, _, id_ in seen.events)
    right = [event if has_ids else (*event[:2], None) for event in wanted]
    words = _short(", ".join(f"{kind} {data[:60]!r}" for kind, data, _ in seen.events[:6])) or "no events"
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


def wire_events(case: Case) -> tuple[list[dict[str, Any]], bool]:
    """The API's events in a case's body without pings, and whether every other event is one."""
    found: list[dict[str, Any]] = []
    whole = True
    for event in sse.parse(b"".join(case.chunks()) if case.body is None else case.body):
        if event.type == "ping":
            continue
        try:
            value = load(event.data)
        except ValueError:
            value = None
        if isinstance(value, dict):
            found.append(value)
        elif not any(item.get("type") == "message_stop" for item in found):
            whole = False  # what follows the end of the stream does not count
    return found, whole


def _judge_stream(case: Case, seen: Seen) -> tuple[Verdict, str]:
    kinds = [item.get("type") for item in seen.stream if isinstance(item, dict)]
    if seen.error is not None:
        verdict = Verdict.DIFFERS if case.want is Want.WHOLE else Verdict.CONFORMS
        return verdict, f"{len(kinds)} events, then {seen.error}"
    shown = [item for item in seen.stream if not (isinstance(item, dict) and item.get("type") == "ping")]
    words = _short(f"{len(shown)} events: {', '.join(map(str, kinds))}")
    sent, whole = wire_events(case)
    ended = "message_stop" in [event.get("type") for event in sent] and not _cut_by_length(case)
    failed = any(event.get("type") == "error" for event in sent)
    if not ended or failed or (not whole and case.want is Want.ERROR):
        return (Verdict.TOLERATES if _tells(case, seen) else Verdict.SILENT_LOSS), words
    if case.want is Want.WHOLE and not _same(shown, sent, case):
        lost = len(shown) < len(sent)
        return (Verdict.SILENT_LOSS if lost else Verdict.DIFFERS), words
    return (Verdict.CONFORMS if case.want is Want.WHOLE else Verdict.TOLERATES), words


def _tells(case: Case, seen: Seen) -> bool:
    return case.want is Want.EITHER and any(_same(item, case.messages[0], case) for item in seen.stream)


def _cut_by_length(case: Case) -> bool:
    for name, value in case.headers:
        if name == b"content-length":
            return int(value) < sum(map(len, case.chunks()))
    return False


def _judge_message(case: Case, seen: Seen) -> tuple[Verdict, str]:
    if seen.error is not None:
        verdict = Verdict.DIFFERS if case.want is Want.WHOLE else Verdict.CONFORMS
        return verdict, str(seen.error)
    words = _short(f"message {_outline(seen.message)}")
    if case.want is Want.ERROR:
        return Verdict.SILENT_LOSS, words
    if any(_same(seen.message, message, case) for message in case.messages):
        return (Verdict.CONFORMS if case.want is Want.WHOLE else Verdict.TOLERATES), words
    lost = _amount(seen.message) < min(map(_amount, case.messages))
    return (Verdict.SILENT_LOSS if lost else Verdict.DIFFERS), words


def _outline(message: Any) -> str:
    if not isinstance(message, dict):
        return repr(message)
    return f"{message.get('stop_reason')} {message.get('content')!r}"


def _amount(message: Any) -> int:
    """How much content a message has: characters of text, members of inputs."""
    content = message.get("content") if isinstance(message, dict) else None
    blocks = content if isinstance(content, list) else []
    return sum(len(str(value)) for block in blocks if isinstance(block, dict) for value in block.values())


def _same(one: Any, other: Any, case: Case) -> bool:
    return bool(_plain(one, case.ignore) == _plain(other, case.ignore))


def _plain(value: Any, ignore: frozenset[str]) -> Any:
    """A value without nulls and without what does not count: clients fill in what was not sent."""
    if isinstance(value, dict):
        return {
            key: _plain(item, ignore) for key, item in value.items() if item is not None and key not in ignore
        }
    if isinstance(value, list):
        return [_plain(item, ignore) for item in value]
    return value


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 3]}..."
