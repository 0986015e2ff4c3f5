"""The messages of a chat as the Messages API has them.

System and developer messages are hoisted: their texts, joined by line breaks, become the one system
prompt. Calls of tools become blocks of the assistant's message, and what tools answered becomes one user
message behind it. Audio, files and refusals are taken out, as the endpoint's documentation says.

Whatever has another form than a chat's is left as it is: the API's own rules judge it.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

from mockapi import jsontext

Block: TypeAlias = dict[str, Any]

HOISTED: Final = ("system", "developer")
DROPPED: Final = ("input_audio", "file", "refusal")
"""Types of content parts that the endpoint takes and does not read."""
_ANSWERS: Final = ("tool", "function")
_DATA_URL: Final = re.compile(r"data:([^;,]*);base64,(.*)", re.DOTALL)


def conversation(messages: list[Any]) -> tuple[str, list[Any]]:
    """The system prompt, "" without one, and the turns of a chat."""
    system: list[str] = []
    turns: list[Any] = []
    results: list[Block] | None = None  # of the user message that more results may go into
    called = ""
    for index, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if role in HOISTED:
            system += _texts(message.get("content"))
            continue
        if role in _ANSWERS:
            if results is None:
                results = []
                turns.append({"role": "user", "content": results})
            results.append(_result(message, called))
            continue
        results = None
        if role == "assistant":
            turns.append({"role": role, "content": _assistant(message, index)})
            called = f"call_{index}" if message.get("function_call") else called
        elif role == "user":
            turns.append({"role": role, "content": _content(message.get("content"))})
        else:
            turns.append(message)
    return "\n".join(system), turns


def parsed_arguments(text: Any) -> Any:
    """The value of a call's arguments, or a `NotJSON` that says why they have none."""
    if not isinstance(text, str):
        return jsontext.NotJSON("arguments are a string of JSON")
    return jsontext.parse(text.encode("utf-8", "surrogatepass"))


def parts_of(content: Any) -> list[Block]:
    """The parts of a content that is a list."""
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [part["text"] for part in parts_of(content) if isinstance(part.get("text"), str)]


def _content(content: Any) -> Any:
    if not isinstance(content, list):
        return content
    return [_part(part) for part in content if not (isinstance(part, dict) and part.get("type") in DROPPED)]


def _part(part: Any) -> Any:
    if not isinstance(part, dict) or part.get("type") != "image_url":
        return part
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else image
    inline = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if inline is None:
        return {"type": "image", "source": {"type": "url", "url": url}}
    media_type, data = inline.groups()
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def _assistant(message: Block, index: int) -> Any:
    content = _content(message.get("content"))
    calls = message.get("tool_calls")
    uses = [_use(call) for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    if isinstance(message.get("function_call"), dict):
        uses.append(_use({"id": f"call_{index}", "function": message["function_call"]}))
    if not uses:
        return "" if content is None else content
    if isinstance(content, str):
        content = [{"type": "text", "text": content}] if content else []
    return [*(content or []), *uses]


def _use(call: Block) -> Block:
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    value = parsed_arguments(function.get("arguments"))
    given = {} if isinstance(value, jsontext.NotJSON) else value
    return {"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": given}


def _result(message: Block, called: str) -> Block:
    """What a tool answered; the answer to a function call of the old form names no call."""
    id_ = message.get("tool_call_id", called)
    return {"type": "tool_result", "tool_use_id": id_, "content": _content(message.get("content"))}
