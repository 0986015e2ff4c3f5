"""The OpenAI-compatible endpoint, `POST /v1/chat/completions`, and the models as OpenAI's clients list them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.exchange import Chunk, Reply, Request
from mockapi.messages import dump
from mockapi.replies._hop_headers import wire_field
from mockapi.replies._sse_frames import is_stream, with_length
from mockapi.replies.surfaces._openai_answer import completion
from mockapi.replies.surfaces._openai_errors import chat_error
from mockapi.replies.surfaces._openai_fields import chat_fields, created_at
from mockapi.replies.surfaces._openai_models import chat_models
from mockapi.replies.surfaces._openai_request import ignored, messages_body, wants_usage
from mockapi.replies.surfaces._openai_stream import chat_chunks

if TYPE_CHECKING:
    from mockapi.exchange import Headers

_CREDENTIALS: Final = frozenset({b"authorization", b"x-api-key"})
_VERSION: Final = b"anthropic-version"


class _Chat:
    """Chat completions; see `surfaces.Surface`."""

    name: Final = "openai"

    def plain(self, request: Request) -> Request:
        """The Messages request that a chat stands for; what is no JSON object goes on as it is."""
        chat = request.parsed
        body = dump(messages_body(chat)) if isinstance(chat, dict) else request.body
        return Request("POST", "/v1/messages", "", _plain_headers(request), body)

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """A message, a stream or an error as the chat endpoint sends it."""
        chat = request.parsed
        if is_stream(reply):
            chunks = chat_chunks(reply, created_at(reply), include_usage=wants_usage(chat))
            return _with_hint(replace(reply, headers=chat_fields(reply), chunks=chunks), chat)
        value = jsontext.parse(reply.body)
        if not isinstance(value, dict):
            return reply
        if value.get("type") == "message":
            return _with_hint(_with_body(reply, completion(value, created_at(reply))), chat)
        return _as_error(reply, value)


class _Models:
    """`GET /v1/models` of a client that speaks to OpenAI's API; see `surfaces.Surface`."""

    name: Final = "openai"

    def plain(self, request: Request) -> Request:
        """The same question with the header fields that the API asks for; of a list, all of it."""
        query = "" if request.path.count("/") > 2 else "limit=1000"  # noqa: PLR2004 - /v1/models has two
        return Request("GET", request.path, query, _plain_headers(request))

    def dressed(self, reply: Reply, request: Request) -> Reply:  # noqa: ARG002 - a surface is told both
        """A model, a list of them or an error in OpenAI's form."""
        value = jsontext.parse(reply.body)
        if not isinstance(value, dict):
            return reply
        models = chat_models(value)
        return _as_error(reply, value) if models is None else _with_body(reply, models)


OPENAI: Final = _Chat()
OPENAI_MODELS: Final = _Models()


def _plain_headers(request: Request) -> Headers:
    """The request's fields with its key where the API has it, and the version that it would ask for."""
    bearer = request.header("authorization") or ""
    key = request.header("x-api-key")
    if key is None and bearer[:7].lower() == "bearer ":
        key = bearer[7:].strip()
    fields = [field for field in request.headers if field[0] not in _CREDENTIALS]
    if key is not None:
        fields.append((b"x-api-key", key.encode("latin-1", "replace")))
    if request.header("anthropic-version") is None:
        fields.append((_VERSION, b"2023-06-01"))
    return tuple(fields)


def _with_body(reply: Reply, value: dict[str, Any]) -> Reply:
    """The reply with another value as its body, which is due when the last byte of the old one was."""
    body = dump(value)
    due = sum(chunk.delay for chunk in reply.chunks)
    headers = with_length(chat_fields(reply), len(body))
    return replace(reply, headers=headers, chunks=(Chunk(due, body),))


def _as_error(reply: Reply, value: dict[str, Any]) -> Reply:
    error = value.get("error")
    if value.get("type") != "error" or not isinstance(error, dict):
        return reply  # of the edge in front of the API, which knows no surfaces
    return _with_body(reply, chat_error(error))


def _with_hint(reply: Reply, chat: Any) -> Reply:
    fields = ignored(chat)
    if not fields:
        return reply
    hint = f"These fields have no effect, as with the API: {', '.join(fields)}."[:500]
    return reply.with_headers(wire_field("x-mockapi-hint", hint.encode("ascii", "replace").decode()))
