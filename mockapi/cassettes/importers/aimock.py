"""aimock fixtures: what to look for in a request, and the meaning of a reply, for any provider.

Source: @copilotkit/aimock 1.43 (`types.d.ts`, `fixture-loader`, `recorder`, `router`, `messages`).

    fixtures:
    - match: {userMessage, model, turnIndex, hasToolResult, sequenceIndex, endpoint, ...}
      response: {content} | {toolCalls} | {blocks} | {error, status}, and overrides
      recordedTimings: {ttftMs, interChunkDelaysMs, totalDurationMs}

A fixture has no request and no reply, so both are made: the reply in the API's wire form, once as
JSON and once as a stream, with ids, counts and events of our own. The cassette matches by what
the user said last, which is what aimock's recorder looks at; a text that came more often is
answered in the order of `sequenceIndex`, else of the file. aimock looked for part of the text,
a cassette compares all of it. Fixtures that match on something else (a tool call's id, the
system prompt, a tool result) have no user text to match by and are left out.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import Matching, RecordedChunk
from mockapi.cassettes.importers._exchange import (
    JSON_HEADERS,
    STREAM_HEADERS,
    Draft,
    Exchange,
    Loss,
    Message,
    RecordedEntry,
)
from mockapi.messages import (
    STATUS_OF,
    TYPE_OF,
    IdFactory,
    IdKind,
    dump,
    encode_event,
    error_body,
    events_of,
    order_message,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.options import Path

TITLE = "aimock"
MATCHING = Matching(compare="last-text")
_API: Final = "https://api.anthropic.com/v1/messages"
_LOST: Final = frozenset({Loss.REQUEST, Loss.BODY})
_MODEL: Final = "claude-unknown"
_STOP_REASONS: Final = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens"}


def recognises(document: Any) -> bool:
    """Whether a document is an aimock fixture file."""
    items = document.get("fixtures") if isinstance(document, dict) else None
    return isinstance(items, list) and all(isinstance(item, dict) and "response" in item for item in items)


def read(document: Any) -> Iterator[RecordedEntry]:
    """The exchanges of a fixture file: two for each fixture that is for this API."""
    items = document["fixtures"]
    for index in sorted(range(len(items)), key=lambda index: _sequence(items[index])):
        left_out = _left_out(items[index])
        for stream in (False, True):
            make = partial(_exchange, items[index], ("fixtures", index), stream=stream)
            if stream and left_out:
                break  # counted once
            yield RecordedEntry(_API, make, left_out)


def _sequence(item: dict[str, Any]) -> int:
    match = item.get("match")
    place = match.get("sequenceIndex") if isinstance(match, dict) else None
    return place if isinstance(place, int) else 0


def _left_out(item: dict[str, Any]) -> str:
    """Why a fixture is left out; empty if it is not."""
    match, response = item.get("match") or {}, item["response"]
    if not isinstance(match, dict) or not isinstance(response, dict):
        return ""
    if match.get("endpoint", "chat") != "chat":
        return f"fixtures of the endpoint {match['endpoint']}"
    model = match.get("model") or response.get("model")
    if isinstance(model, str) and "claude" not in model:
        return f"fixtures of the model {model}"
    if not isinstance(match.get("userMessage"), str):
        return f"fixtures that match on {', '.join(match) or 'nothing'}, not on userMessage"
    return ""


def _exchange(item: dict[str, Any], path: Path, *, stream: bool) -> Exchange:
    match, response = item.get("match"), item["response"]
    if not isinstance(match, dict) or not isinstance(response, dict):
        raise FormatError(path, "no match and response: not a fixture.")
    model = match.get("model") or response.get("model") or _MODEL
    request = {
        "model": model,
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": match["userMessage"]}],
    }
    status, headers, body, chunks = _reply(item, path, model, stream=stream)
    return Draft(
        path=path,
        method="POST",
        url=_API,
        status=status,
        request=Message((), jsontext.compact({**request, "stream": True} if stream else request)),
        response=Message(headers, body),
        lost=_LOST,
        chunks=chunks,
    ).finished()


_Reply = tuple[int, tuple[tuple[str, str], ...], bytes, tuple[RecordedChunk, ...]]


def _reply(item: dict[str, Any], path: Path, model: str, *, stream: bool) -> _Reply:
    response = item["response"]
    seed = int.from_bytes(hashlib.blake2b(jsontext.compact(response), digest_size=6).digest())
    ids = IdFactory(seed)
    error = response.get("error")
    if isinstance(error, dict):
        if error.get("type") == "proxy_error":  # aimock's own, written where the API's reply should be
            cause = f"the recorder could not read the reply: {error.get('message')}."
            raise FormatError((*path, "response"), cause, "Record it again, without compression.")
        status = response.get("status", STATUS_OF.get(str(error.get("type")), 500))
        kind = error.get("type") if error.get("type") in STATUS_OF else TYPE_OF.get(status, "api_error")
        body = error_body(str(kind), str(error.get("message", "")), ids.make(IdKind.REQUEST, 0))
        return status, JSON_HEADERS, body, ()
    message = _message(response, path, model, ids)
    if not stream:
        return 200, JSON_HEADERS, dump(message), ()
    pieces = [encode_event(event) for event in events_of(message)]
    return 200, STREAM_HEADERS, b"".join(pieces), _timed(pieces, item.get("recordedTimings"))


def _message(response: dict[str, Any], path: Path, model: str, ids: IdFactory) -> dict[str, Any]:
    content = [*_thinking(response), *_said(response, path, ids)]
    if not content and "content" not in response:
        kinds = ", ".join(response) or "nothing"
        raise FormatError(
            (*path, "response"), f"no message: it holds {kinds}.", "Only chat replies are imported."
        )
    calls = any(block["type"] == "tool_use" for block in content)
    reason = str(response.get("finishReason") or "")
    usage = response.get("usage")
    return order_message(
        {
            "model": model,
            "id": response.get("id") or ids.make(IdKind.MESSAGE, 0),
            "type": "message",
            "role": "assistant",
            "content": content,
            "stop_reason": _STOP_REASONS.get(reason, reason) or ("tool_use" if calls else "end_turn"),
            "stop_sequence": None,
            "usage": {
                "input_tokens": _count(usage, "input_tokens", "prompt_tokens"),
                "output_tokens": _count(usage, "output_tokens", "completion_tokens"),
            },
        }
    )


def _thinking(response: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for data in response.get("redactedThinking") or []:
        yield {"type": "redacted_thinking", "data": str(data)}
    if response.get("reasoning"):
        signature = str(response.get("reasoningSignature") or "")
        yield {"type": "thinking", "thinking": str(response["reasoning"]), "signature": signature}


def _said(response: dict[str, Any], path: Path, ids: IdFactory) -> Iterator[dict[str, Any]]:
    blocks = response.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        text = [{"type": "text", "text": response["content"]}] if response.get("content") else []
        blocks = [*text, *({"type": "toolCall", **call} for call in response.get("toolCalls") or [])]
    for number, block in enumerate(blocks):
        if block.get("type") == "text":
            yield {"type": "text", "text": _as_text(block.get("text"))}
        elif block.get("type") == "toolCall":
            yield {
                "type": "tool_use",
                "id": block.get("id") or ids.make(IdKind.TOOL_USE, number),
                "name": str(block.get("name")),
                "input": _arguments(block.get("arguments"), (*path, "response")),
            }
        else:
            raise FormatError((*path, "response"), f"a block of type {block.get('type')!r}.")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else jsontext.compact(value).decode()


def _arguments(value: Any, path: Path) -> Any:
    if not isinstance(value, str):
        return value if value is not None else {}
    parsed = jsontext.parse_exactly(value.encode()) if value else {}
    if isinstance(parsed, jsontext.NotJSON):
        raise FormatError(path, f"the arguments of a tool call are not JSON: {parsed.reason}.")
    return parsed


def _count(usage: Any, *names: str) -> int:
    if not isinstance(usage, dict):
        return 0
    return next((usage[name] for name in names if isinstance(usage.get(name), int)), 0)


def _timed(pieces: list[bytes], timings: Any) -> tuple[RecordedChunk, ...]:
    """A chunk an event at the recorded pace: time to the first, then the mean between two."""
    if not isinstance(timings, dict):
        return ()
    first = _seconds(timings.get("ttftMs"))
    between = max(_seconds(timings.get("totalDurationMs")) - first, 0.0) / max(len(pieces) - 1, 1)
    chunks = [RecordedChunk(round(between, 6), len(piece)) for piece in pieces]
    return (chunks[0]._replace(delay=first), *chunks[1:])


def _seconds(milliseconds: Any) -> float:
    is_number = isinstance(milliseconds, int | float) and milliseconds >= 0
    return round(milliseconds / 1000, 6) if is_number else 0.0
