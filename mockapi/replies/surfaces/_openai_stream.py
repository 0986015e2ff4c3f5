r"""A stream of events as a stream of chat completion chunks.

Each chunk comes when its event would have come. Of the events, these are told:

    message_start           the role
    text_delta              a piece of the content
    content_block_start     of a tool use: its id and name
    input_json_delta        a piece of the arguments
    message_delta           why it ended; behind it, if asked for, a chunk with the usage alone
    message_stop            data: [DONE]
    error                   the error, in a chat's form; nothing follows

Faults may have changed the events, so they may come in any order; what cannot be read is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk
from mockapi.messages import dump
from mockapi.replies._sse_frames import frames_of
from mockapi.replies.surfaces._openai_answer import finish_reason, usage
from mockapi.replies.surfaces._openai_errors import chat_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.exchange import Reply

_DONE: Final = b"data: [DONE]\n\n"


def chat_chunks(reply: Reply, created: int, *, include_usage: bool) -> tuple[Chunk, ...]:
    """The chunks of a stream; `created` in seconds since 1970 stands in each.

    Args:
        reply: a stream of events.
        created: when the answer was made.
        include_usage: whether a chunk before the end tells the tokens.
    """
    translation = _Translation(created, include_usage=include_usage)
    made: list[Chunk] = []
    waited = 0.0
    for frame in frames_of(reply, "a chat"):
        waited += frame.delay
        event = frame.value
        if not isinstance(event, dict):
            continue
        for data in translation.of(event):
            made.append(Chunk(waited, data))
            waited = 0.0
    return tuple(made)


class _Translation:
    """What has to be remembered from one event of a stream to the next."""

    def __init__(self, created: int, *, include_usage: bool) -> None:
        self._created = created
        self._include_usage = include_usage
        self._id: Any = None
        self._model: Any = None
        self._usage: dict[str, Any] = {}
        self._calls: dict[str, int] = {}
        self._without_arguments: set[str] = set()

    def of(self, event: dict[str, Any]) -> Iterator[bytes]:
        """What a chat's stream says where this event stands."""
        index = str(event.get("index"))  # whatever a fault or a script made of it
        match event.get("type"):
            case "message_start":
                message = _dict(event.get("message"))
                self._id, self._model = message.get("id"), message.get("model")
                self._usage.update(_dict(message.get("usage")))
                yield self._delta({"role": "assistant"})
            case "content_block_start":
                block = _dict(event.get("content_block"))
                if block.get("type") == "tool_use":
                    yield self._begun(index, block)
                elif block.get("type") == "text" and block.get("text"):
                    yield self._delta({"content": block["text"]})
            case "content_block_delta":
                yield from self._continued(index, _dict(event.get("delta")))
            case "content_block_stop":
                if index in self._without_arguments:  # whole arguments are JSON, also those of no input
                    yield from self._continued(index, {"type": "input_json_delta", "partial_json": "{}"})
            case "message_delta":
                self._usage.update(_dict(event.get("usage")))
                reason = finish_reason(_dict(event.get("delta")).get("stop_reason"))
                yield self._chunk([{"index": 0, "delta": {}, "finish_reason": reason}])
                if self._include_usage and self._usage:
                    yield self._chunk([], usage=usage(self._usage))
            case "message_stop":
                yield _DONE
            case "error":
                yield _line(chat_error(_dict(event.get("error"))))

    def _begun(self, index: str, block: dict[str, Any]) -> bytes:
        given = block.get("input")
        arguments = dump(given).decode() if given else ""  # whole, where code made the call
        place = self._calls[index] = len(self._calls)
        if not arguments:
            self._without_arguments.add(index)
        function = {"name": block.get("name"), "arguments": arguments}
        call = {"index": place, "id": block.get("id"), "type": "function", "function": function}
        return self._delta({"tool_calls": [call]})

    def _continued(self, index: str, delta: dict[str, Any]) -> Iterator[bytes]:
        if delta.get("type") == "text_delta":
            yield self._delta({"content": delta.get("text")})
        elif delta.get("type") == "input_json_delta" and index in self._calls and delta.get("partial_json"):
            self._without_arguments.discard(index)
            function = {"arguments": delta["partial_json"]}
            call = {"index": self._calls[index], "type": "function", "function": function}
            yield self._delta({"tool_calls": [call]})

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": None}])

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        chunk = {
            "id": self._id,
            "choices": choices,
            "created": self._created,
            "model": self._model,
            "object": "chat.completion.chunk",
        }
        return _line({**chunk, **more})


def _line(value: dict[str, Any]) -> bytes:
    return b"data: " + dump(value) + b"\n\n"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
