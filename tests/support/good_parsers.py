"""Correct parsers of different construction: none of them may raise an alarm."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

Triple = tuple[str, str, str]


def by_character(chunks: Iterable[bytes]) -> Iterator[Triple]:
    """A state machine over decoded characters, CR and LF as it meets them."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    line: list[str] = []
    data: list[str] = []
    kind = last_id = pending_id = ""
    first, after_cr = True, False
    for chunk in chunks:
        for character in decoder.decode(chunk):
            if first:
                first = False
                if character == "\ufeff":
                    continue
            if after_cr and character == "\n":
                after_cr = False
                continue
            after_cr = character == "\r"
            if character not in "\r\n":
                line.append(character)
                continue
            text = "".join(line)
            line.clear()
            if not text:
                last_id = pending_id
                if data:
                    yield kind or "message", "\n".join(data), last_id
                data, kind = [], ""
                continue
            name, _, value = text.partition(":")
            value = value[1:] if value[:1] == " " else value
            if name == "data":
                data.append(value)
            elif name == "event":
                kind = value
            elif name == "id" and "\0" not in value:
                pending_id = value


_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r(?=[^\n]))", re.DOTALL)


def by_expression(chunks: Iterable[bytes]) -> Iterator[Triple]:
    """A regular expression over a buffer of bytes; a CR at its end waits for what comes next."""
    buffer = bytearray()
    started = False
    searched = 0
    state: dict[str, Any] = {"data": None, "event": "", "id": "", "next": ""}
    for chunk in _with_end(chunks):
        if chunk is None:
            if buffer.endswith(b"\r"):
                yield from _field(bytes(buffer[:-1]), state)
            return
        buffer += chunk
        if not started:
            if len(buffer) < 3 and b"\xef\xbb\xbf".startswith(bytes(buffer)):
                continue
            started = True
            if buffer.startswith(b"\xef\xbb\xbf"):
                del buffer[:3]
        if buffer.find(b"\n", searched) < 0 and buffer.find(b"\r", searched) < 0:
            searched = len(buffer)
            continue
        end = 0
        for match in _LINE.finditer(buffer):
            end = match.end()
            yield from _field(match[1], state)
        del buffer[:end]
        searched = 0


def _with_end(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    yield from chunks
    yield None


def _field(raw: bytes, state: dict[str, Any]) -> Iterator[Triple]:
    if not raw:
        state["id"] = state["next"]
        if state["data"] is not None:
            yield state["event"] or "message", state["data"][:-1], state["id"]
        state["data"], state["event"] = None, ""
        return
    match = re.match(r"(?s)([^:]*)(?::[ ]?(.*))?\Z", raw.decode("utf-8", "replace"))
    assert match is not None
    name, value = match[1], match[2] or ""
    if name == "data":
        state["data"] = (state["data"] or "") + value + "\n"
    elif name == "event":
        state["event"] = value
    elif name == "id" and "\0" not in value:
        state["next"] = value


def whole(chunks: Iterable[bytes]) -> list[Triple]:
    """The whole body at once, as a function of its text: nothing is known before the end."""
    text = b"".join(chunks).decode("utf-8", "replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    events: list[Triple] = []
    fields: list[tuple[str, str]] = []
    last_id = ""
    for line in text.split("\n")[:-1]:
        if line:
            name, _, value = line.partition(":")
            fields.append((name, value.removeprefix(" ")))
            continue
        last_id = next((v for k, v in reversed(fields) if k == "id" and "\0" not in v), last_id)
        kind = next((value for name, value in reversed(fields) if name == "event"), "")
        data = [value for name, value in fields if name == "data"]
        if data:
            events.append((kind or "message", "\n".join(data), last_id))
        fields = []
    return events


def message(chunks: Iterable[bytes]) -> dict[str, Any]:
    """A client of the API: strict about ends and errors, patient with everything new.

    Raises:
        ValueError: the stream is broken, cut, or carried an error.
    """
    result: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    inputs: dict[int, str] = {}
    done = stated = False
    for name, data, _ in by_character(chunks):
        if done or name == "ping":
            continue
        event = _load(data)
        if not isinstance(event, dict):
            raise ValueError("an event is no object")  # noqa: TRY004 - wrong data, not a wrong call
        kind = event.get("type", "")
        if not kind:
            raise ValueError("an event has no type")
        if kind == "error":
            raise ValueError(f"the API reported {event.get('error')}")
        if kind == "message_start":
            result = event["message"]
            blocks = dict(enumerate(result["content"]))
        elif kind == "content_block_start":
            if event["index"] in blocks:
                raise ValueError("a block was started twice")
            blocks[event["index"]] = dict(event["content_block"])
        elif kind == "content_block_delta":
            if event.get("index") not in blocks:
                raise ValueError("a delta of an unknown block")
            block, delta = blocks[event["index"]], event["delta"]
            for member in ("text", "thinking"):
                if member in delta:
                    block[member] = block.get(member, "") + delta[member]
            if "signature" in delta:
                block["signature"] = delta["signature"]
            if "content" in delta:
                block["content"] = delta["content"]
            if "citation" in delta:
                block.setdefault("citations", []).append(delta["citation"])
            if "partial_json" in delta:
                inputs[event["index"]] = inputs.get(event["index"], "") + delta["partial_json"]
        elif kind == "message_delta":
            if not result:
                raise ValueError("no message_start")
            result = {**result, **event["delta"]}
            stated = result.get("stop_reason") is not None  # the last one of them says why
            result["usage"] = {**result.get("usage", {}), **event.get("usage", {})}
        elif kind == "message_stop":
            done = True
    if not done or not result or not stated:
        raise ValueError("the stream was cut")
    for index, written in inputs.items():
        if written:
            blocks[index]["input"] = _load(written)
    result["content"] = [blocks[index] for index in sorted(blocks)]
    return result


def _load(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


class Fed(NamedTuple):
    """An event as `Feeder` gives it: no type and no retry time where the stream told none."""

    event: str | None
    data: str
    id: str
    retry: int | None


class Feeder:
    """An object that is fed: lines are found in bytes, and decoded when they are whole."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._begun = self._after_cr = False
        self._fields: list[tuple[str, str]] = []
        self._id = ""

    def feed(self, chunk: bytes) -> Iterator[Fed]:
        """The events that this chunk ends."""
        for line in self._lines(chunk):
            if line:
                name, _, value = line.partition(":")
                self._fields.append((name, value.removeprefix(" ")))
                continue
            fields, self._fields = self._fields, []
            told = dict(fields)  # of each name the last value counts, but for those below
            self._id = next((v for n, v in reversed(fields) if n == "id" and "\0" not in v), self._id)
            times = [v for n, v in fields if n == "retry" and re.fullmatch("[0-9]{1,18}", v)]
            data = [value for name, value in fields if name == "data"]
            if data:
                kind = told.get("event") or None
                yield Fed(kind, "\n".join(data), self._id, int(times[-1]) if times else None)

    def _lines(self, chunk: bytes) -> Iterator[str]:
        for piece in re.findall(rb"[^\r\n]+|\r\n|\r|\n", chunk):
            after_cr, self._after_cr = self._after_cr, piece == b"\r"
            if piece not in (b"\r\n", b"\r", b"\n"):
                self._rest.append(piece)
            elif piece != b"\n" or not after_cr:
                line = b"".join(self._rest)
                self._rest.clear()
                if not self._begun:
                    self._begun, line = True, line.removeprefix(b"\xef\xbb\xbf")
                yield line.decode("utf-8", "replace")


def fed(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Objects of one's own, given as dicts."""
    feeder = Feeder()
    for chunk in chunks:
        for event in feeder.feed(chunk):
            yield event._asdict()


async def asynchronously(chunks: AsyncIterable[bytes]) -> AsyncIterator[Triple]:
    """An asynchronous generator of triples."""
    feeder = Feeder()
    async for chunk in chunks:
        for event in feeder.feed(chunk):
            yield event.event or "message", event.data, event.id


async def collected(chunks: AsyncIterable[bytes]) -> dict[str, Any]:
    """A coroutine that gives the message, its blocks in a list and its errors its own.

    Raises:
        LookupFailed: the stream is broken, cut, or carried an error.
    """
    said: dict[str, Any] | None = None
    blocks: list[dict[str, Any]] = []
    pieces: list[list[str]] = []
    last = ""
    async for kind, data, _ in asynchronously(chunks):
        if last == "message_stop":
            break
        event: dict[str, Any] = {"type": "ping"} if kind == "ping" else _object(data)
        last = event.get("type", "")
        match event:
            case _ if not last:
                raise LookupFailed("an event has no type")
            case {"type": "error"}:
                raise LookupFailed(str(event.get("error")))
            case {"type": "message_start", "message": dict(begun)} if said is None:
                said = {**begun, "stop_reason": None}
            case {"type": "content_block_start", "index": int(index)} if index == len(blocks):
                blocks.append(dict(event["content_block"]))
                pieces.append([])
            case {"type": "content_block_delta", "index": int(index)} if 0 <= index < len(blocks):
                _add(blocks[index], pieces[index], event["delta"])
            case {"type": "message_delta", "delta": dict(told)} if said is not None:
                usage = {**said.get("usage", {}), **event.get("usage", {})}
                said = {**said, **told, "usage": usage}
            case {"type": "message_start" | "content_block_start" | "content_block_delta" | "message_delta"}:
                raise LookupFailed(f"{last} where none may be")
    if said is None or last != "message_stop" or said["stop_reason"] is None:
        raise LookupFailed("the stream was cut")
    for block, written in zip(blocks, pieces, strict=True):
        if any(written):
            block["input"] = _object("".join(written))
    return {**said, "content": blocks}


class LookupFailed(Exception):  # noqa: N818 - the name says what happened
    """There is no message."""


def _add(block: dict[str, Any], pieces: list[str], delta: dict[str, Any]) -> None:
    match delta:
        case {"type": "text_delta" | "thinking_delta" as kind}:
            name = kind.removesuffix("_delta")
            block[name] = (block.get(name) or "") + delta[name]
        case {"type": "signature_delta"}:
            block["signature"] = delta["signature"]
        case {"type": "citations_delta"}:
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]
        case {"type": "compaction_delta"}:
            block["content"] = delta["content"]
        case {"type": "input_json_delta"}:
            pieces.append(delta["partial_json"])


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise LookupFailed(str(error)) from None
    if not isinstance(value, dict):
        raise LookupFailed("an event is no object")
    return value
