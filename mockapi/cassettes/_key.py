"""The key of a request: the digest of all that must be equal for a recording to match.

    method, path, query without `beta` and sorted, the header fields that were asked for, and
    the body: JSON in canonical form, multipart by part without its boundary, anything else raw.

`beta=true` is left out because one client version sends it and the next does not, for the same
call. Recorded and incoming requests go through the same function, so whatever it leaves out or
replaces is left out or replaced on both sides.
"""

from __future__ import annotations

import functools
import hashlib
import re
from typing import TYPE_CHECKING, Any

from mockapi import cassettes, jsontext
from mockapi._expressions import Patience, expression
from mockapi.cassettes._jsonpaths import Document
from mockapi.cassettes._payloads import content_digest
from mockapi.cassettes._substitutions import is_named

if TYPE_CHECKING:
    from mockapi.cassettes._model import Matching
    from mockapi.exchange import Request

_NO_BODY = b"\nempty\n"
_TOOL_ID_KEYS = ("id", "tool_use_id")


def request_key(request: Request, matching: Matching) -> bytes:
    """The key of a request under some matching rules, 16 bytes."""
    if request.known is not None and (found := request.known.get(("key", matching))) is not None:
        return found  # type: ignore[no-any-return] # `look_ahead` has put it there
    digest = hashlib.blake2b(request_line(request), digest_size=16)
    for name in matching.headers:
        digest.update(f"\n{name}: {request.header(name)}".encode())
    if matching.compare == "uri":
        return digest.digest()
    if request.body:
        digest.update(_body(request, matching))
    else:
        digest.update(_NO_BODY)
    return digest.digest()


def canonical_size(request: Request) -> int | None:
    """How many bytes a JSON body has in canonical form; None for any other body."""
    written = request.canonical
    return None if written is None else len(written)


def request_line(request: Request) -> bytes:
    """Method, path and query as far as they count."""
    return line_of(request.method, request.path, request.query)


@functools.lru_cache(maxsize=1024)
def line_of(method: str, path: str, query: str) -> bytes:
    """As `request_line`, of its parts."""
    pairs = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != "beta"]
    return f"{method} {path}?{'&'.join(sorted(pairs))}".encode()


def _body(request: Request, matching: Matching) -> bytes:
    value = request.parsed
    if not isinstance(value, jsontext.NotJSON):
        written = request.canonical if matching.is_plain else _reduced_text(request.body, matching)
        if written is not None:
            return b"\njson\n" + written
    content_type = request.header("content-type") or ""
    parts = cassettes.split_multipart(content_type, request.body)
    if parts is not None:
        digests = [[*part.headers, content_digest(part.content)] for part in parts]
        return b"\nmultipart\n" + (jsontext.canonical_value(digests) or b"")
    if matching.substitutions:
        try:
            return b"\nraw\n" + substituted(request.body.decode(), matching).encode()
        except UnicodeDecodeError:
            pass
    return b"\nraw\n" + request.body


def _reduced_text(body: bytes, matching: Matching) -> bytes | None:
    """The canonical form of what counts of a body; None if it is nested too deeply to be reduced."""
    try:
        return jsontext.canonical_value(reduced(jsontext.parse_exactly(body), matching))
    except RecursionError:
        return None


def reduced(value: Any, matching: Matching) -> Any:
    """A body with all that does not count left out or replaced; the argument stays as it is."""
    if matching.compare != "all" and isinstance(value, dict):
        value = _COMPARED[matching.compare](value)
    if matching.ignore:
        value = _without(value, matching.ignore)
    if matching.rename_tool_ids:
        value = _with_renamed_ids(value, {})
    if matching.substitutions:
        value = _with_substitutions(value, matching, Patience())
    return value


def _last_turn(body: dict[str, Any]) -> dict[str, Any]:
    """Model, tools, and the messages from the last user turn on (with a prefill behind it)."""
    kept: dict[str, Any] = {key: body[key] for key in ("model", "tools", "stream") if key in body}
    messages = body.get("messages")
    if isinstance(messages, list):
        start = len(messages)
        while start and not _is_user(messages[start - 1]):
            start -= 1
        while start and _is_user(messages[start - 1]):
            start -= 1
        kept["messages"] = messages[start:]
    return kept


def _last_text(body: dict[str, Any]) -> dict[str, Any]:
    """What the user said last, as one text, and whether a stream is asked for."""
    messages = body.get("messages")
    texts = map(_text_of, reversed(messages)) if isinstance(messages, list) else iter(())
    return {**_stream_only(body), "text": next(filter(None, texts), "")}


def _stream_only(body: dict[str, Any]) -> dict[str, Any]:
    """Whether a stream is asked for."""
    return {"stream": body.get("stream") is True}


def _text_of(message: Any) -> str:
    content = message.get("content") if _is_user(message) else None
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return "".join(
        block["text"]
        for block in blocks
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
    )


def _is_user(message: Any) -> bool:
    return isinstance(message, dict) and message.get("role") == "user"


def _nothing(_body: dict[str, Any]) -> dict[str, Any]:
    """Method and URI are all that counts."""
    return {}


_COMPARED = {"last-turn": _last_turn, "last-text": _last_text, "stream": _stream_only, "uri": _nothing}
"""The values of `compare` besides "all": what is left of a body."""


def _without(value: Any, paths: tuple[str, ...]) -> Any:
    if not isinstance(value, (dict, list)):
        return value  # nothing lies in it; and of a string the library would read the JSON
    document = Document(jsontext.parse_exactly(jsontext.compact(value)), paths)
    for path in paths:
        # Later matches first: deleting an item of a list moves those behind it.
        for match in reversed(document.matches(path)):
            if match.parent is None:
                return None
            _delete(match.parent.obj, match.parts[-1])
    return document.root


def _delete(container: Any, key: str | int) -> None:
    if isinstance(container, dict):
        container.pop(key, None)
    elif isinstance(container, list) and isinstance(key, int) and key < len(container):
        del container[key]


def _with_renamed_ids(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_with_renamed_ids(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    is_tool_block = "tool_use" in str(value.get("type")) or "tool_use_id" in value
    return {
        key: names.setdefault(item, f"tool_{len(names) + 1}")
        if is_tool_block and key in _TOOL_ID_KEYS and isinstance(item, str)
        else _with_renamed_ids(item, names)
        for key, item in sorted(value.items())  # the order of members must not number the ids
    }


def _with_substitutions(value: Any, matching: Matching, patience: Patience) -> Any:
    if isinstance(value, str):
        return substituted(value, matching, patience)
    if isinstance(value, list):
        return [_with_substitutions(item, matching, patience) for item in value]
    if isinstance(value, dict):
        return {key: _with_substitutions(item, matching, patience) for key, item in value.items()}
    return value


def substituted(text: str, matching: Matching, patience: Patience | None = None) -> str:
    """A text with what the substitutions find replaced by their names.

    Raises:
        ExpressionTooSlowError: a pattern takes too long.
    """
    for item in matching.substitutions:
        if is_named(item):
            # A backslash in a name would be read as a reference to a group.
            text = _compiled(item.pattern).sub(f"<{item.name}>".replace("\\", r"\\"), text)
        else:
            text = expression(item.pattern).replaced(text, f"<{item.name}>", patience)
    return text


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
