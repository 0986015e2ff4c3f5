"""A message back to the events that a stream of it has.

Law: `accumulate(events_of(message)) == message`, down to the order of the keys, for every message
that the API could have sent. How the parts are told, as recorded streams have it:

    message_start           the message with content [], stop fields null, usage.output_tokens 1,
                            without what only message_delta tells (`DELTA_ONLY`)
    ping                    one, after the first content_block_start, or message_start if there is none
    text                    `citations` one by one, then the text in pieces
    thinking                the thinking in pieces, then one signature
    tool uses               an empty fragment, then the input as spaced JSON in pieces; an input
                            that other code wrote (programmatic calling) whole in the start
    compaction              one delta with the whole summary
    any other block         whole in its start
    message_delta           the stop fields, and the usage of the whole stream: all counts if the
                            message is of 2025-08 or later (it has `cache_creation`), before that
                            the output alone
    message_stop

How long the pieces are is the caller's choice, so that the events are a function of message and
sizes. Pieces are cut between code points, never inside of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mockapi.messages import _keyorder
from mockapi.options import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

Sizes: TypeAlias = Callable[[str], int]
"""Given a delta type, the length of the next piece in characters, 1 or more."""

DELTA_ONLY: Final = ("context_management", "input_transformations")
"""Members of a message that a stream tells in `message_delta`, beside its usage."""

_COUNTS: Final = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)
_USAGE_AT_END: Final = ("output_tokens_details", "server_tool_use", "iterations", "fallback_credit")
spaced: Final = json.JSONEncoder(ensure_ascii=False).encode
"""A tool's input as streams tell it: JSON with blanks behind commas and colons."""
_TOOL_USES: Final = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})

# Measured: quartiles 5, 11, 20 for text; 7, 15, 29 for thinking; 4, 6, 9 for JSON, 12 at most.
_TYPICAL: Final[Mapping[str, tuple[int, ...]]] = {
    "text_delta": (5, 13, 3, 24, 11, 8, 35, 2, 17, 6, 48, 20),
    "thinking_delta": (14, 4, 29, 10, 43, 7, 22, 3, 75, 15),
    "input_json_delta": (2, 7, 4, 11, 6, 9, 3, 12, 5),
}


def typical_sizes() -> Sizes:
    """Lengths as recorded streams have them, the same sequence each time."""
    lengths = {kind: cycle(values) for kind, values in _TYPICAL.items()}
    return lambda kind: next(lengths[kind])


def events_of(
    message: Mapping[str, Any], *, sizes: Sizes | None = None, ping: bool = True
) -> list[dict[str, Any]]:
    """The events of a stream of this message.

    Args:
        message: a whole message, as a reply without streaming has it.
        sizes: the lengths of the pieces; `typical_sizes()` if not given.
        ping: whether a ping follows the first content_block_start; message_start without content.

    Raises:
        ValueError: the message is not whole, or `sizes` gave less than 1.
    """
    _check(message)
    sizes = sizes or typical_sizes()
    events: list[dict[str, Any]] = [{"type": "message_start", "message": _start_of(message)}]
    if ping and not message["content"]:
        events.append({"type": "ping"})
    for index, block in enumerate(message["content"]):
        start, deltas = _block_events(block, sizes)
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        if ping and index == 0:
            events.append({"type": "ping"})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    events.append(_message_delta(message))
    events.append({"type": "message_stop"})
    return events


def _check(message: Mapping[str, Any]) -> None:
    for key, wanted in (("content", list), ("stop_reason", str), ("usage", dict)):
        value = message.get(key)
        if not isinstance(value, wanted):
            raise ValueError(f"A whole message has a {key}; this one's is {shown(value)}.")  # noqa: TRY004 - a fault of the data


def _start_of(message: Mapping[str, Any]) -> dict[str, Any]:
    start = dict(message)
    for key in DELTA_ONLY:
        start.pop(key, None)
    for key in _keyorder.DELTA:  # what is told later
        if key in start:
            start[key] = None
    usage = {key: value for key, value in message["usage"].items() if key not in _USAGE_AT_END}
    if usage.get("output_tokens"):
        usage["output_tokens"] = 1
    start["content"], start["usage"] = [], usage
    return start


def _message_delta(message: Mapping[str, Any]) -> dict[str, Any]:
    usage = message["usage"]
    counts = _COUNTS if "cache_creation" in usage else ("output_tokens",)
    told = {key: value for key, value in usage.items() if key in counts or key in _USAGE_AT_END}
    return {
        "type": "message_delta",
        "delta": {key: message[key] for key in _keyorder.DELTA if key in message},
        "usage": _keyorder.order_delta_usage(told),
        **{key: message[key] for key in DELTA_ONLY if key in message},
    }


def _block_events(block: dict[str, Any], sizes: Sizes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    kind = block["type"]
    if kind == "text":
        citations = block.get("citations") or []
        start = block | {"text": ""}
        if citations:
            start["citations"] = []
        deltas = [{"type": "citations_delta", "citation": citation} for citation in citations]
        return start, deltas + _pieces("text_delta", "text", block["text"], sizes)
    if kind == "thinking":
        deltas = _pieces("thinking_delta", "thinking", block["thinking"], sizes)
        if not block.get("signature"):
            return block | {"thinking": ""}, deltas
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
        return block | {"thinking": "", "signature": ""}, deltas
    if kind in _TOOL_USES and _is_streamed(block):
        written = spaced(block["input"]) if block["input"] else ""
        first = {"type": "input_json_delta", "partial_json": ""}
        return block | {"input": {}}, [first, *_pieces("input_json_delta", "partial_json", written, sizes)]
    if kind == "compaction" and block.get("content") is not None:
        told: dict[str, Any] = {key: block[key] for key in ("content", "encrypted_content") if key in block}
        return block | dict.fromkeys(told), [{"type": "compaction_delta", **told}]
    return block, []


def _is_streamed(tool_use: dict[str, Any]) -> bool:
    caller = tool_use.get("caller")
    return caller is None or caller.get("type") == "direct"


def _pieces(kind: str, field: str, text: str, sizes: Sizes) -> list[dict[str, Any]]:
    pieces = []
    place, end = 0, len(text)
    while place < end:
        length = sizes(kind)
        if length < 1:
            raise ValueError(f"The length of a piece is 1 or more, not {length}.")
        pieces.append({"type": kind, field: text[place : place + length]})
        place += length
    return pieces
