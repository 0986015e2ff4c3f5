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
        self._groups: dict[str, dict[str, Any]] = {}
        self._pieces: dict[str, int] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._groups)

    def add(self, name: str, exchanges: Iterable[dict[str, Any]]) -> None:
        """Add exchanges to a group, which is made if it is new.

        Args:
            name: of the test or of the cassette.
            exchanges: views of what happened, in order; the texts of their bodies are moved out of them.
        """
        group = self._group(encodable(name))
        for view in exchanges:
            for body in _bodies_of(view):
                self._store(body, body.pop("text"))
            group["exchanges"].append(view)

    def judge(self, name: str, outcome: str, words: str) -> None:
        """Say of a group that is there how its test ended, and what was wrong; others are none of ours.

        Args:
            name: of the test.
            outcome: how it ended, such as "failed".
            words: what was wrong, for people.
        """
        group = self._groups.get(encodable(name))
        if group is not None:
            group |= {"outcome": outcome, "words": encodable(words)}

    def packed(self) -> bytes:
        """The document as compressed JSON."""
        told = {
            "title": encodable(self._title),
            "groups": list(self._groups.values()),
            "pieces": list(self._pieces),
        }
        return zlib.compress(orjson.dumps(told), 9, wbits=-zlib.MAX_WBITS)

    def join(self, packed: bytes) -> None:
        """Add the groups of another document, as `packed` gave it; all stand in order of their names then."""
        told = orjson.loads(zlib.decompress(packed, wbits=-zlib.MAX_WBITS))
        for other in told["groups"]:
            group = self._group(other["name"])
            group |= {"outcome": other["outcome"], "words": other["words"]}
            for view in other["exchanges"]:
                for body in _bodies_of(view):
                    self._store(body, "".join(told["pieces"][at] for at in body.pop("pieces")))
                group["exchanges"].append(view)
        self._groups = dict(sorted(self._groups.items()))

    def _group(self, name: str) -> dict[str, Any]:
        new: dict[str, Any] = {"name": name, "outcome": None, "words": "", "exchanges": []}
        return self._groups.setdefault(name, new)

    def _store(self, body: dict[str, Any], text: str) -> None:
        """Keep the text of a body in its pieces; leave it out where the report is full."""
        pieces = [piece for piece in _CUT.split(text) if piece]
        size = sum(len(piece) for piece in set(pieces) if piece not in self._pieces)
        if self._size + size > self._most:
            body |= {"kind": "none", "left_out": body["size"]}
            pieces, size = [], 0
        self._size += size
        body["pieces"] = [self._pieces.setdefault(piece, len(self._pieces)) for piece in pieces]


def _bodies_of(view: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every body of an exchange."""
    for side in _SIDES:
        for name in _BODIES:
            body = view[side].get(name)
            if body is not None:
                yield body
