"""Clients of the API with one bug each in how they take a stream and its message. `Client` is correct."""

# The base class says types and meaning, the names of the subclasses say the bug.
# ruff: noqa: ANN001, ANN201, ARG002, D101, D102
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.good_parsers import by_character

if TYPE_CHECKING:
    from collections.abc import Iterable


class StreamBroken(Exception):  # noqa: N818 - the name says what happened
    """What a correct client raises."""


class Client:
    """Correct: strict about ends and errors, patient with what is new."""

    def __call__(self, chunks: Iterable[bytes]) -> dict[str, Any]:
        """The message of a stream."""
        self.message: dict[str, Any] = {}
        self.blocks: dict[int, dict[str, Any]] = {}
        self.inputs: dict[int, str] = {}
        self.done = self.stated = False
        for kind, data, _ in by_character(chunks):
            if self.done:
                break
            if kind != "ping":
                self.take(self.load(data))
        self.check_end()
        for index, written in self.inputs.items():
            if written:
                self.blocks[index]["input"] = self.load_input(written)
        return self.message | {"content": [self.blocks[index] for index in sorted(self.blocks)]}

    def load(self, text: str) -> Any:
        """JSON."""
        try:
            return json.loads(text, parse_constant=self.constant)
        except (ValueError, RecursionError) as error:
            raise StreamBroken(str(error)) from None

    def load_input(self, text: str) -> Any:
        """A tool's input."""
        return self.load(text)

    def constant(self, name: str) -> Any:
        """NaN and the infinities."""
        raise StreamBroken(f"{name} is no JSON")

    def take(self, event: Any) -> None:
        """One event."""
        if not isinstance(event, dict):
            raise StreamBroken("no object")
        if "type" not in event:
            raise StreamBroken("no type")
        handler = getattr(self, f"on_{event.get('type')}", self.on_unknown)
        handler(event)

    def on_unknown(self, event: dict[str, Any]) -> None:
        """Something newer."""

    def on_error(self, event: dict[str, Any]) -> None:
        """An error event."""
        raise StreamBroken(str(event.get("error")))

    def on_message_start(self, event: dict[str, Any]) -> None:
        """The message."""
        if self.message:
            raise StreamBroken("a second message_start")
        self.message = event["message"]

    def on_content_block_start(self, event: dict[str, Any]) -> None:
        """A block."""
        if event["index"] in self.blocks:
            raise StreamBroken("a block started twice")
        self.blocks[event["index"]] = dict(event["content_block"])

    def block_of(self, event: dict[str, Any]) -> dict[str, Any]:
        """The block of a delta."""
        if event.get("index") not in self.blocks:
            raise StreamBroken("no such block")
        return self.blocks[event["index"]]

    def on_content_block_delta(self, event: dict[str, Any]) -> None:
        """A delta."""
        block, delta = self.block_of(event), event["delta"]
        if delta["type"] == "text_delta":
            block["text"] += delta["text"]
        elif delta["type"] == "thinking_delta":
            block["thinking"] += delta["thinking"]
        elif delta["type"] == "signature_delta":
            block["signature"] = delta["signature"]
        elif delta["type"] == "citations_delta":
            block.setdefault("citations", []).append(delta["citation"])
        elif delta["type"] == "compaction_delta":
            block["content"] = delta["content"]
        elif delta["type"] == "input_json_delta":
            self.inputs[event["index"]] = self.inputs.get(event["index"], "") + delta["partial_json"]
        else:
            self.on_unknown(delta)

    def on_message_delta(self, event: dict[str, Any]) -> None:
        """Stop reason and usage."""
        if not self.message:
            raise StreamBroken("no message_start")
        self.stated = True
        usage = {**self.message.get("usage", {}), **event.get("usage", {})}
        self.message = self.message | event["delta"] | {"usage": usage}

    def on_message_stop(self, event: dict[str, Any]) -> None:
        """The end."""
        self.done = True

    def check_end(self) -> None:
        """Whether all came."""
        if not (self.done and self.stated and self.message):
            raise StreamBroken("the stream was cut")


class TruncatesSilently(Client):
    def check_end(self):
        self.message = {"usage": {}, **self.message}


class AnyEndWithAStopReason(Client):
    def check_end(self):
        if not self.stated:
            raise StreamBroken("no stop reason")


class NeedsNoMessageDelta(Client):
    def check_end(self):
        if not self.done or not self.message:
            raise StreamBroken("the stream was cut")


class ErrorEndsQuietly(Client):
    def on_error(self, event):
        self.done = self.stated = True
        self.message = {"content": [], **self.message}


class ErrorIsIgnored(Client):
    def on_error(self, event):
        pass


class UsageOfTheStart(Client):
    def on_message_delta(self, event):
        usage = self.message.get("usage", {})
        super().on_message_delta(event)
        self.message["usage"] = usage


class UsageOfTheEnd(Client):
    def on_message_delta(self, event):
        super().on_message_delta(event)
        self.message["usage"] = event.get("usage", {})


class NewEventsRaise(Client):
    def take(self, event):
        if not hasattr(self, f"on_{event.get('type')}"):
            raise StreamBroken("unknown event")
        super().take(event)


class KnownReasonsOnly(Client):
    def on_message_delta(self, event):
        if event["delta"]["stop_reason"] not in {"end_turn", "max_tokens", "stop_sequence", "tool_use"}:
            raise StreamBroken("unknown stop reason")
        super().on_message_delta(event)


class NoStopReason(Client):
    def on_message_delta(self, event):
        super().on_message_delta({**event, "delta": {}})


class LosesStopSequence(Client):
    def on_message_delta(self, event):
        super().on_message_delta({**event, "delta": {**event["delta"], "stop_sequence": None}})


class DropsNul(Client):
    def load(self, text):
        return super().load(text.replace("\\u0000", ""))


class LeaksDecodeErrors(Client):
    def load(self, text):
        return json.loads(text, parse_constant=self.constant) if text else {"": None}["data"]


class TakesNaN(Client):
    def constant(self, name):
        return 0


class SecondStreamCounts(Client):
    def on_message_start(self, event):
        self.message = event["message"]
        self.blocks = {}

    def on_message_stop(self, event):
        self.seen_stop = True

    def __call__(self, chunks):
        self.seen_stop = False
        return super().__call__(chunks)

    def check_end(self):
        if not (self.stated and self.message and self.seen_stop):
            raise StreamBroken("the stream was cut")


class CountsPings(Client):
    def __call__(self, chunks):
        chunks = list(chunks)
        if next((kind for kind, _, _ in by_character(chunks)), "") == "ping":
            raise StreamBroken("begins with a ping")
        return super().__call__(chunks)


class OutputTokensOnly(Client):
    def on_message_delta(self, event):
        usage = {"output_tokens": event.get("usage", {}).get("output_tokens")}
        super().on_message_delta({**event, "usage": usage})


class ZeroIsNothing(Client):
    def on_message_delta(self, event):
        usage = {key: value for key, value in event.get("usage", {}).items() if value}
        super().on_message_delta({**event, "usage": usage})


class AddsUsage(Client):
    def on_message_delta(self, event):
        begun = self.message.get("usage", {})
        usage = {key: begun.get(key, 0) + value for key, value in event.get("usage", {}).items()}
        super().on_message_delta({**event, "usage": usage})


class UnknownErrorsPass(Client):
    def on_error(self, event):
        if (event.get("error") or {}).get("type") in {"overloaded_error", "api_error"}:
            super().on_error(event)


class AnyMessageIsTheMessage(Client):
    def on_unknown(self, event):
        self.message = self.message | event.get("message", {})


class MembersAreThere(Client):
    def take(self, event):
        super().take({"type": event["type"], **event})


class LooksForTheEndInText(Client):
    def load(self, text):
        self.done = "message_stop" in text
        return super().load(text)


class HidesEverything(Client):
    def __call__(self, chunks):
        try:
            return super().__call__(chunks)
        except StreamBroken:
            return {"content": list(self.blocks.values()), "usage": {}}


class FirstMessageDeltaOnly(Client):
    def on_message_delta(self, event):
        if not self.stated:
            super().on_message_delta(event)


class NeedsAReason(Client):
    def on_message_delta(self, event):
        self.reason = event["delta"]["stop_reason"].lower()
        super().on_message_delta(event)


class ErrorInText(Client):
    def load(self, text):
        if '"error' in text or '\\"error' in text:
            raise StreamBroken("an error")
        return super().load(text)


class StopReasonsOnly(Client):
    def on_message_delta(self, event):
        told = {key: event["delta"].get(key) for key in ("stop_reason", "stop_sequence")}
        super().on_message_delta({**event, "delta": told})


class JoinsStopReasons(Client):
    def on_message_delta(self, event):
        before = self.message.get("stop_reason") or ""
        super().on_message_delta(event)
        self.message["stop_reason"] = before + (self.message["stop_reason"] or "")


class NeedsEventLines(Client):
    def __call__(self, chunks):
        return super().__call__(self.named(chunks))

    def named(self, chunks):
        body = b"".join(chunks)
        yield b"\n\n".join(part for part in body.split(b"\n\n") if b"event: " in part or b"{" not in part)


class TypesFromNowhere(Client):
    def take(self, event):
        super().take({"type": "unknown", **event} if isinstance(event, dict) else event)
