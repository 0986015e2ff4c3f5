r"""POST /v1/complete: the text completions of before the Messages API.

Its streams are another format: lines end in "\r\n", and every event is a whole completion with a
piece of the text. Source: recorded completions of 2024.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk, Reply, Source
from mockapi.messages import MAX_PADDING, IdFactory, IdKind, dump
from mockapi.replies._request_view import RequestView, shortened
from mockapi.replies._seeded import SeededChoices
from mockapi.replies.synthesis import object_headers

if TYPE_CHECKING:
    from mockapi.exchange import Request
    from mockapi.replies.endpoints._context import EndpointContext

_HUMAN: Final = "\n\nHuman:"
_ASSISTANT: Final = "\n\nAssistant:"
_PING: Final = b'event: ping\r\ndata: {"type": "ping"}\r\n\r\n'
_PIECE: Final = 8


def complete(request: Request, context: EndpointContext) -> Reply:
    """Complete a prompt."""
    body = request.parsed if isinstance(request.parsed, dict) else {}
    prompt = str(body.get("prompt") or "")
    model = RequestView(body).model
    key = blake2b(
        dump({**body, "stream": None}), digest_size=16, salt=(context.seed & (2**64 - 1)).to_bytes(8)
    ).digest()
    id_ = IdFactory(int.from_bytes(key)).make(IdKind.COMPLETION, 0)
    asked = shortened(prompt.rpartition(_HUMAN)[2].removesuffix(_ASSISTANT), 120)
    text = f" This is a synthesized completion from mockapi. You said: “{asked}”."

    def completion(part: str, *, end: bool) -> dict[str, Any]:
        return {
            "type": "completion",
            "id": id_,
            "completion": part,
            "stop_reason": "stop_sequence" if end else None,
            "model": model,
            "stop": _HUMAN if end else None,
            "log_id": id_,
        }

    if body.get("stream") is not True:
        return context.json(completion(text, end=True))
    dice = SeededChoices(key)
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    events = [_event(completion(piece, end=False), dice) for piece in pieces]
    events[1:1] = [_PING]
    events.append(_event(completion("", end=True), dice))
    data = b"".join(events)
    headers = object_headers(
        content_type="text/event-stream; charset=utf-8",
        size=len(data),
        at=context.at,
        request_id=context.request_id,
        source=Source.SYNTHESIZED,
        more=((b"cache-control", b"no-cache"),),
    )
    return Reply(200, headers, (Chunk(0.0, data),), Source.SYNTHESIZED)


def _event(completion: dict[str, Any], dice: SeededChoices) -> bytes:
    padding = b" " * dice.below(MAX_PADDING + 1)
    return b"event: completion\r\ndata: " + dump(completion)[:-1] + padding + b"}\r\n\r\n"
