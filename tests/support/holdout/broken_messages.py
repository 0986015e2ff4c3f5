"""Readers of the API's messages with one fault each: what they lose or make up of the message itself."""

# The base class says what a step is for, the docstring of a class what it does wrong there.
# ruff: noqa: D102

import copy
import json
import math
from typing import Any

from tests.support.holdout.messages import MessageReader, StreamBrokenError, refuse
from tests.support.holdout.roll import broken_class


@broken_class("differs", "silent loss")
class OneBlock(MessageReader):
    """Appends every piece to the block that was opened last."""

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        super().delta(max(self.open) if index in self.open else index, delta)


@broken_class("silent loss", "differs")
class TextAndToolsOnly(MessageReader):
    """Keeps blocks of text, thinking and tools, and drops what it does not know."""

    def finish(self) -> dict[str, Any]:
        message = super().finish()
        known = ("text", "thinking", "tool_use")
        message["content"] = [block for block in message["content"] if block["type"] in known]
        return message


@broken_class("differs", "silent loss")
class TextStartsEmpty(MessageReader):
    """Ignores the text that stands in a block's start."""

    def start_block(self, index: int, block: dict[str, Any]) -> None:
        super().start_block(index, {**block, "text": ""} if block.get("type") == "text" else block)


@broken_class("differs", "silent loss")
class InputStartsEmpty(MessageReader):
    """Ignores the input that stands in a tool's start."""

    def start_block(self, index: int, block: dict[str, Any]) -> None:
        super().start_block(index, {**block, "input": {}} if "input" in block else block)


@broken_class("silent loss", "differs")
class BadInputIsEmpty(MessageReader):
    """Takes tool input that does not parse for no input."""

    def tool_input(self, text: str) -> Any:
        try:
            return super().tool_input(text)
        except StreamBrokenError:
            return {}


@broken_class("silent loss", "differs")
class ClosesBraces(MessageReader):
    """Completes tool input that is cut, as a reader of partial JSON does."""

    def tool_input(self, text: str) -> Any:
        for ending in ("", "}", '"}', "]}", '"]}', "null}", "}}", '"}}'):
            try:
                return super().tool_input(text + ending)
            except StreamBrokenError:
                continue
        raise StreamBrokenError("tool input that cannot be completed")


@broken_class("differs", "silent loss")
class UsageOfTheStart(MessageReader):
    """Reports the counts that message_start had."""

    def usage(self, usage: dict[str, Any]) -> None:
        pass


@broken_class("differs", "silent loss")
class UsageOfTheEnd(MessageReader):
    """Replaces the counts by those of the last message_delta, so what that does not repeat is gone."""

    def usage(self, usage: dict[str, Any]) -> None:
        if usage:
            self.message["usage"] = {**usage}


@broken_class("differs")
class UsageIsSummed(MessageReader):
    """Adds up totals of output tokens."""

    def usage(self, usage: dict[str, Any]) -> None:
        before = self.message["usage"].get("output_tokens") or 0
        super().usage({**usage, "output_tokens": before + (usage.get("output_tokens") or 0)})


@broken_class("differs", "silent loss")
class OnlyOutputTokens(MessageReader):
    """Takes one count of a message_delta and passes over the others."""

    def usage(self, usage: dict[str, Any]) -> None:
        super().usage({"output_tokens": usage.get("output_tokens")})


@broken_class("differs", "silent loss")
class OnlyTheStopReason(MessageReader):
    """Takes the stop reason of a message_delta and passes over what stands beside it."""

    def ends(self, delta: dict[str, Any]) -> None:
        super().ends({"stop_reason": delta["stop_reason"]})


@broken_class("differs", "silent loss")
class FirstMessageDelta(MessageReader):
    """Takes the first message_delta for the only one."""

    _came = False

    def message_delta(self, event: dict[str, Any]) -> None:
        if not self._came:
            super().message_delta(event)
        self._came = True


@broken_class("differs")
class StopReasonsAreJoined(MessageReader):
    """Merges two message_deltas by adding their texts."""

    def ends(self, delta: dict[str, Any]) -> None:
        before = self.message.get("stop_reason")
        reason = delta.get("stop_reason")
        super().ends({**delta, "stop_reason": before + reason if before and reason else reason})


@broken_class("crashes")
class NeedsAStopReason(MessageReader):
    """Calls a method of a stop reason that may be null."""

    def parse(self, name: str, data: str) -> dict[str, Any] | None:
        event = super().parse(name, data)
        if event is not None and event.get("type") == "message_delta":
            self.reason = event.get("delta", {}).get("stop_reason", "").lower()
        return event


@broken_class("silent loss", "differs")
class NoCitations(MessageReader):
    """Loses citations."""

    def unknown_delta(self, kind: str) -> None:
        pass

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        if delta["type"] != "citations_delta":
            super().delta(index, delta)


@broken_class("differs", "silent loss")
class LastCitation(MessageReader):
    """Keeps the last of several citations."""

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        if delta["type"] == "citations_delta":
            self.blocks[index]["citations"] = [delta["citation"]]
        else:
            super().delta(index, delta)


@broken_class("silent loss", "differs")
class NoSignature(MessageReader):
    """Loses the signature, without which thinking cannot be sent back."""

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        if delta["type"] != "signature_delta":
            super().delta(index, delta)


@broken_class("silent loss", "differs")
class NoSummary(MessageReader):
    """Loses the summary of a context that was compacted."""

    def compaction(self, index: int, delta: dict[str, Any]) -> None:
        pass


@broken_class("differs", "silent loss")
class StripsPieces(MessageReader):
    """Takes blanks off every piece of text."""

    def piece(self, index: int, member: str, text: str) -> None:
        super().piece(index, member, text.strip())


@broken_class("differs", "silent loss")
class LargeNumbersAreFloats(MessageReader):
    """Reads numbers as floating point, so the last digits of a large one change."""

    def json(self, text: str) -> Any:
        return json.loads(text, parse_int=lambda digits: _whole(float(digits)), parse_constant=refuse)


@broken_class("hangs")
class SnapshotsForEachPiece(MessageReader):
    """Makes a whole copy of the message for each event, for users who want to see it grow."""

    def piece(self, index: int, member: str, text: str) -> None:
        super().piece(index, member, text)
        self.shown = copy.deepcopy(self.text)


@broken_class("hangs")
class ParsesInputForEachPiece(MessageReader):
    """Tries to parse a tool's input from its beginning with each piece of it."""

    def delta(self, index: int, delta: dict[str, Any]) -> None:
        super().delta(index, delta)
        if delta["type"] == "input_json_delta":
            try:
                self.partial = json.loads("".join(self.input[index]))
            except (ValueError, RecursionError):
                self.partial = None


def _whole(number: float) -> int:
    return int(number) if math.isfinite(number) else 0
