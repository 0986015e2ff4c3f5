"""Clients that speak another protocol than the port does: the console says so, once for each peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEDIES: Final = {
    b"\x16\x03": "{peer} speaks TLS to this port of plain HTTP: give the client http:// in its base URL,"
    " or start the server with --tls.",
    b"PRI * HTTP/2": "{peer} speaks HTTP/2 from the first byte, and this server speaks HTTP/1.1: let the"
    " client begin with HTTP/1.1.",
    b"CONNECT ": "{peer} takes this server for a proxy: give the client its address as the base URL, not as"
    " HTTPS_PROXY.",
}
_MOST_TOLD: Final = 100


class Strangers:
    """Whom the console has been told of.

    Args:
        tell: takes a sentence for people.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def look(self, first: bytes, peer: str) -> None:
        """Tell what is wrong with the first bytes of a connection, where that is known.

        Args:
            first: what came.
            peer: the address of whom it came from.
        """
        for start, remedy in _REMEDIES.items():
            if first.startswith(start):
                self.tell(remedy.format(peer=peer))

    def tell(self, sentence: str) -> None:
        """Tell it, unless it has been told."""
        if sentence not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(sentence)
            self._tell(sentence)
