"""A plan to a reply: the message, and its events.

The message is the same in both forms; a stream tells it in pieces whose lengths are drawn by the dice the way
recorded streams have them. What a stream of the API shows and this one shares: `mockapi.messages.events_of`
has it. `_plain_writer` writes common messages without these values, and the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.messages import (
    NEWEST,
    IdKind,
    events_of,
    order_block,
    order_message,
)
from mockapi.messages.catalogue import shipped
from mockapi.replies.synthesis._compaction import iterations
from mockapi.replies.synthesis._context import applied_edits
from mockapi.replies.synthesis._periods import form_of
from mockapi.replies.synthesis._plan import CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockapi.messages import IdFactory, Sizes
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis._cache import Usage
    from mockapi.replies.synthesis._periods import Form
    from mockapi.replies.synthesis._plan import Plan

CONTAINER_EXPIRES: Final = "2030-01-01T00:00:00.000000+00:00"
"""A fixed time to come, because a reply is a function of the request."""

# Piece lengths of recorded streams: quartiles 5, 11, 20 (text), 7, 15, 29 (thinking), 4, 6, 9 (JSON).
SIZES: Final[Mapping[str, tuple[int, ...]]] = {
    "text_delta": (2, 3, 5, 6, 8, 11, 13, 17, 20, 24, 35, 48),
    "thinking_delta": (3, 4, 7, 10, 14, 15, 22, 29, 43, 75),
    "input_json_delta": (2, 3, 4, 5, 6, 7, 9, 11, 12),
}
_CALLERS: Final = frozenset(
    {"tool_use", "server_tool_use", "web_search_tool_result", "web_fetch_tool_result"}
)
THINKING_QUANTUM: Final = 8
"""Tokens of omitted thinking that one delta tells; the API's own quantum was not seen."""
_OLD_MODELS: Final = (
    *("claude-2", "claude-3", "claude-opus-4-0", "claude-opus-4-1", "claude-opus-4-2", "claude-opus-4-5"),
    *("claude-sonnet-4-0", "claude-sonnet-4-2", "claude-sonnet-4-5", "claude-haiku-4-5"),
)
"""Models of which the API does not tell where they ran."""
_FIFTH: Final = ("sonnet-5", "opus-5", "fable-5", "haiku-5", "mythos-5")


def message_of(
    plan: Plan, view: RequestView, usage: Usage, ids: IdFactory, number: int, form: Form | None = None
) -> dict[str, Any]:
    """The message of a plan, its keys in order.

    Args:
        plan: what it says.
        view: the request.
        usage: of its input.
        ids: of the message and its container.
        number: of the reply in its session.
        form: of which month; the newest if not given.
    """
    form = form or form_of()
    members = form.members
    model = shipped().resolve(view.model)
    message: dict[str, Any] = {
        "model": model,
        "id": ids.make(IdKind.MESSAGE, number),
        "type": "message",
        "role": "assistant",
        "content": [order_block(_block(part.block, form)) for part in plan.parts],
    }
    if plan.container:
        message["container"] = _container(view, ids)
    elif "empty_members" in members:
        message["container"] = None
    message["stop_reason"] = plan.stop_reason
    message["stop_sequence"] = plan.stop_sequence
    if "stop_details" in members:
        message["stop_details"] = plan.stop_details
    message["usage"] = _usage(plan, view, usage, model, form)
    if view.manages_context:
        edits = applied_edits(view, usage.total)
        message["context_management"] = {"applied_edits": edits}
        message["usage"]["input_tokens"] -= min(
            usage.plain, sum(edit["cleared_input_tokens"] for edit in edits)
        )
    if "empty_members" in members:
        message["diagnostics"] = None
    if form.order is NEWEST and not plan.overrides:
        return message  # put together in this order
    message.update(plan.overrides)
    return order_message(message, form.order)


def events_in(
    message: dict[str, Any],
    plan: Plan,
    dice: SeededChoices,
    sizes: Sizes | None = None,
    *,
    counted: bool = False,
) -> list[dict[str, Any]]:
    """The events of a message, a tool's input told only as far as it was written.

    Args:
        message: as `message_of` made it.
        plan: that it was made of.
        dice: choose lengths as recorded streams have them.
        sizes: other lengths.
        counted: whether thinking tells how many tokens it has taken so far.
    """
    sizes = sizes or _sizes(dice)
    events = events_of(message, sizes=sizes)
    if counted:
        events = list(_counted(events, plan))
    written = plan.parts[-1].written if plan.parts else None
    if not written or message["content"][-1].get("type") not in CALLS:
        return events
    index = len(message["content"]) - 1
    kept = [
        event
        for event in events
        if event["type"] != "content_block_delta"
        or event["index"] != index
        or not event["delta"]["partial_json"]
    ]
    place = len(kept) - 3  # before content_block_stop, message_delta, message_stop
    kept[place:place] = [
        {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": "input_json_delta", "partial_json": piece},
        }
        for piece in _pieces(written, sizes)
    ]
    return kept


def _counted(events: list[dict[str, Any]], plan: Plan) -> Iterator[dict[str, Any]]:
    """The events with `estimated_tokens` in every thinking_delta: null where the thinking is shown.

    Where it is omitted, empty deltas tell the tokens in multiples of a quantum before the signature.
    """
    for event in events:
        delta = event.get("delta") or {}
        if delta.get("type") == "thinking_delta":
            yield {**event, "delta": {**delta, "estimated_tokens": None}}
            continue
        if delta.get("type") == "signature_delta" and not plan.parts[event["index"]].block["thinking"]:
            for _ in range(plan.parts[event["index"]].tokens // THINKING_QUANTUM):
                told = {"type": "thinking_delta", "thinking": "", "estimated_tokens": THINKING_QUANTUM}
                yield {**event, "delta": told}
        yield event


def _pieces(text: str, sizes: Sizes) -> Iterator[str]:
    place = 0
    while place < len(text):
        length = sizes("input_json_delta")
        yield text[place : place + length]
        place += length


def _sizes(dice: SeededChoices) -> Sizes:
    below = dice.below

    def size(kind: str) -> int:
        lengths = SIZES[kind]
        return lengths[below(len(lengths))]

    return size


def _block(block: Block, form: Form) -> Block:
    if "caller" in form.members:
        if block.get("type") in {"tool_use", "server_tool_use"} and "caller" not in block:
            return block | {"caller": {"type": "direct"}}
        return block
    if block.get("type") in _CALLERS:
        return {key: value for key, value in block.items() if key != "caller"}
    return block


def _usage(plan: Plan, view: RequestView, usage: Usage, model: str, form: Form) -> dict[str, Any]:
    members = form.members
    output_tokens, thinking_tokens = plan.tokens
    found: dict[str, Any] = {"input_tokens": usage.plain}
    if "cache_counts" in members:
        found["cache_creation_input_tokens"] = usage.written_5m + usage.written_1h
        found["cache_read_input_tokens"] = usage.read
    if "cache_creation" in members:
        found["cache_creation"] = {
            "ephemeral_5m_input_tokens": usage.written_5m,
            "ephemeral_1h_input_tokens": usage.written_1h,
        }
    if "compaction" in [part.block.get("type") for part in plan.parts]:
        passes = found["iterations"] = iterations(plan.parts, usage)
        found |= {key: passes[-1][key] for key in ("input_tokens", "output_tokens")}
    else:
        found["output_tokens"] = output_tokens
    if _tells_thinking(plan, model, form):
        found["output_tokens_details"] = {"thinking_tokens": thinking_tokens}
    if "service_tier" in members:
        found["service_tier"] = "standard"
    if "inference_geo" in members:
        found["inference_geo"] = geo_of(model)
    if plan.searches or plan.fetches:
        found["server_tool_use"] = {
            "web_search_requests": plan.searches,
            "web_fetch_requests": plan.fetches,
        }
    if view.body.get("speed") in ("standard", "fast"):
        found["speed"] = view.body["speed"]
    return found


def geo_of(model: str) -> str:
    """Where a model ran, as its replies tell it."""
    return "not_available" if model.startswith(_OLD_MODELS) else "global"


def _tells_thinking(plan: Plan, model: str, form: Form) -> bool:
    members = form.members
    if "thinking_tokens_all" in members:
        return True
    if "thinking_tokens_new" in members and any(generation in model for generation in _FIFTH):
        return True
    return "thinking_tokens" in members and any(part.block.get("type") == "thinking" for part in plan.parts)


def _container(view: RequestView, ids: IdFactory) -> dict[str, Any]:
    asked = view.body.get("container")
    named = asked.get("id") if isinstance(asked, dict) else asked
    container: dict[str, Any] = {
        "id": named if isinstance(named, str) and named else ids.make(IdKind.CONTAINER, 1),
        "expires_at": CONTAINER_EXPIRES,
    }
    skills = asked.get("skills") if isinstance(asked, dict) else None
    if isinstance(skills, list):
        container["skills"] = [
            {
                "skill_id": str(skill.get("skill_id", "")),
                "type": "custom" if skill.get("type") == "custom" else "anthropic",
                "version": str(skill.get("version") or "latest"),
            }
            for skill in skills
            if isinstance(skill, dict)
        ]
    return container
