"""A message as a chat completion.

The order of keys is the one of recorded streams. Members that the endpoint documents as always empty
(`refusal`, `audio`, `logprobs`, `service_tier`, `system_fingerprint`, the details of usage) are left out.
"""

from __future__ import annotations

from typing import Any, Final

from mockapi.messages import dump

_REASONS: Final = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_TOKENS_IN: Final = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def completion(message: dict[str, Any], created: int) -> dict[str, Any]:
    """The chat completion that a message is, made at `created` seconds since 1970.

    Thinking, server tools and their results are not told.
    """
    content = message.get("content")
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    texts = [str(block.get("text", "")) for block in blocks if block.get("type") == "text"]
    answer: dict[str, Any] = {"role": "assistant", "content": "".join(texts) if texts else None}
    calls = [_call(block) for block in blocks if block.get("type") == "tool_use"]
    if calls:
        answer["tool_calls"] = calls
    choice = {"index": 0, "message": answer, "finish_reason": finish_reason(message.get("stop_reason"))}
    return {
        "id": message.get("id"),
        "choices": [choice],
        "created": created,
        "model": message.get("model"),
        "object": "chat.completion",
        "usage": usage(message.get("usage")),
    }


def finish_reason(stop_reason: Any) -> str:
    """Why a choice ended, in a chat's words."""
    return _REASONS.get(stop_reason, "stop") if isinstance(stop_reason, str) else "stop"


def usage(counts: Any) -> dict[str, int]:
    """The tokens of a reply, in a chat's words; what is not told counts as none."""
    counts = counts if isinstance(counts, dict) else {}
    into = sum(_count(counts.get(name)) for name in _TOKENS_IN)
    out = _count(counts.get("output_tokens"))
    return {"completion_tokens": out, "prompt_tokens": into, "total_tokens": into + out}


def _count(value: Any) -> int:
    return value if type(value) is int else 0


def _call(block: dict[str, Any]) -> dict[str, Any]:
    arguments = dump(block.get("input", {})).decode("utf-8")
    function = {"name": block.get("name"), "arguments": arguments}
    return {"id": block.get("id"), "type": "function", "function": function}
