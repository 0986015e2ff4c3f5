"""A message's bytes in the chunks that they are sent in, padded and delayed as recorded streams are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.exchange import Chunk
from mockapi.messages import dump, encode_event
from mockapi.replies.synthesis._writer import events_in

if TYPE_CHECKING:
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis._plan import Plan

# Events in a transport chunk, of 502 recorded chunks: one in 383, two in 65, three in 37, more in 17.
_PER_CHUNK: Final = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4)


def json_chunks(message: dict[str, Any]) -> tuple[Chunk, ...]:
    """The message as a JSON body."""
    return (Chunk(0.0, dump(message)),)


def stream_chunks(
    message: dict[str, Any],
    plan: Plan,
    dice: SeededChoices,
    *,
    counted: bool = False,
    at_once: bool = False,
) -> tuple[Chunk, ...]:
    """The message as a stream, in transport chunks with the delays of a fast model.

    Args:
        message: as `message_of` made it.
        plan: that it was made of.
        dice: choose lengths, padding and delays.
        counted: whether thinking tells how many tokens it has taken so far.
        at_once: whether all is one chunk without delay.
    """
    told = events_in(message, plan, dice, counted=counted)
    events = list(map(encode_event, told, dice.nibbles(len(told))))
    if at_once:
        return (Chunk(0.0, b"".join(events)),)
    return in_chunks(events, dice)


def in_chunks(events: list[bytes], dice: SeededChoices) -> tuple[Chunk, ...]:
    """The bytes of events in transport chunks."""
    chunks = []
    place = min(4, len(events))  # message_start, content_block_start, ping, first delta
    chunks.append(Chunk(dice.between(300, 900) / 1000, b"".join(events[:place])))
    while place < len(events):
        size = dice.pick(_PER_CHUNK)
        chunks.append(Chunk(dice.between(8, 60) / 1000, b"".join(events[place : place + size])))
        place += size
    return tuple(chunks)
