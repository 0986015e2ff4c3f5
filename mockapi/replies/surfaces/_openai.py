"""The OpenAI-compatible endpoint, `POST /v1/chat/completions`, and the list of models in OpenAI's form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from mockapi import jsontext
from mockapi.exchange import MESSAGES_PATH, Request
from mockapi.messages import dump
from mockapi.replies._reply_headers import hint_field
from mockapi.replies._sse_frames import is_stream
from mockapi.replies.surfaces._openai_answer import completion
from mockapi.replies.surfaces._openai_errors import chat_error
from mockapi.replies.surfaces._openai_fields import chat_fields, created_at
from mockapi.replies.surfaces._openai_models import chat_models
from mockapi.replies.surfaces._openai_request import ignored, messages_body, wants_usage
from mockapi.replies.surfaces._openai_stream import chat_chunks
from mockapi.replies.surfaces._translation import (
    bearer_of,
    error_of,
    note,
    noted,
    object_of,
    plain_request,
    with_pieces,
)

if TYPE_CHECKING:
    from mockapi.exchange import Reply

_VERSION: Final = "2023-06-01"


class _Chat:
    """Chat completions; see `surfaces.Surface`."""

    name: Final = "openai"

    def plain(self, request: Request) -> Request:
        """The Messages request that a chat stands for; what is not a JSON object goes on as it is."""
        chat = object_of(request)
        note(request, _told(chat))
        return _plain(request, MESSAGES_PATH, body=None if chat is None else messages_body(chat))

    def dressed(self, reply: Reply, request: Request) -> Reply:
        """A message, a stream or an error as the chat endpoint sends it."""
        include_usage, ignored_fields = noted(request, lambda request: _told(request.parsed))
        if is_stream(reply):
            chunks = chat_chunks(reply, created_at(reply), include_usage=include_usage)
            return _with_hint(replace(reply, headers=chat_fields(reply), chunks=chunks), ignored_fields)
        value = jsontext.parse(reply.body)
        if not isinstance(value, dict):
            return reply
        if value.get("type") == "message":
            return _with_hint(_with_body(reply, completion(value, created_at(reply))), ignored_fields)
        return _as_error(reply)


class _Models:
    """`GET /v1/models` of a client that speaks to OpenAI's API; see `surfaces.Surface`."""

    name: Final = "openai"

    def plain(self, request: Request) -> Request:
        """The same question with the header fields that the API asks for; of a list, all of it."""
        plain = _plain(request, request.path)
        query = "limit=1000" if request.path == "/v1/models" else ""
        return Request(plain.method, plain.path, query, plain.headers)

    def dressed(self, reply: Reply, request: Request) -> Reply:  # noqa: ARG002 - a surface is told both
        """A model, a list of them or an error in OpenAI's form."""
        value = jsontext.parse(reply.body)
        if not isinstance(value, dict):
            return reply
        models = chat_models(value)
        return _as_error(reply) if models is None else _with_body(reply, models)


OPENAI: Final = _Chat()
OPENAI_MODELS: Final = _Models()


def _plain(request: Request, path: str, body: Any = None) -> Request:
    """A request to the API with its key where the API has it, and the version that it would ask for."""
    version = None if request.header("anthropic-version") else _VERSION
    key = request.header("x-api-key") or bearer_of(request)
    return plain_request(request, path, body=body, version=version, key=key)


def _with_body(reply: Reply, value: dict[str, Any]) -> Reply:
    """The reply with another value as its body, which is due when the last byte of the old one was."""
    due = sum(chunk.delay for chunk in reply.chunks)
    return with_pieces(replace(reply, headers=chat_fields(reply)), [(due, dump(value))])


def _as_error(reply: Reply) -> Reply:
    error = error_of(reply)  # the edge in front of the API has none: it knows no surfaces
    return reply if error is None else _with_body(reply, chat_error(error))


def _told(chat: Any) -> tuple[bool, tuple[str, ...]]:
    """What a chat says that its reply goes by: whether to tell the usage, and what had no effect."""
    return wants_usage(chat), ignored(chat)


def _with_hint(reply: Reply, fields: tuple[str, ...]) -> Reply:
    if not fields:
        return reply
    return reply.with_headers(
        hint_field(f"These fields have no effect, as with the API: {', '.join(fields)}.")
    )
