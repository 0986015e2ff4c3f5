"""Correct readers of the API's messages, strict and lenient, each in a style of its own."""

# The base class says what a step is for, the docstring of a class what it does wrong there.
# ruff: noqa: D102

import asyncio
from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Any

from mockapi.fuzzing import Shape
from tests.support.holdout.decoding import Decoder
from tests.support.holdout.messages import MessageReader, StreamBrokenError
from tests.support.holdout.roll import CORRECT, correct, correct_class

correct_class(MessageReader)


@correct_class
class Lenient(MessageReader):
    """Bears what breaks the grammar as long as nothing is lost by it."""

    def start_block(self, index: int, block: dict[str, Any]) -> None:
        if index in self.open:
            self.stop_block(index)
        if index in self.blocks:
            raise StreamBrokenError(f"block {index} comes twice")
        if not self.message:
            raise StreamBrokenError("a block before message_start")
        self.blocks[index] = {**block}
        self.open.add(index)

    def stop_block(self, index: int) -> None:
        if index in self.open:
            super().stop_block(index)

    def stop(self) -> None:
        for index in [*self.open]:
            self.stop_block(index)
        super().stop()


@correct_class
class VeryStrict(MessageReader):
    """Refuses blocks that overlap and a second message_delta after the last."""

    def event(self, kind: str, event: dict[str, Any]) -> None:
        if self.message.get("stop_reason") is not None and kind.startswith("content_block"):
            raise StreamBrokenError("a block after the stop reason")
        super().event(kind, event)


@correct
def events_of_the_api(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Shows the events as they come, checks them, and stops at message_stop."""
    reader = MessageReader()
    for name, data, *_ in Decoder().read(chunks):
        event = reader.parse(name, data)
        if event is None:
            continue
        reader.take(name, data)
        yield {**event, "type": reader.kind(name, event)}
        if reader.done:
            return
    reader.finish()


@correct
def events_unchecked(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Shows all that comes up to message_stop, and says only what its user cannot see."""
    reader = MessageReader()
    for name, data, *_ in Decoder().read(chunks):
        event = reader.parse(name, data)
        if event is None:
            continue
        kind = reader.kind(name, event)
        if kind == "error":
            reader.error(event)
        yield {**event, "type": kind}
        if kind == "message_stop":
            return
    raise StreamBrokenError("the stream ended before message_stop")


@correct
async def awaited_message(chunks: AsyncIterable[bytes]) -> dict[str, Any]:
    """A coroutine that reads with `async for`."""
    decoder, reader = Decoder(), MessageReader()
    async for chunk in chunks:
        for line in decoder.lines(chunk):
            for name, data, *_ in decoder.line(line):
                reader.take(name, data)
                if reader.done:
                    return reader.finish()
        await asyncio.sleep(0)
    return reader.finish()


class GoneWrongError(RuntimeError):
    """What the users of a client are told to catch, derived from an accident's class."""


@correct
def text_and_tools(chunks: Iterable[bytes]) -> dict[str, Any]:
    """Shows the text, the tool calls and the stop reason, as frameworks do."""
    try:
        message = MessageReader().read(chunks)
    except (StreamBrokenError, OSError) as error:
        raise GoneWrongError(str(error)) from error
    blocks = message["content"]
    return {
        "text": "".join(block["text"] for block in blocks if block["type"] == "text"),
        "tool_calls": [
            {"id": block["id"], "name": block["name"], "input": block["input"]}
            for block in blocks
            if block["type"] == "tool_use"
        ],
        "stop_reason": message["stop_reason"],
        "model_name": "what a client adds of its own",
    }


vars(text_and_tools)["documented"] = (GoneWrongError,)
vars(text_and_tools)["shape"] = Shape("message", shows=("text", "tool_calls", "stop_reason"))
assert CORRECT["text_and_tools"] is text_and_tools


@correct
def shouting(chunks: Iterable[bytes]) -> dict[str, Any]:
    """Hands errors of the connection on under a documented name."""
    try:
        return MessageReader().read(chunks)
    except OSError as error:
        raise StreamBrokenError("the connection broke") from error
