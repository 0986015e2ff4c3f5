"""Replies made from bodies, without a server, and whether a value satisfies its schema."""

from __future__ import annotations

import hashlib
from typing import Any

import jsonschema

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies.synthesis import History, synthesized
from tests.support.shapes import SHAPES


def reply_to(request: dict[str, Any], seed: int = 0, history: History | None = None) -> dict[str, Any]:
    """The message that answers a body."""
    sent = dict(request)
    beta = sent.pop("beta", "")
    headers = ((b"anthropic-beta", beta.encode()),) if beta else ()
    reply, _ = synthesized(
        Request("POST", "/v1/messages", "", headers, dump(sent)), seed, history or History(), 1.7e9
    )
    assert reply.status == 200
    return dict(jsontext.parse(reply.body))


def kinds(message: dict[str, Any]) -> list[str]:
    """The types of the blocks."""
    return [block["type"] for block in message["content"]]


def calls(message: dict[str, Any]) -> list[str]:
    """The names of the tools that are called."""
    return [block["name"] for block in message["content"] if block["type"] == "tool_use"]


def check_value(schema: Any, value: Any) -> None:
    """Check that a value satisfies a schema in the eyes of `jsonschema`, formats and all."""
    validator: Any = jsonschema.Draft202012Validator
    if isinstance(schema, dict) and isinstance(schema.get("items"), list):
        validator = jsonschema.Draft7Validator
    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(value)


def digest_of_shapes() -> str:
    """Of the replies to all shapes, in both forms, headers and chunks included."""
    history, digest = History(), hashlib.sha256()
    for body in SHAPES.values():
        for stream in (False, True):
            request = Request("POST", "/v1/messages", "", (), dump({**body, "stream": stream}))
            reply, history = synthesized(request, 3, history, 0.0)
            digest.update(repr(reply.headers).encode() + repr(reply.chunks).encode())
    return digest.hexdigest()
