"""Replies of texts, thinking and calls of the client's tools: written straight as text.

Nearly every reply is one of these, and most of the time that `_writer` takes goes into values that exist
for a moment: one for the message, and two for each event of its stream. Here both forms are templates.
`_writer` stays the one that says how replies look: a test holds every reply that is written here to be,
byte by byte, what `_writer` makes of it, and whatever is out of the ordinary is left to that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from mockapi.messages import MAX_PADDING, STOP_REASONS
from mockapi.messages.catalogue import shipped
from mockapi.replies.synthesis._plain_events import told
from mockapi.replies.synthesis._writer import geo_of

if TYPE_CHECKING:
    from mockapi.replies._request_view import Block, RequestView
    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis._cache import Usage
    from mockapi.replies.synthesis._plan import Plan

_KEYS: Final = {
    "text": ("type", "text"),
    "thinking": ("type", "thinking", "signature"),
    "tool_use": ("type", "id", "name", "input", "caller"),
}
"""The blocks that are written here, with the members that they have, in order."""
_DIRECT: Final = {"type": "direct"}
_LONGEST_NAME: Final = 200
_PING: Final = 'event: ping\ndata: {"type": "ping"}\n\n'
_MESSAGE_START: Final = 'event: message_start\ndata: {"type":"message_start","message":'
_MESSAGE_STOP: Final = 'event: message_stop\ndata: {"type":"message_stop"'
_ENDS: Final = tuple(" " * padding + "}\n\n" for padding in range(MAX_PADDING + 1))
"""What ends an event: its last brace behind the padding, and the blank line."""
_DELTA_ENDS: Final = tuple('"}' + end for end in _ENDS)
"""The same of an event that tells a piece."""


class PlainMessage(NamedTuple):
    """A message as text, in the pieces that its two forms have in common.

    Attributes:
        blocks: its content.
        is_whole: whether all of the last one is told in a stream.
        beginning: its members before the content.
        stop: those that say why it stops.
        counted: the counts of its input.
        cached: how long what was written to the cache lives.
        spent: the counts of its output.
        is_empty: whether there is no output.
        end: its members behind the usage, and the last of the usage.
    """

    blocks: list[Block]
    is_whole: bool
    beginning: str
    stop: str
    counted: str
    cached: str
    spent: str
    is_empty: bool
    end: str

    def as_json(self) -> bytes | None:
        """The reply that is one JSON text; None where `_writer` has to write it."""
        try:
            content = orjson.dumps(self.blocks)
        except TypeError:  # a lone surrogate, an integer beyond 64 bits, or too deep
            return None
        rest = f',"container":null,{self.stop},"usage":{{{self.counted}{self.cached}{self.spent}{self.end}'
        return b"".join((self.beginning.encode(), content, rest.encode()))

    def as_events(self, dice: SeededChoices) -> list[str] | None:
        """The events of the reply that is a stream; None where `_writer` has to write them.

        Args:
            dice: choose lengths and paddings, as `_writer` has them do. None draws nothing.
        """
        if not self.is_whole:
            return None
        try:
            blocks = [told(block, index) for index, block in enumerate(self.blocks)]
        except TypeError:
            return None
        started = (
            f'{self.beginning}[],"container":null,"stop_reason":null,"stop_sequence":null,"stop_details":null,'
            f'"usage":{{{self.counted}{self.cached}"output_tokens":{0 if self.is_empty else 1},{self.end}'
        )
        pieces = [block.pieces(dice) for block in blocks]
        count = 4 + sum(map(len, pieces)) + sum([3 if block.last else 2 for block in blocks])
        paddings = iter(dice.nibbles(count))
        events = [_MESSAGE_START + started + _ENDS[next(paddings)]]
        if not blocks:
            next(paddings)  # a ping takes one, too
            events.append(_PING)
        for index, (frame, start, _, _, last) in enumerate(blocks):
            events.append(start + _ENDS[next(paddings)])
            if not index:
                next(paddings)
                events.append(_PING)
            head = frame.head
            events += [
                f"{head}{piece}{_DELTA_ENDS[padding]}"
                for piece, padding in zip(pieces[index], paddings, strict=False)
            ]
            if last:
                events.append(last + _ENDS[next(paddings)])
            events.append(frame.stop + _ENDS[next(paddings)])
        events.append(
            f'event: message_delta\ndata: {{"type":"message_delta","delta":{{{self.stop},"container":null}},'
            f'"usage":{{{self.counted}{self.spent[:-1]}}}{_ENDS[next(paddings)]}'
        )
        events.append(_MESSAGE_STOP + _ENDS[next(paddings)])
        return events


def plain_message(plan: Plan, view: RequestView, usage: Usage, id_: str) -> PlainMessage | None:
    """A message as text; None where `_writer` has to write it.

    Args:
        plan: what it says.
        view: the request.
        usage: of its input.
        id_: of the message.
    """
    if plan.container or plan.searches or plan.fetches or plan.stop_details or plan.overrides:
        return None
    if view.manages_context or "diagnostics" in view.body or "speed" in view.body:
        return None
    blocks = [part.block for part in plan.parts]
    for block in blocks:
        if (*block,) != _KEYS.get(block["type"]):
            return None
        if "caller" in block and block["caller"] != _DIRECT:
            return None
    is_whole = not (plan.parts and plan.parts[-1].written)  # a call that was cut in the middle of its input
    try:
        stop = _stop(plan.stop_reason, plan.stop_sequence)
        return message_text(blocks, view.model, id_, stop, usage, plan.tokens, is_whole=is_whole)
    except TypeError:
        return None


def message_text(
    blocks: list[Block],
    model: str,
    id_: str,
    stop: str,
    usage: tuple[int, int, int, int],
    spent: tuple[int, int],
    *,
    is_whole: bool = True,
) -> PlainMessage:
    """A message as text.

    Args:
        blocks: its content, of kinds that are written here.
        model: as the request names it.
        id_: of the message.
        stop: members that say why it stops.
        usage: of its input, a `Usage` or what one has.
        spent: tokens of its output, and those of them that were thinking.
        is_whole: whether all of the last block is told in a stream.

    Raises:
        TypeError: the model's name cannot be written.
    """
    name, end = _of_model(model)
    plain, read, short, long = usage
    output, thinking = spent
    return PlainMessage(
        blocks,
        is_whole,
        f'{{"model":{name},"id":"{id_}","type":"message","role":"assistant","content":',
        stop,
        f'"input_tokens":{plain},"cache_creation_input_tokens":{short + long},'
        f'"cache_read_input_tokens":{read},',
        f'"cache_creation":{{"ephemeral_5m_input_tokens":{short},"ephemeral_1h_input_tokens":{long}}},',
        f'"output_tokens":{output},"output_tokens_details":{{"thinking_tokens":{thinking}}},',
        not output,
        end,
    )


def _of_model(name: str) -> tuple[str, str]:
    return _remembered(name) if len(name) <= _LONGEST_NAME else _remembered.__wrapped__(name)


@lru_cache(maxsize=64)
def _remembered(name: str) -> tuple[str, str]:
    """What a model's replies have to say of it: its id, and the end of usage and message."""
    model = shipped().resolve(name)
    end = f'"service_tier":"standard","inference_geo":"{geo_of(model)}"}},"diagnostics":null}}'
    return orjson.dumps(model).decode(), end


STOPPED: Final = '"stop_reason":"end_turn","stop_sequence":null,"stop_details":null'
"""How a message says that it has come to its end."""
CALLING: Final = '"stop_reason":"tool_use","stop_sequence":null,"stop_details":null'
"""How it says that tools have to be run."""


def _stop(reason: str, sequence: str | None) -> str:
    if sequence is None and reason in STOP_REASONS:
        return f'"stop_reason":"{reason}","stop_sequence":null,"stop_details":null'
    told = orjson.dumps({"stop_reason": reason, "stop_sequence": sequence, "stop_details": None})
    return told[1:-1].decode()
