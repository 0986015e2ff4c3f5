"""What one recorded exchange tells a profile: numbers, its model and its error, and none of its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from mockapi import cassettes, jsontext
from mockapi.errors import MockapiError
from mockapi.exchange import Request
from mockapi.messages import TYPE_OF
from mockapi.replies._recorded import recorded_reply
from mockapi.replies._sse_frames import frames_of
from mockapi.replies.surfaces import OPENAI, surface_of
from mockapi.replies.synthesis import PlanPart, asks_for_caching, callable_tools, view_of
from mockapi.replies.twin._profile import MAX_OUTPUT, MAX_SECONDS, MAX_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockapi.cassettes import Interaction
    from mockapi.exchange import Reply
    from mockapi.replies._sse_frames import SSEFrame
    from mockapi.replies.synthesis import RequestView

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.:@/+-]{0,99}", re.ASCII)
"""Of a model. What looks otherwise may be anything, and is not told."""
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_FIELDS: Final = ("text", "thinking", "partial_json")
_STOP: Final = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)
_MOST_CALLS: Final = 100
UNNAMED: Final = "unnamed"


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """How a stream came.

    Attributes:
        first: seconds to its first piece of content.
        gaps: seconds from piece to piece.
        characters: of the pieces; the last of a block only if it is the only one, because it is cut short.
    """

    first: float
    gaps: tuple[float, ...]
    characters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A reply that came whole.

    Attributes:
        stop_reason: why it stops.
        offers_tools: whether the request lets tools of the client's be called.
        tool_calls: how many it calls.
        output_tokens: as its usage tells.
        thinking: the part of them that was thinking; None where thinking was off.
        asks_for_caching: whether the request asked for caching.
        read: the part of the input that was read from the prompt cache.
        written: the part that was written to it.
    """

    stop_reason: str
    offers_tools: bool
    tool_calls: int
    output_tokens: int
    thinking: float | None
    asks_for_caching: bool
    read: float
    written: float


@dataclass(frozen=True, slots=True)
class Observation:
    """An exchange of POST /v1/messages.

    Attributes:
        model: that was asked.
        request_bytes: of the body.
        status: of HTTP.
        is_stream: whether it came as events.
        error: the type of the error that it is, or that ended it; None without one.
        retry_after: seconds that an error asked clients to wait.
        seconds: until all of it had come; None where nothing was timed.
        input_tokens: all that was read; None where the reply does not tell.
        message: the reply, if it came whole.
        stream: how it came, if it was timed.
        is_broken: whether it is a stream that ended before its time.
    """

    model: str
    request_bytes: int
    status: int
    is_stream: bool
    error: str | None = None
    retry_after: float | None = None
    seconds: float | None = None
    input_tokens: int | None = None
    message: Message | None = None
    stream: StreamTiming | None = None
    is_broken: bool = False


def observed(interaction: Interaction) -> Observation | None:
    """What an interaction tells; None if it asks for something other than a message."""
    request = cassettes.as_request(interaction)
    surface = surface_of(request)
    plain = request if surface is None else surface.plain(request)
    if not isinstance(plain, Request) or not plain.asks_for_message or surface is OPENAI:
        return None
    view = view_of(plain)
    reply = recorded_reply(interaction.response, interaction.request.method, lambda: "")
    response = interaction.response
    waited = sum(chunk.delay for chunk in response.chunks)
    seconds = min(waited, MAX_SECONDS) if waited > 0 else None
    model = view.model if _NAME.fullmatch(view.model) else UNNAMED
    size = len(interaction.request.body)
    if response.status != 200:
        return Observation(
            model,
            size,
            response.status,
            is_stream=False,
            error=_error_type(reply),
            retry_after=_retry_after(reply),
            seconds=seconds,
        )
    frames = _frames(reply) if response.is_stream else ()
    types = [frame.type for frame in frames]
    failure = frames[types.index("error")].value if "error" in types else None
    message = cassettes.reply_of(interaction)
    message = message if isinstance(message, dict) else {}
    usage = _object(message.get("usage"))
    return Observation(
        model,
        size,
        200,
        is_stream=response.is_stream,
        error=None if failure is None else _named_type(failure, "api_error"),
        seconds=seconds,
        input_tokens=_input_tokens(usage),
        message=_message(message, usage, view),
        stream=_timing(frames) if seconds is not None else None,
        is_broken=bool(types) and "message_stop" not in types,
    )


def _error_type(reply: Reply) -> str:
    return _named_type(jsontext.parse(reply.body), TYPE_OF.get(reply.status, "api_error"))


def _named_type(value: Any, otherwise: str) -> str:
    error = _object(value).get("error")
    kind = _object(error).get("type")
    return kind if isinstance(kind, str) and _TYPE.fullmatch(kind) else otherwise


def _retry_after(reply: Reply) -> float | None:
    try:
        seconds = float(reply.header("retry-after") or "")
    except ValueError:
        return None  # none, or a date, which says nothing without the time of the exchange
    return seconds if 0 <= seconds <= MAX_SECONDS else None


def _message(message: dict[str, Any], usage: dict[str, Any], view: RequestView) -> Message | None:
    stop, output = message.get("stop_reason"), usage.get("output_tokens")
    if not isinstance(stop, str) or _STOP.fullmatch(stop) is None or type(output) is not int or output < 0:
        return None
    blocks = message.get("content")
    content = [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    calls = sum(block.get("type") == "tool_use" for block in content)
    total = _input_tokens(usage) or 0
    read = _share(usage.get("cache_read_input_tokens"), total)
    written = _share(usage.get("cache_creation_input_tokens"), total)
    return Message(
        stop,
        bool(callable_tools(view)),
        min(calls, _MOST_CALLS),
        min(output, MAX_OUTPUT),
        _thinking(content, usage, output) if view.thinking else None,
        asks_for_caching(view) or read + written > 0,
        read,
        written,
    )


def _thinking(content: Sequence[dict[str, Any]], usage: dict[str, Any], output: int) -> float:
    told = _object(usage.get("output_tokens_details")).get("thinking_tokens")
    if type(told) is not int:
        told = sum(
            PlanPart(block).tokens
            for block in content
            if block.get("type") == "thinking" and isinstance(block.get("thinking"), str)
        )
    return _share(told, output)


def _input_tokens(usage: dict[str, Any]) -> int | None:
    counts = [
        usage.get(name) or 0
        for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    ]
    known = [count for count in counts if type(count) is int and count >= 0]
    return min(sum(known), MAX_SIZE) if len(known) == len(counts) and "input_tokens" in usage else None


def _share(count: Any, total: int) -> float:
    return min(count / total, 1.0) if type(count) is int and count > 0 and total > 0 else 0.0


def _frames(reply: Reply) -> Sequence[SSEFrame]:
    try:
        return frames_of(reply, "twin", binary=True)
    except MockapiError:
        return ()  # compressed, or broken in a way that has no frames


def _timing(frames: Iterable[SSEFrame]) -> StreamTiming | None:
    """The pieces of a stream: what came at one moment is one piece."""
    moments: list[float] = []
    lengths: list[int] = []
    cut_short: set[int] = set()
    now: float = 0
    before_block = 0
    for frame in frames:
        now = min(now + frame.delay, MAX_SECONDS)
        if frame.type == "content_block_start":
            before_block = len(moments)
        elif frame.type == "content_block_stop" and len(moments) > before_block + 1:
            cut_short.add(len(moments) - 1)
        elif frame.type == "content_block_delta":
            length = _length(frame.value)
            if not moments or (length and now > moments[-1]):
                moments.append(now)
                lengths.append(length)
            else:
                lengths[-1] += length
    if not moments:
        return None
    gaps = tuple(after - before for before, after in pairwise(moments))
    kept = (length for place, length in enumerate(lengths) if length and place not in cut_short)
    return StreamTiming(moments[0], gaps, tuple(kept))


def _length(event: Any) -> int:
    delta = _object(_object(event).get("delta"))
    return max((len(delta[name]) for name in _FIELDS if isinstance(delta.get(name), str)), default=0)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
