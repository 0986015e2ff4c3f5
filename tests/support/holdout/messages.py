"""A correct reader of the API's messages, in steps: a broken one does one of them otherwise."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from tests.support.holdout.decoding import Decoder

NAMES = frozenset({
    "message_start", "content_block_start", "content_block_delta", "content_block_stop",
    "message_delta", "message_stop", "error", "ping", "message",
})  # fmt: skip


class StreamBrokenError(Exception):
    """The stream did not bring a whole message."""


def refuse(word: str) -> NoReturn:
    """NaN and its like, which Python reads as JSON."""
    raise ValueError(f"{word} is not JSON")


class MessageReader:
    """Builds the API's message of a stream, or says what is wrong with it."""

    def __init__(self) -> None:
        self.message: dict[str, Any] = {}
        self.blocks: dict[int, dict[str, Any]] = {}
        self.open: set[int] = set()
        self.input: dict[int, list[str]] = {}  # pieces of a tool's input
        self.text: dict[tuple[int, str], list[str]] = {}  # pieces of a block's text, by index and member
        self.ending = False  # a message_delta has come
        self.done = False

    def read(self, chunks: Iterable[bytes]) -> dict[str, Any]:
        """The message of a stream."""
        for name, data, *_ in Decoder().read(chunks):
            self.take(name, data)
            if self.done:
                break
        return self.finish()

    def take(self, name: str, data: str) -> None:
        """Take one event of the stream."""
        event = self.parse(name, data)
        if event is not None:
            try:
                self.event(self.kind(name, event), event)
            except (KeyError, TypeError, AttributeError) as error:
                raise StreamBrokenError(f"an event that lacks something: {data[:80]}") from error

    def parse(self, name: str, data: str) -> dict[str, Any] | None:
        """The event as JSON; None for events of names that are not known and of no consequence."""
        if name == "ping":
            return None
        try:
            event = self.json(data)
        except (ValueError, RecursionError) as error:
            if name not in NAMES:
                return None
            raise StreamBrokenError(f"data that is not JSON: {data[:80]}") from error
        if isinstance(event, dict):
            return event
        if name not in NAMES:
            return None
        raise StreamBrokenError(f"data that is no object: {data[:80]}")

    def json(self, text: str) -> Any:
        """JSON, and nothing that only resembles it."""
        return json.loads(text, parse_constant=refuse)

    def kind(self, name: str, event: dict[str, Any]) -> str:
        """What an event is: its own word counts, then the name of the event."""
        kind = event.get("type", name)
        return kind if isinstance(kind, str) else name

    def event(self, kind: str, event: dict[str, Any]) -> None:
        """Do what an event asks for."""
        match kind:
            case "message_start":
                self.start(event["message"])
            case "content_block_start":
                self.start_block(event["index"], event["content_block"])
            case "content_block_delta":
                self.delta(event["index"], event["delta"])
            case "content_block_stop":
                self.stop_block(event["index"])
            case "message_delta":
                self.message_delta(event)
            case "message_stop":
                self.stop()
            case "error":
                self.error(event)
            case _:
                self.unknown(kind, event)

    def start(self, message: dict[str, Any]) -> None:
        """The head of the message."""
        if self.message:
            raise StreamBrokenError("a second message_start")
        self.message = {**message, "content": [], "usage": {**message["usage"]}}

    def start_block(self, index: int, block: dict[str, Any]) -> None:
        """The head of a block."""
        if not self.message:
            raise StreamBrokenError("a block before message_start")
        if index in self.blocks or index != len(self.blocks):
            raise StreamBrokenError(f"block {index} out of its turn")
        self.blocks[index] = {**block}
        self.open.add(index)

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        """A piece of a block."""
        if index not in self.open:
            raise StreamBrokenError(f"a piece of block {index}, which is not open")
        match delta["type"]:
            case "text_delta":
                self.piece(index, "text", delta["text"])
            case "thinking_delta":
                self.piece(index, "thinking", delta["thinking"])
            case "signature_delta":
                self.blocks[index]["signature"] = delta["signature"]
            case "input_json_delta":
                self.input.setdefault(index, []).append(delta["partial_json"] + "")
            case "citations_delta":
                block = self.blocks[index]
                block["citations"] = [*(block.get("citations") or []), delta["citation"]]
            case "compaction_delta":
                self.compaction(index, delta)
            case other:
                self.unknown_delta(other)

    def compaction(self, index: int, delta: dict[str, Any]) -> None:
        """The summary of a context that was compacted."""
        self.blocks[index].update({name: value for name, value in delta.items() if name != "type"})

    def piece(self, index: int, member: str, text: str) -> None:
        """A piece of a block's text."""
        if not isinstance(text, str):
            raise StreamBrokenError(f"{member} that is no text")
        self.text.setdefault((index, member), [self.blocks[index].get(member) or ""]).append(text)

    def unknown_delta(self, kind: str) -> None:
        """A delta of a type that is not known changes nothing."""

    def stop_block(self, index: int) -> None:
        """The end of a block."""
        if index not in self.open:
            raise StreamBrokenError(f"an end of block {index}, which is not open")
        self.open.remove(index)
        for (owner, member), pieces in self.text.items():
            if owner == index:
                self.blocks[index][member] = "".join(pieces)
        text = "".join(self.input.get(index, []))
        if text:
            self.blocks[index]["input"] = self.tool_input(text)

    def tool_input(self, text: str) -> Any:
        """A tool's input, which has to be whole."""
        try:
            return self.json(text)
        except (ValueError, RecursionError) as error:
            raise StreamBrokenError(f"tool input that is not JSON: {text[:80]}") from error

    def message_delta(self, event: dict[str, Any]) -> None:
        """What is known at the end; later values count."""
        if not self.message:
            raise StreamBrokenError("a message_delta before message_start")
        self.ending = True
        self.ends(event["delta"])
        self.usage(event.get("usage") or {})
        if event.get("context_management") is not None:
            self.message["context_management"] = event["context_management"]

    def ends(self, delta: dict[str, Any]) -> None:
        """The members of the message that a message_delta brings."""
        for name, value in delta.items():
            if value is not None or name not in self.message:
                self.message[name] = value

    def usage(self, usage: dict[str, Any]) -> None:
        """Counts are totals, so the last one counts."""
        self.message["usage"].update({name: value for name, value in usage.items() if value is not None})

    def stop(self) -> None:
        """The end of the message."""
        if self.open or not self.ending:
            raise StreamBrokenError("message_stop too early")
        self.done = True

    def error(self, event: dict[str, Any]) -> None:
        """The API says that it cannot go on."""
        raise StreamBrokenError(f"the API reports {event.get('error')}")

    def unknown(self, kind: str, event: dict[str, Any]) -> None:
        """An event of a type that is not known changes nothing."""

    def finish(self) -> dict[str, Any]:
        """The message, if it is whole."""
        if not self.done:
            raise StreamBrokenError("the stream ended before message_stop")
        self.message["content"] = [self.blocks[index] for index in sorted(self.blocks)]
        return self.message
