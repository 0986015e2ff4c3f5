"""What a chat completion says, in a message's form: for people who read recordings."""

from __future__ import annotations

from typing import Any, Final

from mockapi import jsontext, sse

_MARK: Final = b'"chat.completion'
_LOOKED_AT: Final = 64 * 1024
"""Bytes of a body in which its kind stands: behind the content of a completion, in each chunk of a stream."""


def chat_reply(body: bytes) -> dict[str, Any] | None:
    """A chat completion, or a stream of one, as the message that it is; None for anything else."""
    if _MARK not in body[:_LOOKED_AT] and _MARK not in body[-_LOOKED_AT:]:
        return None
    if body.startswith(b"data:"):
        return _joined([jsontext.parse(event.data.encode("utf-8", "replace")) for event in sse.parse(body)])
    value = jsontext.parse(body)
    if not isinstance(value, dict) or value.get("object") != "chat.completion":
        return None
    choice = _first(value)
    answer = _dict(choice.get("message"))
    return _message(
        value, answer.get("content"), _dicts(answer.get("tool_calls")), choice.get("finish_reason")
    )


def _joined(chunks: list[Any]) -> dict[str, Any] | None:
    told: dict[str, Any] = {}
    text, reason = "", None
    calls: dict[str, dict[str, Any]] = {}
    for chunk in chunks:
        if not isinstance(chunk, dict) or chunk.get("object") != "chat.completion.chunk":
            continue  # the mark at the end, or an error
        told |= {name: chunk[name] for name in ("id", "model", "usage") if chunk.get(name)}
        choice = _first(chunk)
        reason = choice.get("finish_reason") or reason
        delta = _dict(choice.get("delta"))
        text += str(delta.get("content") or "")
        for piece in _dicts(delta.get("tool_calls")):
            function = _dict(piece.get("function"))
            index = str(piece.get("index"))
            call = calls.setdefault(index, {"function": {"name": None, "arguments": ""}})
            call["id"] = piece.get("id") or call.get("id")
            call["function"]["name"] = function.get("name") or call["function"]["name"]
            call["function"]["arguments"] += str(function.get("arguments") or "")
    return _message(told, text, list(calls.values()), reason) if told else None


def _message(told: dict[str, Any], text: Any, calls: list[dict[str, Any]], reason: Any) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    for call in calls:
        function = _dict(call.get("function"))
        given = jsontext.parse(str(function.get("arguments") or "{}").encode("utf-8", "replace"))
        shown = function.get("arguments") if isinstance(given, jsontext.NotJSON) else given
        content.append(
            {"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": shown}
        )
    usage = _dict(told.get("usage"))
    counts = {"input_tokens": usage.get("prompt_tokens"), "output_tokens": usage.get("completion_tokens")}
    return {
        "id": told.get("id"),
        "model": told.get("model"),
        "content": content,
        "stop_reason": reason,
        "usage": counts if usage else None,
    }


def _first(value: dict[str, Any]) -> dict[str, Any]:
    choices = _dicts(value.get("choices"))
    return choices[0] if choices else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
