"""The order of keys: each period of the message, and where a late key goes."""

from __future__ import annotations

from typing import Any

import pytest

from mockapi.messages import (
    NEWEST,
    PERIODS,
    Period,
    order_block,
    order_delta,
    order_delta_usage,
    order_message,
    order_usage,
)
from mockapi.messages._keyorder import BLOCKS, DELTA, DELTA_USAGE, USAGE, insert
from tests.support import streams as s


def backwards(mapping: dict[str, Any]) -> dict[str, Any]:
    """The same members in the opposite order."""
    return dict(reversed(mapping.items()))


@pytest.mark.parametrize("period", PERIODS, ids=[period.since for period in PERIODS])
def test_message(period: Period) -> None:
    """A message has the order of its period, its blocks and usage theirs, and loses nothing."""
    message = s.message(backwards(s.text()), usage=backwards(s.usage()))
    arranged = order_message(backwards(message), period)
    assert arranged == message
    known = [key for key in period.message if key in message]
    assert list(arranged)[: len(known)] == known
    assert list(arranged["content"][0]) == ["type", "text"]
    assert list(arranged["usage"]) == list(s.usage())


def test_the_newest_is_the_default() -> None:
    """Without a period the order is today's: the model first, the stop details before the usage."""
    arranged = order_message(backwards(s.SAMPLES["newest keys"]))
    assert tuple(arranged) == tuple(key for key in NEWEST.message if key != "context_management")
    assert [period.since for period in PERIODS] == sorted(period.since for period in PERIODS)


@pytest.mark.parametrize(
    ("block", "order"),
    [
        ({"text": "", "type": "text", "citations": []}, ["citations", "type", "text"]),
        ({"signature": "", "thinking": "", "type": "thinking"}, ["type", "thinking", "signature"]),
        (backwards(s.tool_use({})), ["type", "id", "name", "input", "caller"]),
        (
            {"content": [], "caller": {}, "tool_use_id": "x", "type": "web_search_tool_result"},
            ["type", "tool_use_id", "content", "caller"],
        ),
        (
            {"content": [], "is_error": False, "tool_use_id": "x", "type": "mcp_tool_result"},
            ["type", "tool_use_id", "is_error", "content"],
        ),
        ({"to": 1, "from": 2, "type": "fallback"}, ["type", "from", "to"]),
        ({"new": 1, "data": "", "type": "redacted_thinking"}, ["type", "data", "new"]),
    ],
)
def test_block(block: dict[str, Any], order: list[str]) -> None:
    """A block has its type's order; a member that no list names goes last."""
    assert list(order_block(block)) == order
    assert order_block(block) == block


def test_usage_and_delta() -> None:
    """Usage in a message, usage in message_delta and the delta itself have each their order."""
    for order, arrange in ((USAGE, order_usage), (DELTA_USAGE, order_delta_usage), (DELTA, order_delta)):
        mapping = dict.fromkeys(reversed(order), 1)
        assert tuple(arrange(mapping)) == order
        assert list(arrange({"new": 0} | mapping))[-1] == "new"


def test_every_list_has_each_key_once() -> None:
    """No order names a key twice."""
    for order in (USAGE, DELTA_USAGE, DELTA, *BLOCKS.values(), *(period.message for period in PERIODS)):
        assert len(set(order)) == len(order)


@pytest.mark.parametrize(
    ("keys", "key", "expected"),
    [
        ("ac", "b", "abc"),
        ("bc", "a", "abc"),
        ("ab", "c", "abc"),
        ("ca", "b", "cab"),
        ("xa", "b", "xab"),
        ("ax", "b", "abx"),
        ("ab", "z", "abz"),
        ("", "a", "a"),
        ("abc", "b", "abc"),
    ],
)
def test_insert(keys: str, key: str, expected: str) -> None:
    """A late key goes behind its last predecessor, the keys that are there stay where they are."""
    result = insert(dict.fromkeys(keys, 0), key, 1, "abcdef")
    assert "".join(result) == expected
    assert result == dict.fromkeys(keys, 0) | {key: 1}
