"""Clients of the API with one bug each in how they put content blocks together."""

# The base class says types and meaning, the names of the subclasses say the bug.
# ruff: noqa: ANN001, ANN201, ARG002, D101, D102
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import json

from tests.support.broken_clients import Client, StreamBroken


class HalfInput(Client):
    def load_input(self, text):
        try:
            return super().load_input(text)
        except StreamBroken:
            return {}


class InputAtFirst(Client):
    def on_content_block_delta(self, event):
        if "partial_json" not in event["delta"] or not self.inputs.get(event["index"]):
            super().on_content_block_delta(event)


class NewDeltasCrash(Client):
    def on_unknown(self, event):
        self.blocks[0]["text"] += event["text"]


class NewBlocksVanish(Client):
    def check_end(self):
        super().check_end()
        known = {"text", "thinking", "tool_use", "redacted_thinking"}
        self.blocks = {index: block for index, block in self.blocks.items() if block["type"] in known}


class LatestBlock(Client):
    def block_of(self, event):
        return self.blocks[max(self.blocks)]


class CrashesWithoutABlock(Client):
    def block_of(self, event):
        return self.blocks[event["index"]]


class LosesSignatures(Client):
    def on_content_block_delta(self, event):
        if "signature" not in event["delta"]:
            super().on_content_block_delta(event)


class LosesCitations(Client):
    def on_content_block_delta(self, event):
        if "citation" not in event["delta"]:
            super().on_content_block_delta(event)


class OneCitation(Client):
    def on_content_block_delta(self, event):
        super().on_content_block_delta(event)
        if "citation" in event["delta"]:
            self.blocks[event["index"]]["citations"] = [event["delta"]["citation"]]


class FirstToolOnly(Client):
    def on_content_block_start(self, event):
        if event["index"] < 1:
            super().on_content_block_start(event)
        else:
            self.blocks[0].setdefault("text", "")

    def block_of(self, event):
        return self.blocks[0]


class StripsText(Client):
    def on_content_block_delta(self, event):
        delta = event["delta"]
        if "text" in delta:
            event = {**event, "delta": {**delta, "text": delta["text"].strip()}}
        super().on_content_block_delta(event)


class LeaksRecursion(Client):
    def load_input(self, text):
        return json.loads(text)


class RoundsIntegers(Client):
    def load_input(self, text):
        return json.loads(text, parse_int=float)


class EmptyInputIsNone(Client):
    def on_content_block_start(self, event):
        super().on_content_block_start(event)
        self.blocks[event["index"]].pop("input", None)


class EmptyPieceEnds(Client):
    def on_content_block_delta(self, event):
        if event["delta"].get("text") == "":
            self.done = self.stated = True
        super().on_content_block_delta(event)


class StartsAreEmpty(Client):
    def on_content_block_start(self, event):
        empty = {key: value for key, value in event["content_block"].items() if key != "text"} | {"text": ""}
        block = empty if "text" in event["content_block"] else event["content_block"]
        super().on_content_block_start({**event, "content_block": block})


class InputOnlyInDeltas(Client):
    def on_content_block_start(self, event):
        super().on_content_block_start(event)
        if "input" in event["content_block"]:
            self.blocks[event["index"]]["input"] = {}


class OneInputForAll(Client):
    def on_content_block_delta(self, event):
        super().on_content_block_delta(event)
        if "partial_json" in event["delta"]:
            self.inputs = dict.fromkeys(self.inputs, "".join(dict.fromkeys(self.inputs.values())))


class EveryDeltaIsJSON(Client):
    def on_content_block_delta(self, event):
        if event["delta"].get("partial_json"):
            self.blocks[event["index"]]["input"] = self.load_input(event["delta"]["partial_json"])
        else:
            super().on_content_block_delta(event)


class StripsThinking(Client):
    def on_content_block_delta(self, event):
        delta = event["delta"]
        if "thinking" in delta:
            event = {**event, "delta": {**delta, "thinking": delta["thinking"].strip()}}
        super().on_content_block_delta(event)


class NoEmptyThinking(Client):
    def check_end(self):
        super().check_end()
        self.blocks = {
            index: block
            for index, block in self.blocks.items()
            if block.get("thinking") or "thinking" not in block
        }


class IndexesAreText(Client):
    def check_end(self):
        super().check_end()
        self.blocks = dict(enumerate(self.blocks[index] for index in sorted(self.blocks, key=str)))


class LosesSummaries(Client):
    def on_content_block_delta(self, event):
        if event["delta"]["type"] != "compaction_delta":
            super().on_content_block_delta(event)
