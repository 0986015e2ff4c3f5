"""Content blocks as the events of a stream tell them: what `_plain_writer` puts together.

What the kind of a block and its place say is the same for many replies, so it is made once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from mockapi.messages import spaced
from mockapi.replies.synthesis._writer import SIZES

if TYPE_CHECKING:
    from mockapi.replies._request_view import Block
    from mockapi.replies._seeded import SeededChoices

_STARTS: Final = {
    "text": '{"type":"text","text":""}',
    "thinking": '{"type":"thinking","thinking":"","signature":""}',
    "tool_use": "",
}
"""The blocks as their first events have them; a call has a name."""
_DELTAS: Final = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "tool_use": ("input_json_delta", "partial_json"),
}
_BETWEEN: Final = "\x7f"
"""What hardly a text has, and JSON spells as it is."""


class _Frame(NamedTuple):
    """What the events of a block are made of that its kind and its place say.

    Attributes:
        delta: the kind of its deltas.
        field: what a delta tells.
        start: its first event, up to the padding; of a call, up to the block.
        head: of its deltas.
        sealed: of the delta with a signature.
        stop: its last event, up to the padding.
    """

    delta: str
    field: str
    start: str
    head: str
    sealed: str
    stop: str


@lru_cache(maxsize=64)
def _frame(kind: str, index: int) -> _Frame:
    delta, field = _DELTAS[kind]
    told = (
        f'event: content_block_delta\ndata: {{"type":"content_block_delta","index":{index},"delta":{{"type":"'
    )
    return _Frame(
        delta,
        field,
        f'event: content_block_start\ndata: {{"type":"content_block_start","index":{index},"content_block":'
        f"{_STARTS[kind]}",
        f'{told}{delta}","{field}":"',
        f'{told}signature_delta","signature":',
        f'event: content_block_stop\ndata: {{"type":"content_block_stop","index":{index}',
    )


class ToldBlock(NamedTuple):
    """A content block as its events tell it.

    Attributes:
        frame: what its kind and its place say.
        start: its first event, up to the padding.
        text: what its deltas tell in pieces.
        is_plain: whether JSON spells that as it is.
        last: what follows them, up to the padding; "" where nothing does.
    """

    frame: _Frame
    start: str
    text: str
    is_plain: bool
    last: str

    def pieces(self, dice: SeededChoices) -> list[str]:
        """What its deltas say, but for the last, as JSON spells it."""
        text, kind = self.text, self.frame.delta
        found = [""] if kind == "input_json_delta" else []
        if text:
            pieces = dice.pieces(text, SIZES[kind])
            found += pieces if self.is_plain else _spelled(pieces)
        return found


def _spelled(pieces: list[str]) -> list[str]:
    """Pieces of a text as JSON spells them, without quotation marks."""
    joined = _BETWEEN.join(pieces)
    if joined.count(_BETWEEN) < len(pieces):
        return orjson.dumps(joined).decode()[1:-1].split(_BETWEEN)  # to write each costs more
    return [orjson.dumps(piece).decode()[1:-1] for piece in pieces]


def told(block: Block, index: int) -> ToldBlock:
    """A content block as its events tell it.

    Raises:
        TypeError: what should be a string is something else, is empty where that has no event, or is one that
            orjson does not write.
    """
    kind = block["type"]
    frame = _frame(kind, index)
    start, last = frame.start, ""
    if kind == "tool_use":
        start += orjson.dumps({**block, "input": {}}).decode()
        text = spaced(block["input"]) if block["input"] else ""
    else:
        text = block[frame.field]
        if text.__class__ is not str:
            raise TypeError("the text of a block is a string")
        if kind == "thinking":
            if not block["signature"]:
                raise TypeError("an empty signature has no event")
            last = f"{frame.sealed}{orjson.dumps(block['signature']).decode()}}}"
    return ToldBlock(frame, start, text, len(orjson.dumps(text)) == len(text.encode()) + 2, last)
