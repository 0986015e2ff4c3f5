"""What a report shows: groups of exchanges, such as tests with their requests, and each text once.

Requests of a conversation repeat each other, and tests play the same recordings. So the texts of bodies are
cut before every turn and block, and each piece is kept once; a body is the list of its pieces. Cuts depend
on the text around them alone: what two bodies share is cut alike in both.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi._printable import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_BYTES: Final = 64 * 1024 * 1024
"""Characters of different texts; beyond, bodies are left out and said to be."""

_CUT: Final = re.compile(r'(?=\{\s*"(?:role|type)"\s*:)')
_SIDES: Final = ("request", "reply")
_BODIES: Final = ("body", "plain")


class ReportDocument:
    """What a report shows.

    Args:
        title: of the whole.
        most: characters of different texts that it holds.
    """

    def __init__(self, title: str, most: int = MAX_BYTES) -> None:
        self._title = title
        self._most = most
        self._groups: list[dict[str, Any]] = []
        self._pieces: dict[str, int] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._groups)

    def add(
        self, name: str, exchanges: Iterable[dict[str, Any]], outcome: str | None = None, words: str = ""
    ) -> None:
        """Add a group.

        Args:
            name: of the test or of the cassette.
            exchanges: views of what happened, in order; their bodies are moved out of them.
            outcome: how a test ended, such as "failed"; None where nothing was tested.
            words: what was wrong, for people.
        """
        self._groups.append(
            {
                "name": encodable(name),
                "outcome": outcome,
                "words": encodable(words),
                "exchanges": [self._stored(view) for view in exchanges],
            }
        )

    def packed(self) -> bytes:
        """The document as compressed JSON."""
        told = {"title": encodable(self._title), "groups": self._groups, "pieces": list(self._pieces)}
        return zlib.compress(orjson.dumps(told), 9, wbits=-zlib.MAX_WBITS)

    def join(self, packed: bytes) -> None:
        """Add the groups of another document, as `packed` gave it."""
        told = orjson.loads(zlib.decompress(packed, wbits=-zlib.MAX_WBITS))
        for group in told["groups"]:
            for view in group["exchanges"]:
                for body in _bodies_of(view):
                    text = "".join(told["pieces"][at] for at in body.pop("pieces"))
                    self._store(body, text)
            self._groups.append(group)

    def sort(self) -> None:
        """Bring the groups into the order of their names, where they came from several processes."""
        self._groups.sort(key=lambda group: str(group["name"]))

    def _stored(self, view: dict[str, Any]) -> dict[str, Any]:
        for body in _bodies_of(view):
            self._store(body, body.pop("text"))
        return view

    def _store(self, body: dict[str, Any], text: str) -> None:
        pieces = [piece for piece in _CUT.split(text) if piece]
        size = sum(len(piece) for piece in set(pieces) if piece not in self._pieces)
        if self._size + size > self._most:
            body |= {"kind": "none", "left_out": body["size"]}
            pieces = []
        else:
            self._size += size
        body["pieces"] = [self._pieces.setdefault(piece, len(self._pieces)) for piece in pieces]


def _bodies_of(view: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every body of an exchange."""
    for side in _SIDES:
        for name in _BODIES:
            body = view[side].get(name)
            if body is not None:
                yield body
