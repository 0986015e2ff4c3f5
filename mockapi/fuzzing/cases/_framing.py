"""Cases of plain framing: the rows of the table, and what depends on where the bytes are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from mockapi.fuzzing.cases._model import APART, Case, of_bytes
from mockapi.fuzzing.cases._sse import FIELDS, FRAMING, KEEP_ALIVE, TEXT, SSERow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BOM: Final = b"\xef\xbb\xbf"
_FACE: Final = "data: 😀\n\n".encode()


def _row(group: str, row: SSERow) -> Case:
    return of_bytes(
        f"{group}/{row.name}", "sse", row.stream, "As the WHATWG text has it.", events=tuple(row.events)
    )


def _cut(name: str, why: str, *chunks: bytes, data: Iterable[str] = ("a",)) -> Case:
    events = tuple(("message", text, "") for text in data)
    return of_bytes(f"cut/{name}", "sse", b"".join(chunks), why, *chunks, events=events, delay=APART)


def _bytewise(body: bytes) -> tuple[bytes, ...]:
    return tuple(body[at : at + 1] for at in range(len(body)))


def _cuts() -> Iterator[Case]:
    split = "Where the bytes are cut makes no difference."
    yield _cut("crlf in two", split, b"data: a\r", b"\n\r", b"\n")
    yield _cut(
        "crlf blank line in two, more behind", split, b"data: a\r\n\r", b"\ndata: b\r\n\r\n", data="ab"
    )
    yield _cut(
        "cr, then lf, then nothing", "The LF belongs to the CR before it.", b"data: a\r\r", b"\n", data="a"
    )
    yield _cut("cr, lf and a field", "One line end, not two.", b"data: a\r", b"\ndata: b\n\n", data=("a\nb",))
    yield _cut("blank line in two", split, b"data: a\n", b"\n")
    yield _cut("inside a name", split, b"da", b"ta: a\n\n")
    yield _cut("after the colon", split, b"data:", b" a\n\n")
    yield _cut("every byte", split, *_bytewise(b"event: message\r\ndata: a\r\n\r\ndata: b\n\n"), data="ab")
    yield _cut("byte order mark in three", split, *_bytewise(_BOM), b"data: a\n\n")
    yield _cut("byte order mark in two", split, _BOM[:2], _BOM[2:] + b"data: a\n\n")
    yield _cut("two events in a chunk", split, b"data: a\n\ndata: b\n\n", b": c\n", data="ab")
    yield _cut("an empty chunk", split, b"data: a\n", b"", b"\n")
    for place in range(1, 4):
        at = 6 + place
        yield _cut(f"character after byte {place}", split, _FACE[:at], _FACE[at:], data="😀")
    euro = "data: €é\n\n".encode()
    for begin, end in pairwise((6, 7, 8, 9, 10)):
        yield _cut(
            f"characters before byte {end}", split, euro[:begin], euro[begin:end], euro[end:], data=("€é",)
        )


SSE_CASES: Final[tuple[Case, ...]] = (
    *(_row("framing", row) for row in FRAMING),
    *(_row("fields", row) for row in FIELDS),
    *(_row("text", row) for row in TEXT),
    *(_row("keep-alive", row) for row in KEEP_ALIVE),
    *_cuts(),
)
