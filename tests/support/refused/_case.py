"""What a case is, and short words for the bodies in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HAIKU = "claude-haiku-4-5"
SONNET = "claude-sonnet-5"
OPUS = "claude-opus-5-5"
KEY = {"x-api-key": "sk-ant-test-key", "anthropic-version": "2023-06-01"}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJcTl8uXrp/Og0MTGCg=="
SIGNATURE = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pki"


@dataclass(frozen=True, slots=True)
class Case:
    """A request and the one error it gets.

    Attributes:
        rule: id of the rule that refuses.
        message: the whole message.
        body: as a value, or as bytes where it is no JSON.
        headers: besides or instead of a key and version 2023-06-01; None takes one away.
        endpoint: path it is posted to.
        status: HTTP status.
        type: error type.
        method: HTTP method.
        row: the body is a row of a batch.
    """

    rule: str
    message: str
    body: Any = field(default_factory=lambda: {"model": HAIKU, "max_tokens": 9, "messages": [user("Hi")]})
    headers: dict[str, str | None] = field(default_factory=dict)
    endpoint: str = "/v1/messages"
    status: int = 400
    type: str = "invalid_request_error"
    method: str = "POST"
    row: bool = False

    @property
    def name(self) -> str:
        """For the test's id."""
        return f"{self.rule}: {self.message[:40]}"


def user(*blocks: Any) -> dict[str, Any]:
    """A message of the user: one string, or blocks."""
    return _message("user", blocks)


def assistant(*blocks: Any) -> dict[str, Any]:
    """A message of the assistant."""
    return _message("assistant", blocks)


def system(*blocks: Any) -> dict[str, Any]:
    """A system message inside a conversation."""
    return _message("system", blocks)


def _message(role: str, blocks: tuple[Any, ...]) -> dict[str, Any]:
    content = blocks[0] if len(blocks) == 1 and isinstance(blocks[0], str) else list(blocks)
    return {"role": role, "content": content}


def ask(*messages: Any, model: Any = HAIKU, **fields: Any) -> dict[str, Any]:
    """A body with these messages ("Hi" if there are none); a field that is `...` is left out."""
    body = {"model": model, "max_tokens": 2000, "messages": list(messages) or [user("Hi")], **fields}
    return {name: value for name, value in body.items() if value is not ...}


def text(words: Any, **more: Any) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": words, **more}


def call(id: str = "toolu_1", name: str = "look", **more: Any) -> dict[str, Any]:  # noqa: A002 - the API's word
    """A tool call."""
    return {"type": "tool_use", "id": id, "name": name, "input": {}, **more}


def result(id: str = "toolu_1", content: Any = "seen", **more: Any) -> dict[str, Any]:  # noqa: A002 - as above
    """A tool's result."""
    return {"type": "tool_result", "tool_use_id": id, "content": content, **more}


def tool(name: str = "look", schema: Any = None, **more: Any) -> dict[str, Any]:
    """A client tool."""
    return {"name": name, "input_schema": {"type": "object"} if schema is None else schema, **more}


def image(data: str = PNG, media_type: str = "image/png") -> dict[str, Any]:
    """An image given as base64."""
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def pdf(data: str) -> dict[str, Any]:
    """A PDF given as base64."""
    return {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}}


def thought(signature: str = SIGNATURE) -> dict[str, Any]:
    """A thinking block."""
    return {"type": "thinking", "thinking": "hm", "signature": signature}


LOOKED = (user("Look"), assistant(call()), user(result()))
"""A round with the tool `look`."""
