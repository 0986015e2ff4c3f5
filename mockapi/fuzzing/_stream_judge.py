"""Judging a raw stream of the API's events: what was shown is compared with what was sent.

A raw stream is not asked to know the grammar; but that a stream stopped before its end, held an
error or broken JSON has to be said by every client. What follows message_stop is not part of the
message: a client may show it or not. The same goes for pings and for events of unknown types, which
the API may add at any time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi import sse
from mockapi.exchange import Ending
from mockapi.fuzzing._parts import same
from mockapi.fuzzing._verdict import Verdict
from mockapi.fuzzing.cases import Want
from mockapi.messages import load

if TYPE_CHECKING:
    from mockapi.fuzzing._verdict import Seen
    from mockapi.fuzzing.cases import Case

_KNOWN: Final = frozenset(
    {
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
        *("message_delta", "message_stop", "error"),
    }
)


class Sent(NamedTuple):
    """What a case sends to a client that reads the API's events.

    Attributes:
        events: up to message_stop, those of unknown types left out.
        behind: the same after message_stop.
        has_end: whether message_stop came.
        has_error: whether an error came before it.
        is_json: whether the data of every event of a known name, up to the end, is a JSON object.
    """

    events: list[dict[str, Any]]
    behind: list[dict[str, Any]]
    has_end: bool
    has_error: bool
    is_json: bool


def sent_of(case: Case, *, lenient: bool = False) -> Sent:
    """What a case sends; `lenient` takes an event at the end that no blank line ends."""
    body = _received(case) + (b"\n\n" if lenient else b"")
    events: list[dict[str, Any]] = []
    behind: list[dict[str, Any]] = []
    has_end, has_error, is_json = False, False, True
    for event in sse.parse(body):
        value = _value(event.data)
        if isinstance(value, dict):
            kind = value.get("type", event.type)
            if kind in _KNOWN:
                value = {"type": kind, **value}
                (behind if has_end else events).append(value)
            has_error = has_error or (kind == "error" and not has_end)
            has_end = has_end or kind == "message_stop"
        elif not has_end and event.type != "ping":
            has_error = has_error or event.type == "error"
            is_json = is_json and event.type not in (_KNOWN | {"message"})
    return Sent(events, behind, has_end, has_error, is_json)


def _received(case: Case) -> bytes:
    """The body as far as HTTP hands it on."""
    if case.body is not None and any(name == b"content-encoding" for name, _ in case.headers):
        return case.body
    body = b"".join(case.chunks())
    for name, value in case.headers:
        if name == b"content-length":
            return body[: int(value)]
    return body


def _value(data: str) -> Any:
    """The value of an event's data, NaN and its like as null; None if it is something else than JSON."""
    try:
        return load(data)
    except ValueError:
        pass
    try:
        return json.loads(data, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return None


def _known(seen: Seen) -> list[Any]:
    return [item for item in seen.stream if not isinstance(item, dict) or item.get("type") in _KNOWN]


def judge_stream(case: Case, seen: Seen) -> tuple[Verdict, str]:
    """The verdict on a raw stream, and words for what was seen."""
    kinds = [item.get("type") for item in seen.stream if isinstance(item, dict)]
    if seen.error is not None:
        verdict = Verdict.DIFFERS if case.want is Want.WHOLE else Verdict.CONFORMS
        words = f"{len(kinds)} events, then {seen.error}"
        if case.ending is not Ending.STALL:
            return verdict, words
        due = [event for event in sent_of(case).events if event["type"] != "error"]
        is_late = len(_known(seen)) < len(due)
        return (Verdict.DIFFERS if is_late else verdict), f"{words}; {len(due)} were there before the silence"
    shown = _known(seen)
    words = f"{len(shown)} events: {', '.join(map(str, kinds))}"
    sent = sent_of(case)
    if not sent.has_end and case.want is Want.EITHER:
        if any(same(item, case.messages[0], case, seen.shape) for item in seen.stream):
            return Verdict.TOLERATES, words
        sent = sent_of(case, lenient=True)
    is_broken = not sent.is_json and case.want is Want.ERROR
    if not sent.has_end or sent.has_error or is_broken:
        return Verdict.SILENT_LOSS, words
    extra = shown[len(sent.events) :]
    is_whole = same(shown[: len(sent.events)], sent.events, case, seen.shape)
    if not is_whole or not same(extra, sent.behind[: len(extra)], case, seen.shape):
        return (Verdict.SILENT_LOSS if len(shown) < len(sent.events) else Verdict.DIFFERS), words
    return (Verdict.CONFORMS if case.want is Want.WHOLE else Verdict.TOLERATES), words
