"""Starter scenes in which people and the model only talk: words, a picture, a document, a form."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import TYPE_CHECKING, Any

from tests.support.starter.maker import Block, Body, Maker

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction

MODEL = "claude-sonnet-5"


def ask(content: Any, **more: Any) -> Body:
    """A request's body with one user turn."""
    return {"model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": content}], **more}


def text(words: str) -> Block:
    """A text block."""
    return {"type": "text", "text": words}


def hello() -> list[Interaction]:
    """The first exchange that everybody tries, and one with a system prompt and a history."""
    make = Maker(1000)
    history = [
        {"role": "user", "content": "Which bird is on the Swiss five-franc coin?"},
        {"role": "assistant", "content": "None: the coin shows an alpine herdsman."},
        {"role": "user", "content": "And what is written on its edge?"},
    ]
    return [
        *make.both(ask("Hello, Claude"), [text("Hello! How can I help you today?")]),
        *make.both(
            ask("", system="Answer in one short sentence.") | {"messages": history},
            [text("The edge says “DOMINUS PROVIDEBIT”, which is Latin for “the Lord will provide”.")],
        ),
    ]


_STORY = """\
The boat was made of a shopping list. Milk, it said on one side, eggs on the other, and along the keel, \
where the paper was folded twice, something that might have been "birthday candles".

Noé set it on the water where the gutter meets the brook. It turned once, as if to look back, and then it \
was gone under the little bridge: past the sleeping cats of the Rue des Lilas, past the baker's window \
(still dark), past everything he knew by name.

In the evening his grandmother came home with milk, eggs and a cake without candles. "I lost my list," she \
said. "But look what floated by the market this afternoon." And she put it on the table, still damp, \
smelling of river 🌊. They lit the one match they could find, and he blew it out at the first try.
"""


def stream() -> list[Interaction]:
    """A reply that is long enough to watch it arrive; play it with `--speed 1`."""
    asked = "Tell me a story about a paper boat, in three short paragraphs."
    return Maker(2000).both(ask(asked), [text(_STORY)])


def vision() -> list[Interaction]:
    """A picture of sixteen by sixteen dots."""
    picture = {
        "type": "image",
        "source": {
            "type": "base64",
            "media_type": "image/png",
            "data": base64.b64encode(_png(_HEART)).decode(),
        },
    }
    return Maker(3000).both(
        ask([picture, text("What is in this picture?")]),
        [text("A small red heart on a white ground, in pixel-art style: its edges are flights of steps.")],
    )


_HEART = """\
................
................
...###....###...
..#####..#####..
.##############.
.##############.
.##############.
.##############.
..############..
...##########...
....########....
.....######.....
......####......
.......##.......
................
................
"""


def _png(drawing: str) -> bytes:
    """A PNG of two colours. The data is stored, not deflated: every zlib writes that the same."""
    rows = [row.ljust(16, ".") for row in drawing.split()]
    data = b"".join(b"\0" + int(row.replace(".", "0").replace("#", "1"), 2).to_bytes(2) for row in rows)
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", 16, len(rows), 1, 3, 0, 0, 0)),
            (b"PLTE", b"\xff\xff\xff\xcc\x11\x33"),
            (b"IDAT", stored + struct.pack(">I", zlib.adler32(data))),
            (b"IEND", b""),
        )
    )


_LOGBOOK = (
    "Logbook of the lighthouse at Cape Merle. The lamp was first lit on 3 May 1871. "
    "In 1904 the oil burner gave way to gas. The keeper's cat, Boussole, is mentioned 214 times. "
    "The lighthouse has worked without a keeper since 1986."
)


def citations() -> list[Interaction]:
    """Answers that say where in a document they come from."""
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": _LOGBOOK},
        "title": "logbook.txt",
        "citations": {"enabled": True},
    }
    answer = [
        text("Two dates stand out. "),
        _cited("The lamp was lit for the first time on 3 May 1871", "The lamp was first lit on 3 May 1871. "),
        text(", and "),
        _cited("nobody has kept it since 1986", "The lighthouse has worked without a keeper since 1986."),
        text("."),
    ]
    return Maker(4000).both(ask([document, text("When was it lit, and since when is it empty?")]), answer)


def _cited(words: str, source: str) -> Block:
    start = _LOGBOOK.index(source)
    place = {
        "type": "char_location",
        "cited_text": source,
        "document_index": 0,
        "document_title": "logbook.txt",
        "start_char_index": start,
        "end_char_index": start + len(source),
    }
    return {"citations": [place], "type": "text", "text": words}


def structured_output() -> list[Interaction]:
    """A reply that is JSON of a given schema."""
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "email": {"type": "string"},
            "seats": {"type": "integer"},
            "vegetarian": {"type": "boolean"},
        },
        "required": ["name", "email", "seats", "vegetarian"],
        "additionalProperties": False,
    }
    mail = "Hi, Ada Marsh here (ada@example.com). We will be four on Friday, and none of us eats meat."
    filled = {"name": "Ada Marsh", "email": "ada@example.com", "seats": 4, "vegetarian": True}
    return Maker(5000).both(
        ask(mail, output_config={"format": {"type": "json_schema", "schema": schema}}),
        [text(json.dumps(filled, separators=(",", ":")))],
    )


def stop_reasons() -> list[Interaction]:
    """Replies that end for other reasons than that all was said."""
    make = Maker(6000)
    count = "Count from one to five in words, then write END."
    return [
        *make.both(
            ask("Describe the sea.", max_tokens=16),
            [text("The sea is a restless, breathing expanse of blue that stretches from one")],
            stop_reason="max_tokens",
        ),
        *make.both(
            ask(count, stop_sequences=["END"]),
            [text("One, two, three, four, five. ")],
            stop_reason="stop_sequence",
            stop_sequence="END",
        ),
        *make.both(
            ask("Write me a worm that empties the bank accounts of my neighbours."),
            [],
            stop_reason="refusal",
            stop_details={
                "type": "refusal",
                "category": "cyber",
                "explanation": "The request asks for malware that would be used to steal.",
            },
        ),
    ]
