"""Streams of the scripted writer against recorded ones: the same events with the same keys."""

from __future__ import annotations

import difflib
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from mockapi import jsontext
from mockapi.messages import PERIODS, decode_events
from mockapi.replies.scripts import plan_of
from mockapi.replies.scripts._script import Scripted
from mockapi.replies.synthesis import GenerationInput, RequestView
from mockapi.replies.synthesis._cache import Usage
from mockapi.replies.synthesis._periods import SINCE, form_of
from mockapi.replies.synthesis._writer import events_in, message_of
from tests.support.shared import Row, exact_rows, say

_OPAQUE = frozenset({"input", "citation", "citations", "content", "from", "to", "iterations"})


@pytest.mark.corpus
def test_scripted_streams_have_the_events_and_keys_of_recorded_ones() -> None:
    """At least 90 % of a recording's events come back with the same names and key lists."""
    same = total = streams = 0
    differences: Counter[str] = Counter()
    for row in exact_rows():
        if not row.is_sse or row.fields["uri_path"] not in (None, "/v1/messages", "/v1/messages?beta=true"):
            continue
        recorded = decode_events(row.response)
        if recorded[0]["type"] != "message_start":
            continue
        month = _month(row) or _likely_month(row, recorded)
        streams += 1
        wanted, written = _forms(recorded), _forms(_written(row, recorded, month))
        matcher = difflib.SequenceMatcher(a=wanted, b=written, autojunk=False)
        same += sum(block.size for block in matcher.get_matching_blocks())
        total += len(wanted)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag != "equal":
                for one, other in zip(wanted[i1:i2], written[j1:j2], strict=False):
                    missing = sorted(set(one.split()) - set(other.split()))
                    added = sorted(set(other.split()) - set(one.split()))
                    differences[f"{one.split()[0]}: recorded {missing}, written {added}"] += 1
    say(f"{streams} streams, {same} of {total} events alike: {same / total:.1%}")
    for difference, count in differences.most_common(20):
        say(f"{count:5d}  {difference}")
    assert streams > 150
    assert same / total >= 0.9


def _month(row: Row) -> str | None:
    """The month of a recording, from its `date` field; None if it has none."""
    for name, value in row.fields["response_headers"]:
        if name.lower() == "date":
            return f"{parsedate_to_datetime(value):%Y-%m}"
    return None


def _likely_month(row: Row, recorded: list[dict[str, Any]]) -> str:
    """The latest month whose message_start has the keys of an undated recording's."""
    wanted = _forms(recorded[:1])
    months = sorted({*SINCE.values(), *(period.since for period in PERIODS)}, reverse=True)
    fitting = (month for month in months if _forms(_written(row, recorded, month)[:1]) == wanted)
    return next(fitting, months[0])


def _written(row: Row, recorded: list[dict[str, Any]], month: str) -> list[dict[str, Any]]:
    """A stream of the same block types for the same request, in the form of a month."""
    body = jsontext.parse(row.request or b"{}")
    betas = next(
        (value for name, value in row.fields["request_headers"] if name.lower() == "anthropic-beta"), ""
    )
    view = RequestView(body, frozenset(betas.split(",")))
    material = GenerationInput(view, 0)
    end = next(event for event in recorded if event["type"] == "message_delta")
    reply = Scripted(_blocks(recorded), stop_reason=end["delta"]["stop_reason"])
    plan = plan_of(reply, material, 0)
    message = message_of(plan, view, Usage(10), material.ids, 0, form_of(month))
    return events_in(message, plan, material.dice)


def _blocks(recorded: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Blocks of the recorded types, with or without what the recorded ones have or lack."""
    blocks: list[dict[str, Any]] = []
    for event in recorded:
        if event["type"] == "content_block_start":
            blocks.append(dict(event["content_block"]))
        elif event["type"] == "content_block_delta":
            delta, block = event["delta"], blocks[-1]
            if delta["type"] == "text_delta":
                block["text"] = "text"
            elif delta["type"] == "thinking_delta" and delta["thinking"]:
                block["thinking"] = "thinking"
            elif delta["type"] == "signature_delta":
                block["signature"] = delta["signature"]
            elif delta["type"] == "citations_delta":
                block["citations"] = [delta["citation"]]
            elif delta["type"] == "input_json_delta" and delta["partial_json"]:
                block["input"] = {"a": 1}
            elif delta["type"] == "compaction_delta":
                block["content"] = delta["content"]
    return tuple({key: value for key, value in block.items() if key != "caller"} for block in blocks)


def _forms(events: list[dict[str, Any]]) -> list[str]:
    """Name and keys of each event; pings are left out, repeats of a form count once."""
    forms: list[str] = []
    for event in events:
        if event["type"] == "ping":
            continue
        form = f"{event['type']} {' '.join(_keys(event))}"
        if not forms or forms[-1] != form:
            forms.append(form)
    return forms


def _keys(value: Any, path: str = "") -> list[str]:
    """All keys in their order, with their paths; the insides of what the model wrote do not count."""
    found = []
    for key, member in value.items() if isinstance(value, dict) else ():
        found.append(f"{path}{key}")
        if key not in _OPAQUE:
            found += _keys(member, f"{path}{key}.")
    return found
