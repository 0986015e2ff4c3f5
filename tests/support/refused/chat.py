"""Refused by the OpenAI-compatible endpoint."""

from __future__ import annotations

from typing import Any

from tests.support.refused._case import HAIKU, Case

_PATH = "/v1/chat/completions"
_BEARER: dict[str, str | None] = {
    "x-api-key": None,
    "anthropic-version": None,
    "authorization": "Bearer sk-ant-test-key",
}


def chat(*messages: Any, **fields: Any) -> dict[str, Any]:
    """A chat with these messages, "Hi" without any."""
    return {"model": HAIKU, "messages": list(messages) or [{"role": "user", "content": "Hi"}], **fields}


def _calling(arguments: str) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _refused(rule: str, message: str, body: Any) -> Case:
    return Case(rule, message, body, _BEARER, _PATH)


CASES = (
    _refused("chat.arguments", "Failed to parse JSON: ", chat(_calling(""))),
    _refused(
        "chat.arguments",
        "Failed to parse JSON: {",
        chat({"role": "assistant", "function_call": {"name": "look", "arguments": "{"}}),
    ),
    _refused(
        "chat.tool_choice",
        "'tool_choice' is only allowed when 'tools' are specified",
        chat(tool_choice="auto"),
    ),
    _refused(
        "shape.value",
        "response_format.type: Input should be 'json_schema'",
        chat(response_format={"type": "json_object"}),
    ),
    _refused("shape.value", "n: Input should be 1", chat(n=2)),
    _refused("shape.required", "messages: Field required", {"model": HAIKU}),
    _refused("shape.length", "messages: at least one message is required", {"model": HAIKU, "messages": []}),
    _refused(
        "shape.required", "messages.0.tool_call_id: Field required", chat({"role": "tool", "content": "seen"})
    ),
    _refused(
        "shape.required",
        "messages.0.content.0.image_url: Field required",
        chat({"role": "user", "content": [{"type": "image_url"}]}),
    ),
    _refused("shape.required", "tools.0.function: Field required", chat(tools=[{"type": "function"}])),
    _refused(
        "shape.value",
        "tool_choice: Input should be 'none', 'auto' or 'required'",
        chat(tool_choice="any"),
    ),
    Case(
        "auth.missing",
        "x-api-key header is required",
        chat(),
        {**_BEARER, "authorization": None},
        _PATH,
        401,
        "authentication_error",
    ),
)
