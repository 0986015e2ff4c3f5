"""An interaction in a line, for reviewers: who was asked what, and what came back.

Loading ignores it; it is made anew whenever a cassette is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mockapi import jsontext
from mockapi._printable import encodable
from mockapi.cassettes._chats import chat_reply
from mockapi.errors import MockapiError
from mockapi.messages import Accumulator, decode_events, framed_events, is_framed

if TYPE_CHECKING:
    from mockapi.cassettes._model import Interaction

_LONGEST = 60
_LOOKED_AT = 1000
_MODEL_IN_PATH = re.compile(r"/models?/(?P<model>.+?)(?:/invoke[\w-]*|:\w+)$")


def summarize(interaction: Interaction) -> str:
    """`MODEL: last user words -> reply's words and tools (stop reason)`, or method, path and status."""
    request = jsontext.parse(interaction.request.body)
    asked = _asked(request, interaction.request.path)
    answered = _answered(reply_of(interaction))
    status = interaction.response.status
    what = f"{asked or f'{interaction.request.method} {interaction.request.path}'} -> "
    if status != 200:
        what += f"{status} "
    # A stream may break a character into halves, which have no UTF-8 form by themselves.
    return encodable((what + (answered or ("" if status != 200 else "200"))).rstrip())


def reply_of(interaction: Interaction) -> Any:
    """The reply as a JSON value: the body, or what the body's events add up to so far; else None.

    A chat completion has the form of the message that it is.
    """
    body = interaction.response.body
    chat = chat_reply(body)
    if chat is not None:
        return chat
    framed = is_framed(body)
    if framed or body.startswith((b"event:", b"data:")):
        accumulator = Accumulator()
        try:
            for event in framed_events(body) if framed else decode_events(body):
                accumulator.feed(event)
            return accumulator.message()
        except MockapiError:
            return accumulator.partial()  # what it had said before it broke off
    value = jsontext.parse(body)
    return None if isinstance(value, jsontext.NotJSON) else value


def _asked(request: Any, path: str) -> str:
    if not isinstance(request, dict) or not isinstance(request.get("messages"), list):
        return ""
    users = [m for m in request["messages"] if isinstance(m, dict) and m.get("role") == "user"]
    content = users[-1].get("content") if users else ""
    words = _short(_words(content))
    return f"{_shown(request.get('model') or _model_in(path))}: {words}"


def _model_in(path: str) -> str | None:
    """The model that a cloud's path names: `/model/NAME/invoke`, `…/models/NAME:rawPredict`."""
    found = _MODEL_IN_PATH.search(unquote(path))
    return found and found["model"]


def _answered(reply: Any) -> str:
    if not isinstance(reply, dict):
        return ""
    error = reply.get("error")
    if isinstance(error, dict):
        return f"{_shown(error.get('type'))}: {_shown(error.get('message', ''))}"
    if isinstance(reply.get("content"), list):
        ended = reply.get("stop_reason") or "broken off"
        return f"{_short(_words(reply['content']))} ({_shown(ended)})".lstrip()
    if "input_tokens" in reply:
        return f"{_shown(reply['input_tokens'])} input tokens"
    return _shown(reply.get("id") or reply.get("type") or "")


def _words(content: Any) -> str:
    """Text as it is; other blocks by what they are: `[tool_use get_weather]`."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    pieces = []
    for block in content:
        if not isinstance(block, dict):
            continue
        if block.get("type") == "text":
            pieces.append(_shown(block.get("text", ""), _LOOKED_AT))
        else:
            pieces.append(f"[{_shown(block.get('type'))} {_shown(block.get('name', ''))}".rstrip() + "]")
    return " ".join(pieces)


def _shown(value: Any, longest: int = _LONGEST) -> str:
    """A member that is a text by right; where it is another value, its kind alone: it may be nested deep."""
    if isinstance(value, dict):
        return "{…}"
    return _short("[…]" if isinstance(value, list) else str(value), longest)


def _short(text: str, longest: int = _LONGEST) -> str:
    line = " ".join(text.lstrip()[:_LOOKED_AT].split())  # a text may have megabytes
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
