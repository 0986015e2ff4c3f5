"""How a starter stream is cut: into deltas of a few words, and those into transport chunks.

The figures are measured: one to seven events in a chunk, most often one, each chunk ending where
an event ends; the first one holds everything up to the first delta, the last one what closes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mockapi.cassettes import RecordedChunk

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from mockapi.messages import Sizes

_EVENTS_A_CHUNK = (1, 1, 1, 1, 1, 1, 2, 1, 1, 3, 1, 1, 2, 1, 4, 1, 1, 2, 1, 1, 7)


def word_sizes(message: dict[str, Any], dice: random.Random) -> Sizes:
    """Pieces of a few words each, as tokens come: text is cut where words begin."""
    lengths: dict[str, list[int]] = {"text_delta": [], "thinking_delta": []}
    for block in message["content"]:
        if block["type"] in ("text", "thinking"):
            lengths[f"{block['type']}_delta"] += _words(block[block["type"]], dice)
    pieces = {kind: iter(found) for kind, found in lengths.items()}
    return lambda kind: next(pieces[kind]) if kind in pieces else 2 + int(dice.random() * 11)


def _words(text: str, dice: random.Random) -> Iterator[int]:
    size = left = 0
    for word in re.findall(r"\s*\S+|\s+$", text):
        left = left or 1 + int(dice.random() * 4)
        size += len(word)
        left -= 1
        if not left:
            yield size
            size = 0
    if size:
        yield size


def chunks(
    events: list[dict[str, Any]], written: list[bytes], dice: random.Random, seconds: float
) -> Iterator[RecordedChunk]:
    """The chunks of a stream; `seconds` pass before its second block, for what a tool does."""
    kinds = [event["type"] for event in events]
    starts = [at for at, kind in enumerate(kinds) if kind == "content_block_start"]
    pause = starts[1] if seconds and len(starts) > 1 else len(events)
    first = kinds.index("content_block_delta") + 1 if "content_block_delta" in kinds else len(kinds)
    at, count, delay = 0, first, 0.45 + 0.5 * dice.random()
    while at < len(events):
        if "message_delta" in kinds[at : at + count]:
            count = len(events) - at
        if at < pause < at + count:
            count = pause - at
        if at == pause:
            delay += seconds
        yield RecordedChunk(round(delay, 3), sum(map(len, written[at : at + count])))
        at += count
        count = _EVENTS_A_CHUNK[int(dice.random() * len(_EVENTS_A_CHUNK))]
        delay = 0.012 + 0.07 * dice.random() ** 2
