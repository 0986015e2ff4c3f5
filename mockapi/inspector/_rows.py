"""An exchange in one line of a list, made as cheaply as it can be: rows are made while requests are answered.

Of a large body only its beginning and end are looked at; what is not found there is left out of the row.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi import jsontext
from mockapi.exchange import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.exchange import Reply
    from mockapi.sessions import JournalEntry, ServerSession

_MOST_PARSED: Final = 128 * 1024
_LOOKED_AT: Final = 8 * 1024
_MOST_WORDS: Final = 160
_MODEL: Final = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')
_EVENT: Final = re.compile(rb'^data: ?(\{"type": ?"message_(?:start|delta)".*)$', re.MULTILINE)
_TOKENS: Final = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def row_of(entry: JournalEntry, session: ServerSession) -> dict[str, Any]:
    """What a list shows of an entry.

    Args:
        entry: what happened.
        session: where.
    """
    request, reply = entry.request, entry.reply
    plain = entry.plain
    asked = _parsed(plain.body)
    tokens, stop, said = _answered(reply)
    return {
        "session": session.id,
        "name": session.name,
        "number": entry.number,
        "at": entry.at,
        "method": request.method,
        "path": request.path,
        "model": _model(plain.body, asked),
        "words": _last_words(asked),
        "turns": len(asked["messages"]) if _has_messages(asked) else None,
        "conversation": conversation_of(asked),
        "source": reply.source,
        "status": reply.status,
        "seconds": entry.seconds,
        "complete": entry.complete,
        "sent_again_from": entry.sent_again_from,
        "stream": b"event-stream" in (dict(reply.headers).get(b"content-type") or b""),
        "tokens": tokens,
        "stop": stop,
        "said": said,
        "rule": None if entry.refusal is None else entry.refusal.rule,
        "recording": None if entry.recording is None else str(entry.recording),
        "faults": reply.header("x-mockapi-fault"),
        "missed": reply.source is Source.UNMATCHED,
        "size": len(request.body),
    }


def conversation_of(asked: Any) -> str | None:
    """What the requests of one conversation share: they begin with the same turn. None without turns."""
    if not _has_messages(asked) or not asked["messages"]:
        return None
    first = asked["messages"][0]
    if isinstance(first, dict):  # a cache breakpoint may move on
        content = first.get("content")
        texts = [content] if isinstance(content, str) else list(_texts(content))
        first = [first.get("role"), *texts]
    return blake2b(jsontext.compact_deep(first), digest_size=5).hexdigest()


def _parsed(body: bytes) -> Any:
    return None if not body or len(body) > _MOST_PARSED else jsontext.parse(body)


def _has_messages(asked: Any) -> bool:
    return isinstance(asked, dict) and isinstance(asked.get("messages"), list)


def _model(body: bytes, asked: Any) -> str | None:
    if isinstance(asked, dict):
        model = asked.get("model")
        return model[:200] if isinstance(model, str) else None
    found = _MODEL.search(body[:_LOOKED_AT]) or _MODEL.search(body[-_LOOKED_AT:])
    return found[1].decode("utf-8", "replace") if found else None


def _last_words(asked: Any) -> str:
    """What was said last: text, or what came back from tools."""
    if not _has_messages(asked) or not asked["messages"]:
        return ""
    last = asked["messages"][-1]
    content = last.get("content") if isinstance(last, dict) else None
    if isinstance(content, str):
        return _short(content)
    texts = list(_texts(content))
    if texts:
        return _short(texts[-1])
    return _short(" ".join(_named(content)))


def _texts(content: Any) -> Iterator[str]:
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict) and isinstance(text := block.get("text"), str):
            yield text


def _named(content: Any) -> Iterator[str]:
    """Blocks without text by what they are: `[tool_result 22 °C]`."""
    for block in content if isinstance(content, list) else ():
        if not isinstance(block, dict):
            continue
        inner = block.get("content")
        words = inner if isinstance(inner, str) else " ".join(_texts(inner))
        name = block.get("name") if isinstance(block.get("name"), str) else ""
        yield f"[{block.get('type')}{f' {name}' if name else ''}{f' {words[:_MOST_WORDS]}' if words else ''}]"


def _answered(reply: Reply) -> tuple[list[int] | None, str | None, str]:
    """Tokens, reason of the stop or type of the error, and the first words, as far as a look tells them."""
    chunks = reply.chunks
    if sum(len(chunk.data) for chunk in chunks) <= _MOST_PARSED:
        body = reply.body
    else:
        body = chunks[0].data[:_LOOKED_AT] + b"\n\n" + chunks[-1].data[-_LOOKED_AT:]
    if body.startswith((b"event:", b"data:")):
        usage: dict[str, Any] = {}
        stop = None
        for found in _EVENT.finditer(body):
            event = jsontext.parse(found[1].strip())
            if not isinstance(event, dict):
                continue
            message = event.get("message")
            for holder in (message, event):
                if isinstance(holder, dict) and isinstance(holder.get("usage"), dict):
                    usage |= holder["usage"]
            delta = event.get("delta")
            if isinstance(delta, dict) and isinstance(delta.get("stop_reason"), str):
                stop = delta["stop_reason"]
        return _tokens(usage), stop, _streamed_words(body)
    value = jsontext.parse(body) if body[:1] == b"{" else None
    if not isinstance(value, dict):
        return None, None, ""
    error = value.get("error")
    if isinstance(error, dict):
        return None, str(error.get("type"))[:80], _short(str(error.get("message", "")))
    told = value.get("usage")
    stop = value.get("stop_reason")
    content = value.get("content")
    words = " ".join(_texts(content)) or " ".join(_named(content))
    tokens = _tokens(told) if isinstance(told, dict) else None
    return tokens, stop if isinstance(stop, str) else None, _short(words)


def _tokens(usage: dict[str, Any]) -> list[int] | None:
    """Input, output, read from the cache, written to it."""
    found = [usage.get(name) for name in _TOKENS]
    if not any(isinstance(number, int) for number in found):
        return None
    return [number if isinstance(number, int) else 0 for number in found]


_WORDS: Final = re.compile(
    rb'"type": ?"(?:text_delta", ?"text"|tool_use", ?"id": ?"[^"]*", ?"name"): ?("(?:[^"\\]|\\.)*")'
)


def _streamed_words(body: bytes) -> str:
    """The beginning of a stream's text, or the tools that it calls."""
    said, tools = "", []
    for found in _WORDS.finditer(body):
        try:
            word = orjson.loads(found[1])
        except orjson.JSONDecodeError:
            continue
        if b"text_delta" in found[0]:
            said += word
            if len(said) > _MOST_WORDS:
                break
        else:
            tools.append(f"[tool_use {word}]")
    return _short(" ".join([said, *tools]))


def _short(text: str) -> str:
    line = " ".join(text[: 4 * _MOST_WORDS].split())
    return line if len(line) <= _MOST_WORDS else f"{line[: _MOST_WORDS - 1]}…"
