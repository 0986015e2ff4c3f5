"""The messages that the cases are made of: small, with everything in them that a case needs."""

from __future__ import annotations

from typing import Any, Final

from mockapi.messages import encode_events, events_of

USAGE: Final = {
    "input_tokens": 12,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 34,
    "service_tier": "standard",
    "inference_geo": "global",
}
PING: Final = {"type": "ping"}


def message(*content: dict[str, Any], stop_reason: str = "end_turn", **more: Any) -> dict[str, Any]:
    """A whole message."""
    return {
        "model": "claude-sonnet-5",
        "id": "msg_01ConformanceConformanceCo",
        "type": "message",
        "role": "assistant",
        "content": list(content),
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": dict(USAGE),
        **more,
    }


def text(words: str = "Hi there") -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": words}


def tool_use(value: Any = None) -> dict[str, Any]:
    """A tool use."""
    given = {"city": "Zürich"} if value is None else value
    return {"type": "tool_use", "id": "toolu_01ConformanceConforman", "name": "weather", "input": given}


TEXT: Final = message(text())
TOOL: Final = message(text(), tool_use(), stop_reason="tool_use")
TWO: Final = message(text("One"), text("Two"))


def events(value: dict[str, Any], size: int = 5, *, ping: bool = False) -> list[dict[str, Any]]:
    """The events of a message, its pieces `size` characters long."""
    return events_of(value, sizes=lambda _kind: size, ping=ping)


def wire(*value: dict[str, Any]) -> bytes:
    """Events as bytes."""
    return encode_events(value)


def delta(piece: str, index: int = 0) -> dict[str, Any]:
    """A piece of text."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": piece}}


def json_delta(piece: str, index: int = 0) -> dict[str, Any]:
    """A piece of a tool's input."""
    return {
        "type": "content_block_delta",
        "index": index,
        "delta": {"type": "input_json_delta", "partial_json": piece},
    }
