"""Cache diagnostics: why a request could not use the prompt cache of the one before it.

A request with `diagnostics` is remembered by the id of its reply. A later one that names this id in
`diagnostics.previous_message_id` is compared with it: model and speed, then tools, the system prompt,
and the messages, of which the earlier ones have to be the same. Nothing differs: `diagnostics` is null.
Source: the published reasons; how many tokens were missed is our estimate, as all tokens are.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from mockapi.jsontext import canonical_value
from mockapi.replies._request_view import blocks_of
from mockapi.replies.synthesis import _tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.replies._request_view import RequestView

MOST_REMEMBERED: Final = 1000
_OTHER: Final = ("thinking", "tool_choice", "output_config", "output_format", "context_management")


@dataclass(frozen=True, slots=True)
class PromptFingerprint:
    """What of a request decides whether the prompt cache can be used.

    Attributes:
        model: its model and speed.
        tools: digest of its tools.
        system: digest of its system prompt.
        messages: digests of its messages, and the tokens of each.
        other: digest of the other parameters that the prompt depends on.
        tokens: of the whole input.
        tools_tokens: of the tools.
        system_tokens: of the system prompt.
    """

    model: tuple[str, str]
    tools: bytes
    system: bytes
    messages: tuple[tuple[bytes, int], ...]
    other: bytes
    tokens: int
    tools_tokens: int
    system_tokens: int


def wants_diagnosis(view: RequestView) -> bool:
    """Whether the request takes part."""
    return isinstance(view.body.get("diagnostics"), dict)


def fingerprint(view: RequestView) -> PromptFingerprint:
    """The fingerprint of a request."""
    speed = view.body.get("speed")
    return PromptFingerprint(
        model=(view.model, speed if isinstance(speed, str) else "standard"),
        tools=_digest(view.body.get("tools")),
        system=_digest(_unmarked(view.body.get("system"))),
        messages=tuple(
            (_digest([turn.role, *map(_unmarked, turn.blocks)]), sum(map(_tokens.of_block, turn.blocks)))
            for turn in view.turns
        ),
        other=_digest([view.body.get(name) for name in _OTHER]),
        tokens=_tokens.input_tokens(view),
        tools_tokens=_tokens.of_tools(view.tools),
        system_tokens=sum(map(_tokens.of_block, blocks_of(view.body.get("system")))),
    )


def diagnosed(view: RequestView, remembered: Mapping[str, PromptFingerprint]) -> dict[str, Any] | None:
    """The `diagnostics` of a reply; None where nothing differs or nothing was to be compared."""
    asked = view.body.get("diagnostics")
    previous = asked.get("previous_message_id") if isinstance(asked, dict) else None
    if not isinstance(previous, str):
        return None
    before = remembered.get(previous)
    if before is None:
        return {"cache_miss_reason": {"type": "previous_message_not_found"}}
    reason = _reason(before, fingerprint(view))
    return None if reason is None else {"cache_miss_reason": reason}


def _reason(before: PromptFingerprint, now: PromptFingerprint) -> dict[str, Any] | None:
    if before.model != now.model:
        return _missed("model_changed", before.tokens)
    if before.tools != now.tools:
        return _missed("tools_changed", before.tokens)
    if before.system != now.system:
        return _missed("system_changed", before.tokens - before.tools_tokens)
    for number, (digest, _) in enumerate(before.messages):
        if number >= len(now.messages) or now.messages[number][0] != digest:
            return _missed("messages_changed", sum(tokens for _, tokens in before.messages[number:]))
    if before.other != now.other:
        return {"type": "unavailable"}
    return None


def _missed(kind: str, tokens: int) -> dict[str, Any]:
    return {"type": kind, "cache_missed_input_tokens": tokens}


def _unmarked(value: Any) -> Any:
    """The value without its cache breakpoints, which may move from turn to turn."""
    if isinstance(value, list):
        return [_unmarked(item) for item in value]
    if isinstance(value, dict):
        return {key: member for key, member in value.items() if key != "cache_control"}
    return value


def _digest(value: Any) -> bytes:
    return blake2b(canonical_value(value) or b"", digest_size=16).digest()
