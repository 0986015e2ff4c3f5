"""The order of keys on the wire, and its history.

JSON objects have no order, but bytes do: a reply that is to look like the API's has its keys
where the API puts them. One order changed over the years, that of the message object; the table
`PERIODS` has it. Everything else has one order in which keys appeared at places that never
moved, so that an object of any year, whichever of the keys it has, is ordered by one list.

Source: recorded traffic of 2024-03 to 2026-09. A key that no list names goes to the end, where
the API puts most of its new ones.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Period(NamedTuple):
    """An order of the message object and the month it was first seen in, as YYYY-MM."""

    since: str
    message: tuple[str, ...]


_2025: Final = ("model", "id", "type", "role", "content", "container", "stop_reason", "stop_sequence")
PERIODS: Final = (
    Period("2024-03", ("id", "type", "role", "content", "model", "stop_reason", "stop_sequence", "usage")),
    Period("2024-05", ("id", "type", "role", "model", "stop_sequence", "usage", "content", "stop_reason")),
    Period("2024-06", ("id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage")),
    Period("2025-10", (*_2025, "usage", "context_management")),
    Period("2026-04", (*_2025, "stop_details", "usage", "context_management")),
    Period("2026-09", (*_2025, "stop_details", "usage", "context_management", "diagnostics")),
)
NEWEST: Final = PERIODS[-1]

USAGE: Final = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
    "iterations",
    "output_tokens",
    "output_tokens_details",
    "service_tier",
    "inference_geo",
    "server_tool_use",
)
"""Usage in a message; `iterations` moves to the end in the usage of `message_delta`."""

DELTA_USAGE: Final = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "output_tokens_details",
    "server_tool_use",
    "iterations",
)
"""Usage in `message_delta`: these keys and no others (service tier and place stand in the start)."""

DELTA: Final = ("stop_reason", "stop_sequence", "stop_details", "container")
"""The `delta` of `message_delta`."""

_CALLED: Final = ("type", "id", "name", "input", "server_name", "caller")
_RESULT: Final = ("type", "tool_use_id", "is_error", "content", "caller")
BLOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("citations", "type", "text"),
    "thinking": ("type", "thinking", "signature"),
    "redacted_thinking": ("type", "data"),
    "tool_use": _CALLED,
    "server_tool_use": _CALLED,
    "mcp_tool_use": _CALLED,
    "compaction": ("type", "content"),
    "fallback": ("type", "from", "to"),
}
"""Content blocks by type; any other type is a tool's result."""


def ordered(mapping: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    """The same members, those that `order` names first and in that order."""
    keys = _ordered_keys((*mapping,), (*order,))
    return dict(mapping) if keys is None else {key: mapping[key] for key in keys}


@lru_cache(maxsize=256)  # objects of the API come in few shapes
def _ordered_keys(keys: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, ...] | None:
    """The keys in order; None if they are."""
    arranged = (*dict.fromkeys((*(key for key in order if key in keys), *keys)),)
    return None if arranged == keys else arranged


def order_usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The usage of a message, in order."""
    return ordered(usage, USAGE)


def order_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """A content block, in order."""
    return ordered(block, BLOCKS.get(block["type"], _RESULT))


def order_message(message: Mapping[str, Any], period: Period = NEWEST) -> dict[str, Any]:
    """A message with its blocks and its usage, in the order of a period."""
    arranged = ordered(message, period.message)
    arranged["content"] = [order_block(block) for block in message["content"]]
    arranged["usage"] = order_usage(message["usage"])
    return arranged


def order_delta(delta: Mapping[str, Any]) -> dict[str, Any]:
    """The `delta` of a `message_delta` event, in order."""
    return ordered(delta, DELTA)


def order_delta_usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    """The `usage` of a `message_delta` event, in order."""
    return ordered(usage, DELTA_USAGE)


def insert(mapping: Mapping[str, Any], key: str, value: Any, order: Sequence[str]) -> dict[str, Any]:
    """The members and one more (or one replaced), which stands where `order` has it.

    A new key goes directly behind the last of its predecessors that are there; the members that
    are there keep their order, whichever period it is from.
    """
    if key in mapping or key not in order:
        return {**mapping, key: value}
    before = set(order[: order.index(key)])
    keys = list(mapping)
    place = max((index + 1 for index, present in enumerate(keys) if present in before), default=0)
    keys.insert(place, key)
    return {name: value if name == key else mapping[name] for name in keys}
