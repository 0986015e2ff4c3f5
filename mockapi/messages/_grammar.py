"""The grammar of a Messages stream.

    stream  = message_start block* message_delta+ message_stop
            | whole_message_start message_stop
    block   = content_block_start content_block_delta* content_block_stop

with `ping` anywhere before the end and `error` ending the stream wherever it comes. `TABLE` is
that grammar, state by event, with a cell for every pair: where the stream goes, and the code of
the violation if the pair is one. A whole message_start is one whose message has its content and
stop reason already: it comes where nothing was sampled, when running code calls its next tool.
Beside the table stand the rules on what events carry:

    - blocks are numbered 0, 1, 2, ... in the order of their start, one open at a time
    - a delta or stop has the index of the open block
    - a delta has a type that its block takes (`DELTAS`)
    - message_start carries a message with its usage and, unless it is whole, no content;
      message_delta the usage so far, and one of them a stop reason, which is null in those before

The API's versioning policy lets it add event types, block types, delta types and stop reasons at
any time, so one that no table names is reported as `UNKNOWN`, not as a violation. After a
violation the check goes on as if the missing piece had been there, so that one fault does not
drown the next.

Sources: the recorded streams (622, without a violation) and the API's published event types. The
events of the older `/v1/complete` have a grammar of their own, which this module does not know.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.options import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class State(enum.StrEnum):
    """Where a stream is."""

    START = "before message_start"
    OPEN = "between content blocks"
    BLOCK = "inside a content block"
    CLOSING = "before message_stop"
    DONE = "after message_stop"
    FAILED = "after an error event"


class Move(NamedTuple):
    """A cell of the table: the next state and, for a violation, its code."""

    to: State
    code: str = ""


_START, _OPEN, _BLOCK, _CLOSING, _DONE, _FAILED = State
_LATE: Final = Move(_DONE, "after_message_stop")
_AFTER_ERROR: Final = Move(_FAILED, "after_error")
_AGAIN: Final = "second_message_start"
_UNSTOPPED: Final = "block_not_stopped"
_LATE_BLOCK: Final = Move(_CLOSING, "block_after_message_delta")

# What decides between these and the table's cells is not the event's type but what it carries.
_STOPPED_BLOCK: Final = Move(_OPEN, "after_block_stop")
_WHOLE_START: Final = Move(_CLOSING)

TABLE: Final[Mapping[State, Mapping[str, Move]]] = {
    _START: {
        "message_start": Move(_OPEN),
        "content_block_start": Move(_BLOCK, "no_message_start"),
        "content_block_delta": Move(_BLOCK, "no_message_start"),
        "content_block_stop": Move(_OPEN, "no_message_start"),
        "message_delta": Move(_CLOSING, "no_message_start"),
        "message_stop": Move(_DONE, "no_message_start"),
        "ping": Move(_START),
        "error": Move(_FAILED),
    },
    _OPEN: {
        "message_start": Move(_OPEN, _AGAIN),
        "content_block_start": Move(_BLOCK),
        "content_block_delta": Move(_BLOCK, "no_block_start"),
        "content_block_stop": Move(_OPEN, "no_block_start"),
        "message_delta": Move(_CLOSING),
        "message_stop": Move(_DONE, "no_message_delta"),
        "ping": Move(_OPEN),
        "error": Move(_FAILED),
    },
    _BLOCK: {
        "message_start": Move(_BLOCK, _AGAIN),
        "content_block_start": Move(_BLOCK, _UNSTOPPED),
        "content_block_delta": Move(_BLOCK),
        "content_block_stop": Move(_OPEN),
        "message_delta": Move(_CLOSING, _UNSTOPPED),
        "message_stop": Move(_DONE, _UNSTOPPED),
        "ping": Move(_BLOCK),
        "error": Move(_FAILED),
    },
    _CLOSING: {
        "message_start": Move(_CLOSING, _AGAIN),
        "content_block_start": _LATE_BLOCK,
        "content_block_delta": _LATE_BLOCK,
        "content_block_stop": _LATE_BLOCK,
        "message_delta": Move(_CLOSING),
        "message_stop": Move(_DONE),
        "ping": Move(_CLOSING),
        "error": Move(_FAILED),
    },
    _DONE: {
        "message_start": _LATE,
        "content_block_start": _LATE,
        "content_block_delta": _LATE,
        "content_block_stop": _LATE,
        "message_delta": _LATE,
        "message_stop": _LATE,
        "ping": _LATE,
        "error": _LATE,
    },
    _FAILED: {
        "message_start": _AFTER_ERROR,
        "content_block_start": _AFTER_ERROR,
        "content_block_delta": _AFTER_ERROR,
        "content_block_stop": _AFTER_ERROR,
        "message_delta": _AFTER_ERROR,
        "message_stop": _AFTER_ERROR,
        "ping": _AFTER_ERROR,
        "error": _AFTER_ERROR,
    },
}

DELTAS: Final[Mapping[str, Mapping[str, type]]] = {
    "text_delta": {"text": str},
    "citations_delta": {"citation": dict},
    "thinking_delta": {"thinking": str},
    "signature_delta": {"signature": str},
    "input_json_delta": {"partial_json": str},
    "compaction_delta": {},  # content is a string, or null where compaction failed
}
"""Delta types and the members that each must have."""

BLOCKS: Final[Mapping[str, frozenset[str]]] = {
    "text": frozenset({"text_delta", "citations_delta"}),
    "thinking": frozenset({"thinking_delta", "signature_delta"}),
    "tool_use": frozenset({"input_json_delta"}),
    "server_tool_use": frozenset({"input_json_delta"}),
    "mcp_tool_use": frozenset({"input_json_delta"}),
    "compaction": frozenset({"compaction_delta"}),
    # The others come whole in their content_block_start.
    "redacted_thinking": frozenset(),
    "web_search_tool_result": frozenset(),
    "web_fetch_tool_result": frozenset(),
    "code_execution_tool_result": frozenset(),
    "bash_code_execution_tool_result": frozenset(),
    "text_editor_code_execution_tool_result": frozenset(),
    "tool_search_tool_result": frozenset(),
    "advisor_tool_result": frozenset(),
    "mcp_tool_result": frozenset(),
    "mcp_tool_listing": frozenset(),
    "container_upload": frozenset(),
    "fallback": frozenset(),
}
"""Block types and the delta types that each takes."""

STOP_REASONS: Final = frozenset(
    {"end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"}
    | {"model_context_window_exceeded", "compaction"}
)

CODES: Final[Mapping[str, str]] = {
    "no_message_start": "comes before message_start, which begins every stream",
    "second_message_start": "is the second of the stream; there is one",
    "no_block_start": "belongs to a content block, but no block is open",
    "after_block_stop": "belongs to a content block that was stopped before",
    "block_not_stopped": "comes while a content block is open; content_block_stop is missing",
    "no_message_delta": "comes without a message_delta before it",
    "no_stop_reason": "comes without a stop reason before it",
    "block_after_message_delta": "comes after message_delta, which closes the content",
    "after_message_stop": "comes after message_stop, which ends the stream",
    "after_error": "comes after an error event, which ends the stream",
    "truncated": "the stream stops",
    "malformed": "lacks what its type must have",
    "no_usage": "has no usage",
    "index_order": "starts a block out of order",
    "wrong_index": "has the index of another block",
    "wrong_delta": "has a delta that the block does not take",
    "unknown_event": "has a type that is not known here",
    "unknown_block": "starts a block of a type that is not known here",
    "unknown_delta": "has a delta type that is not known here",
    "unknown_stop_reason": "has a stop reason that is not known here",
}
"""Every code of a `GrammarViolation`, with its sentence."""


class Severity(enum.StrEnum):
    """Whether a finding breaks the grammar or is only newer than these tables."""

    VIOLATION = "violation"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GrammarViolation:
    """One finding.

    Attributes:
        code: a key of `CODES`.
        index: of the event in the stream, from 0; for "truncated" the number of events.
        message: what came, where and why it is wrong, in words.
    """

    code: str
    index: int
    message: str

    @property
    def severity(self) -> Severity:
        """`UNKNOWN` for what the API's versioning policy allows, else `VIOLATION`."""
        return Severity.UNKNOWN if self.code.startswith("unknown_") else Severity.VIOLATION

    def __str__(self) -> str:
        return self.message


class GrammarChecker:
    """Checks a stream event by event.

    Attributes:
        state: where the stream is.
        count: how many events came.
    """

    def __init__(self) -> None:
        self.state = State.START
        self.count = 0
        self._last = "none"
        self._next_index = 0
        self._index: int | None = None  # of the open block, or the latest that was open
        self._block_type: str | None = None  # of the open block; None if it is not known
        self._has_reason: bool | None = None  # None before the first message_delta

    def feed(self, event: Any) -> list[GrammarViolation]:
        """What is wrong with the next event, in the order of its parts; [] if nothing."""
        index, self.count = self.count, self.count + 1
        kind = event.get("type") if isinstance(event, dict) else None
        if not isinstance(kind, str):
            return [_violation("malformed", index, "no type", 'an event is an object with a string "type"')]
        self._last = kind
        before = self.state
        move = self._move(kind, event)
        if move is None:
            late = TABLE[before]["ping"].code  # nothing may come after the end, known or not
            return [_violation(late or "unknown_event", index, kind)]
        self.state = move.to
        found = [] if not move.code else [_violation(move.code, index, kind)]
        if before not in (State.DONE, State.FAILED):
            found += [_violation(code, index, kind, detail) for code, detail in self._parts(kind, event)]
        return found

    def end(self) -> list[GrammarViolation]:
        """What is wrong with the stream as a whole: whether it stops too early."""
        if self.state in (State.DONE, State.FAILED):
            return []
        message = (
            f"The stream stops {self.state}, after {self.count} events (the last is {self._last}); "
            "message_stop never comes."
        )
        return [GrammarViolation("truncated", self.count, message)]

    def _move(self, kind: str, event: dict[str, Any]) -> Move | None:
        move = TABLE[self.state].get(kind)
        if kind == "message_start" and self.state is State.START and _is_whole(event.get("message")):
            return _WHOLE_START
        if kind in ("content_block_delta", "content_block_stop") and self.state in (State.START, State.OPEN):
            index = event.get("index")
            if type(index) is int:
                self._index = index
                if index < self._next_index:
                    return _STOPPED_BLOCK
                self._next_index = index + 1  # as if it had been started
            self._block_type = None
        return move

    def _parts(self, kind: str, event: dict[str, Any]) -> Iterable[tuple[str, str]]:
        match kind:
            case "message_start":
                return _check_message(event.get("message"))
            case "content_block_start":
                return self._check_block(event.get("index"), event.get("content_block"))
            case "content_block_delta":
                return [*self._check_index(event.get("index")), *self._check_delta(event.get("delta"))]
            case "content_block_stop":
                return self._check_index(event.get("index"))
            case "message_delta":
                return self._check_message_delta(event)
            case "message_stop" if self._has_reason is False:
                return [("no_stop_reason", "every message_delta has null")]
            case "error":
                return _check_error(event.get("error"))
            case _:
                return ()

    def _check_block(self, index: Any, block: Any) -> Iterable[tuple[str, str]]:
        self._block_type = None
        if type(index) is not int:
            yield "malformed", f"its index is {shown(index)}, no integer"
            index = self._next_index
        elif index != self._next_index:
            yield "index_order", f"its index is {index}, the next block is {self._next_index}"
        self._index, self._next_index = index, max(self._next_index, index + 1)
        kind = block.get("type") if isinstance(block, dict) else None
        if not isinstance(kind, str):
            yield "malformed", 'its content_block is not an object with a string "type"'
        elif kind not in BLOCKS:
            yield "unknown_block", f"{kind!r}"
        else:
            self._block_type = kind

    def _check_index(self, index: Any) -> Iterable[tuple[str, str]]:
        if type(index) is not int:
            yield "malformed", f"its index is {shown(index)}, no integer"
        elif self.state is not State.CLOSING and index != self._index:
            yield "wrong_index", f"its index is {index}, the latest block is {self._index}"

    def _check_delta(self, delta: Any) -> Iterable[tuple[str, str]]:
        kind = delta.get("type") if isinstance(delta, dict) else None
        if not isinstance(kind, str):
            yield "malformed", 'its delta is not an object with a string "type"'
        elif kind not in DELTAS:
            yield "unknown_delta", f"{kind!r}"
        elif missing := [key for key, of in DELTAS[kind].items() if not isinstance(delta.get(key), of)]:
            yield "malformed", f"its {kind} has no fitting {missing[0]!r}"
        elif self._block_type is not None and kind not in BLOCKS[self._block_type]:
            yield "wrong_delta", f"{kind} in a block of type {self._block_type}"

    def _check_message_delta(self, event: dict[str, Any]) -> Iterable[tuple[str, str]]:
        delta = event.get("delta")
        reason = delta.get("stop_reason", "") if isinstance(delta, dict) else ""
        if reason is None:
            self._has_reason = bool(self._has_reason)
        elif not isinstance(reason, str) or not reason:
            yield "malformed", "its delta has no stop_reason"
        else:
            self._has_reason = True
            if reason not in STOP_REASONS:
                yield "unknown_stop_reason", f"{reason!r}"
        if not isinstance(event.get("usage"), dict):
            yield "no_usage", "message_delta carries the usage of the whole stream"


def check_events(events: Iterable[Any]) -> list[GrammarViolation]:
    """Everything wrong with a whole stream, in its order; [] for a stream as the API sends it."""
    checker = GrammarChecker()
    found = [violation for event in events for violation in checker.feed(event)]
    return found + checker.end()


def _violation(code: str, index: int, kind: str, detail: str = "") -> GrammarViolation:
    words = f"Event {index} ({kind}) {CODES[code]}"
    return GrammarViolation(code, index, f"{words}: {detail}." if detail else f"{words}.")


def _is_whole(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("stop_reason"), str)


def _check_message(message: Any) -> Iterable[tuple[str, str]]:
    if not isinstance(message, dict):
        yield "malformed", "its message is not an object"
        return
    content = message.get("content")
    if not isinstance(content, list) or (content and not _is_whole(message)):
        yield "malformed", "the content of its message is not []; blocks come in events of their own"
    elif not all(isinstance(block, dict) for block in content):
        yield "malformed", "the content of its message holds a value that is not an object"
    if not isinstance(message.get("usage"), dict):
        yield "no_usage", "message.usage is an object in every stream"


def _check_error(error: Any) -> Iterable[tuple[str, str]]:
    if not isinstance(error, dict) or not isinstance(error.get("type"), str):
        yield "malformed", 'its error is not an object with a string "type"'
