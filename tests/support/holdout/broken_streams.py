"""Readers of messages with one fault each: how they take a stream that ends, fails or surprises them."""

# The base class says what a step is for, the docstring of a class what it does wrong there.
# ruff: noqa: D102

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.support.holdout.decoding import Decoder
from tests.support.holdout.messages import NAMES, MessageReader, StreamBrokenError
from tests.support.holdout.roll import broken, broken_class


@broken_class("silent loss")
class AnyEndWillDo(MessageReader):
    """Takes the end of the bytes for the end of the message."""

    def finish(self) -> dict[str, Any]:
        if not self.message:
            raise StreamBrokenError("nothing came")
        for index in [*self.open]:
            self.stop_block(index)
        self.done = True
        return super().finish()


@broken_class("silent loss")
class NothingIsAnEmptyAnswer(MessageReader):
    """Gives an empty message where no event came."""

    def finish(self) -> dict[str, Any]:
        if not self.message:
            return {"type": "message", "role": "assistant", "content": [], "stop_reason": "end_turn"}
        return super().finish()


@broken_class("silent loss")
class ErrorsAreLogged(MessageReader):
    """Logs an error of the API and goes on."""

    def error(self, event: dict[str, Any]) -> None:
        self.log = event


@broken_class("silent loss")
class DoneAtTheStopReason(MessageReader):
    """Stops reading when it has a stop reason, so what goes wrong after it is not seen."""

    def ends(self, delta: dict[str, Any]) -> None:
        super().ends(delta)
        self.done = bool(delta.get("stop_reason"))


@broken_class("silent loss", "differs")
class DoneAtTheFirstBlock(MessageReader):
    """Stops reading behind the first block."""

    def stop_block(self, index: int) -> None:
        super().stop_block(index)
        self.done = True


@broken_class("differs")
class UnknownEventsAreErrors(MessageReader):
    """Refuses an event of a type that it does not know."""

    def unknown(self, kind: str, event: dict[str, Any]) -> None:
        raise StreamBrokenError(f"unknown event {kind} {event}")


@broken_class("crashes")
class UnknownDeltasCrash(MessageReader):
    """Looks deltas up in a table."""

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        known = {"text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta"}
        if delta["type"] not in known | {"compaction_delta"}:
            raise NotImplementedError(delta["type"])
        super().delta(index, delta)


@broken_class("differs")
class UnknownBlocksAreErrors(MessageReader):
    """Refuses a block of a type that it does not know."""

    def start_block(self, index: int, block: dict[str, Any]) -> None:
        if (
            block["type"] not in {"text", "thinking", "redacted_thinking", "tool_use"}
            and "tool" not in block["type"]
        ):
            raise StreamBrokenError(f"unknown block {block['type']}")
        super().start_block(index, block)


@broken_class("differs")
class PingsHaveData(MessageReader):
    """Parses the data of a ping, which may be empty."""

    def parse(self, name: str, data: str) -> dict[str, Any] | None:
        return super().parse("message" if name == "ping" else name, data)


@broken_class("crashes", documented=StreamBrokenError)
class EveryDataIsJson(MessageReader):
    """Parses the data of events that it will ignore, and without care."""

    def parse(self, name: str, data: str) -> dict[str, Any] | None:
        if name not in NAMES:
            json.loads(data)
        return super().parse(name, data)


@broken_class("differs", "crashes", "silent loss")
class NamesAreNeeded(MessageReader):
    """Goes by the name of an event and ignores the type in its data."""

    def kind(self, name: str, _event: dict[str, Any]) -> str:
        return name


@broken_class("differs", "crashes", "silent loss")
class TypesAreNeeded(MessageReader):
    """Goes by the type in the data and passes over what has none."""

    def kind(self, _name: str, event: dict[str, Any]) -> str:
        kind = event.get("type", "")
        return kind if isinstance(kind, str) else ""


@broken_class("silent loss")
class SkipsBadJson(MessageReader):
    """Passes over an event whose data does not parse."""

    def parse(self, name: str, data: str) -> dict[str, Any] | None:
        try:
            return super().parse(name, data)
        except StreamBrokenError:
            return None


@broken_class("crashes")
class DeepJsonCrashes(MessageReader):
    """Does not expect the JSON parser to run out of stack."""

    def json(self, text: str) -> Any:
        try:
            return super().json(text)
        except RecursionError as error:
            raise MemoryError from error


@broken_class("silent loss", "differs")
class StrayDeltasAreDropped(MessageReader):
    """Passes over a piece of a block that is not open."""

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        if index in self.open:
            super().delta(index, delta)


@broken_class("silent loss", "differs")
class LaterBlockWins(MessageReader):
    """Lets a second block of the same index take the place of the first."""

    def start_block(self, index: int, block: dict[str, Any]) -> None:
        self.blocks.pop(index, None)
        self.text = {key: pieces for key, pieces in self.text.items() if key[0] != index}
        self.input.pop(index, None)
        self.open.discard(index)
        self.blocks[index] = {**block}
        self.open.add(index)


@broken_class("differs")
class TheWordErrorIsOne(MessageReader):
    """Takes data that contains the word "error" in quotes for an error."""

    def take(self, name: str, data: str) -> None:
        if '"error' in data or '\\"error' in data:
            raise StreamBrokenError(data[:80])
        super().take(name, data)


@broken_class("crashes")
class SurrogatesCrash(MessageReader):
    """Writes text as UTF-8 into a buffer, which half a surrogate pair cannot be."""

    def piece(self, index: int, member: str, text: str) -> None:
        self.size = len(text.encode())
        super().piece(index, member, text)


@broken("silent loss")
def broken_connections_end_the_stream(chunks: Iterable[bytes]) -> dict[str, Any]:
    """Takes a connection that breaks for the end of the stream, and what has come for the answer."""
    reader = MessageReader()

    def quietly() -> Iterator[bytes]:
        try:
            yield from chunks
        except OSError:
            reader.done = True

    for name, data, *_ in Decoder().read(quietly()):
        reader.take(name, data)
    for index in [*reader.open]:
        reader.stop_block(index)
    return reader.finish()


@broken("silent loss", "differs")
def shows_deltas_only(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Shows the API's events, without the pieces of text that are blank."""
    reader = MessageReader()
    for name, data, *_ in Decoder().read(chunks):
        event = reader.parse(name, data)
        if event is None:
            continue
        reader.take(name, data)
        if not isinstance(text := event.get("delta", {}).get("text"), str) or text.strip():
            yield {"type": reader.kind(name, event), **event}
        if reader.done:
            return
    reader.finish()


@broken("silent loss")
def shows_events_of_a_cut_stream(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Shows the API's events, and says nothing when message_stop does not come."""
    reader = MessageReader()
    for name, data, *_ in Decoder().read(chunks):
        event = reader.parse(name, data)
        if event is None:
            continue
        reader.take(name, data)
        yield {"type": reader.kind(name, event), **event}
        if reader.done:
            return
