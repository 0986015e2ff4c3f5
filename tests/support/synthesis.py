"""Replies made from bodies, without a server, and whether a value satisfies its schema."""

from __future__ import annotations

from typing import Any

import jsonschema

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies.synthesis import History, synthesized


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
