"""Interactions out of what is said: the starter cassettes are written, not recorded.

Everything that the API draws at random is drawn here from a seed: each interaction has a number,
and all of its ids, times and blanks are functions of that number. The same numbers give the same
bytes on every machine and Python.
"""

from __future__ import annotations

import base64
import hashlib
import math
import random
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes import Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.exchange import Ending
from mockapi.messages import (
    MAX_PADDING,
    IdKind,
    dump,
    encode_event,
    error_body,
    events_of,
    order_message,
    stream_error_event,
)
from tests.support.starter.headers import IDS, Field, failure, probed, success
from tests.support.starter.pieces import chunks, word_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ORIGIN = "written for mockapi, not recorded"
JSON = "application/json"
STREAM = "text/event-stream; charset=utf-8"

Block = dict[str, Any]
Body = dict[str, Any]


def tool_id(number: int, kind: IdKind = IdKind.TOOL_USE) -> str:
    """The id of a tool use, the same in a stream, in JSON, and where it is handed back."""
    return IDS.make(kind, number)


def opaque(of: str, size: int) -> str:
    """`size` characters of base64, a multiple of four, such as signatures and encrypted content."""
    bits = hashlib.shake_256(of.encode()).digest(size // 4 * 3 - 2)
    return base64.b64encode(b"\x12\x88" + bits).decode()


class Maker:
    """Makes interactions, one number each.

    Args:
        first: the number of the first one; cassettes keep a thousand apart.
    """

    def __init__(self, first: int) -> None:
        self._number = first

    def both(self, body: Body, blocks: Sequence[Block], **said: Any) -> list[Interaction]:
        """The same reply twice: as JSON and as a stream. Arguments as for `message`."""
        return [self.message(body, blocks, **said), self.stream(body, blocks, **said)]

    def message(
        self, body: Body, blocks: Sequence[Block], *, seconds: float = 0.0, **said: Any
    ) -> Interaction:
        """A reply in one piece.

        Args:
            body: the request's body.
            blocks: the content of the reply.
            seconds: what the model did besides writing, such as searching.
            said: `stop_reason` and other members of the message; `thinking_tokens`,
                `server_tool_use` of its usage.
        """
        number, dice = self._next()
        whole = _message(number, body, blocks, **said)
        text = dump(whole)
        waited = round(0.4 + 0.3 * dice.random() + seconds + whole["usage"]["output_tokens"] / 80, 3)
        return _interaction(
            _request("POST", "/v1/messages", body),
            RecordedResponse(
                200,
                tuple(success(number, waited, JSON, limits=True)),
                text,
                (RecordedChunk(waited, len(text)),),
            ),
        )

    def stream(
        self, body: Body, blocks: Sequence[Block], *, seconds: float = 0.0, **said: Any
    ) -> Interaction:
        """A reply as a stream. Arguments as for `message`."""
        number, dice = self._next()
        whole = _message(number, body, blocks, **said)
        return self._streamed(number, dice, body, events_of(whole, sizes=word_sizes(whole, dice)), seconds)

    def broken(
        self,
        body: Body,
        blocks: Sequence[Block],
        after: int,
        error: tuple[str, str] | Ending,
    ) -> Interaction:
        """A stream that breaks off after some events: with an error event, or the connection's end.

        Args:
            body: the request's body.
            blocks: what the reply would have been.
            after: how many events come through.
            error: the type and message of the error event, or how the connection ends.
        """
        number, dice = self._next()
        whole = _message(number, body, blocks)
        events = events_of(whole, sizes=word_sizes(whole, dice))[:after]
        if isinstance(error, tuple):
            events.append(stream_error_event(*error, IDS.make(IdKind.REQUEST, number)))
            return self._streamed(number, dice, body, events, 0.0)
        return self._streamed(number, dice, body, events, 0.0, error)

    def error(
        self,
        body: Body | None,
        status: int,
        kind: str,
        message: str,
        *,
        target: tuple[str, str] = ("POST", "/v1/messages"),
        retry: bool = False,
        extra: Sequence[Field] = (),
    ) -> Interaction:
        """An error instead of a reply.

        Args:
            body: the request's body.
            status: HTTP status.
            kind: the error's type.
            message: the error's words.
            target: method and path.
            retry: what `x-should-retry` tells clients.
            extra: header fields of this status, in front of the others of their kind.
        """
        number, dice = self._next()
        text = error_body(kind, message, IDS.make(IdKind.REQUEST, number))
        waited = round(0.03 + 0.2 * dice.random(), 3)
        fields = failure(number, waited, status, len(text), retry=retry, extra=extra)
        return _interaction(
            _request(*target, body),
            RecordedResponse(status, tuple(fields), text, (RecordedChunk(waited, len(text)),)),
        )

    def plain(
        self, method: str, path: str, value: Any, *, query: str = "", body: Body | None = None
    ) -> Interaction:
        """A JSON reply of another endpoint; these carry no rate limits."""
        number, dice = self._next()
        text = dump(value)
        waited = round(0.05 + 0.1 * dice.random(), 3)
        return _interaction(
            _request(method, path, body, query),
            RecordedResponse(
                200,
                tuple(success(number, waited, JSON, limits=False)),
                text,
                (RecordedChunk(waited, len(text)),),
            ),
        )

    def probe(self) -> Interaction:
        """`HEAD /`, with which some clients find out whether there is a connection at all."""
        number, _ = self._next()
        return _interaction(_request("HEAD", "/", None), RecordedResponse(404, tuple(probed(number))))

    def _next(self) -> tuple[int, random.Random]:
        number = self._number
        self._number += 1
        return number, random.Random(f"starter {number}")

    def _streamed(
        self,
        number: int,
        dice: random.Random,
        body: Body,
        events: list[dict[str, Any]],
        seconds: float,
        ending: Ending = Ending.CLEAN,
    ) -> Interaction:
        written = [encode_event(event, int(dice.random() * (MAX_PADDING + 1))) for event in events]
        cut = tuple(chunks(events, written, dice, seconds))
        fields = tuple(success(number, cut[0].delay, STREAM, limits=True))
        return _interaction(
            _request("POST", "/v1/messages", {**body, "stream": True}),
            RecordedResponse(200, fields, b"".join(written), cut, ending),
        )


def _interaction(request: RecordedRequest, response: RecordedResponse) -> Interaction:
    return Interaction(request, response, origin=ORIGIN)


def _request(method: str, path: str, body: Body | None, query: str = "") -> RecordedRequest:
    """A request with the members of its body in the order in which the Python client sends them."""
    if body is None:
        return RecordedRequest(method, path, query)
    text = jsontext.compact({key: body[key] for key in sorted(body)})
    return RecordedRequest(method, path, query, (("content-type", "application/json"),), text)


def _message(
    number: int,
    body: Body,
    blocks: Sequence[Block],
    *,
    stop_reason: str = "end_turn",
    thinking_tokens: int = 0,
    server_tool_use: dict[str, int] | None = None,
    **more: Any,
) -> dict[str, Any]:
    written = sum(len(jsontext.compact(block)) for block in blocks if not block["type"].endswith("_result"))
    searched = sum(len(jsontext.compact(block)) for block in blocks if block["type"].endswith("_result"))
    hidden = sum(len(block.get("signature", "")) for block in blocks)
    counted = max(1, (written - hidden) // 5 + thinking_tokens)
    usage: dict[str, Any] = {
        "input_tokens": input_tokens(body) + searched // 4,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": body["max_tokens"] if stop_reason == "max_tokens" else counted,
        "output_tokens_details": {"thinking_tokens": thinking_tokens},
        "service_tier": "standard",
        "inference_geo": "not_available" if "haiku-4" in body["model"] else "global",
    }
    if server_tool_use:
        usage["server_tool_use"] = server_tool_use
    return order_message(
        {
            "model": body["model"],
            "id": IDS.make(IdKind.MESSAGE, number),
            "type": "message",
            "role": "assistant",
            "content": list(blocks),
            "container": None,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "stop_details": None,
            "usage": usage,
            "diagnostics": None,
        }
        | more
    )


def input_tokens(body: Body) -> int:
    """About as many tokens as the API would count: four characters each, and what tools cost."""
    said = {key: body[key] for key in ("messages", "system") if key in body}
    letters = sum(map(len, _strings(said)))
    tools = body.get("tools", [])
    return 6 + math.ceil(letters / 4) + (346 + len(jsontext.compact(tools)) // 4 if tools else 0)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
