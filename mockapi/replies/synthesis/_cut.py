"""Shortening a plan to what the request allows: `stop_sequences` first, then `max_tokens`.

A stop sequence ends the reply where it would begin, in the first text block that contains one; the
sequence itself is not part of the reply. Then tokens are counted block by block, and the block that
does not fit is cut: a text or a thought after its last whole token, a tool's input in the middle of
its JSON, of which the block then shows the complete part. What follows is gone. A block of which
nothing is left is gone too. All tokens that the request allowed are spent, whatever is left to see: a
model that was stopped while it named a tool has written them all the same.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mockapi.messages import complete_part
from mockapi.replies.synthesis import _tokens
from mockapi.replies.synthesis._plan import CALLS, PlanPart

if TYPE_CHECKING:
    from mockapi.replies._request_view import RequestView
    from mockapi.replies.synthesis._plan import Plan


_NAMED: Final = 4
"""Tokens that a call takes until its tool is named: what has fewer left shows nothing of it."""


def shortened(plan: Plan, view: RequestView) -> Plan:
    """The plan as far as the request lets it go."""
    if plan.uncut:
        return plan
    sequences = view.stop_sequences
    if sequences:
        plan = _at_sequence(plan, sequences)
    limit = view.max_tokens
    if limit is None or plan.tokens[0] <= limit:
        return plan
    return _at_limit(plan, limit)


def _at_sequence(plan: Plan, sequences: tuple[str, ...]) -> Plan:
    for number, part in enumerate(plan.parts):
        if part.block.get("type") != "text":
            continue
        text = part.block["text"]
        found = [(place, sequence) for sequence in sequences if (place := text.find(sequence)) >= 0]
        if not found:
            continue
        place, sequence = min(found)
        kept = plan.parts[:number]
        if place:
            kept += (part._replace(block=part.block | {"text": text[:place]}),)
        return replace(plan, parts=kept, stop_reason="stop_sequence", stop_sequence=sequence)
    return plan


def _at_limit(plan: Plan, limit: int) -> Plan:
    kept: list[PlanPart] = []
    left = limit
    for part in plan.parts:
        tokens = part.tokens
        if tokens <= left:
            kept.append(part)
            left -= tokens
            continue
        cut = _cut(part, left)
        if cut is not None:
            kept.append(cut)
        break
    return replace(plan, parts=tuple(kept), stop_reason="max_tokens", stop_sequence=None, spent=limit)


def _cut(part: PlanPart, left: int) -> PlanPart | None:
    if left <= 0:
        return None
    kind = part.block.get("type")
    if kind == "text":
        return part._replace(block=part.block | {"text": _tokens.first(part.block["text"], left)})
    if kind == "thinking":
        thought = _tokens.first(part.thought or part.block["thinking"], left)
        shown = _tokens.first(part.block["thinking"], left)
        return PlanPart(part.block | {"thinking": shown}, thought)
    if kind not in CALLS:
        return None
    if left < _NAMED:
        return None
    name_only = part._replace(block=part.block | {"input": {}}, written="")
    room = max(1, left - name_only.tokens)
    written = _tokens.first(json.dumps(part.block["input"], ensure_ascii=False), room)
    return PlanPart(part.block | {"input": complete_part(written)}, written=written)
