"""Clients that speak another protocol than the port does: the console says so, once for each peer."""

from __future__ import annotations

import ssl
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
_NO_TRUST: Final = (
    "A client does not trust this server's certificate: let it trust the authority that was named at the"
    " start (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, REQUESTS_CA_BUNDLE)."
)
_HANDSHAKES: Final = {
    "HTTP_REQUEST": "A client speaks plain HTTP to this port of TLS: give it https:// in its base URL.",
    "TLSV1_ALERT_UNKNOWN_CA": _NO_TRUST,
    "SSLV3_ALERT_BAD_CERTIFICATE": _NO_TRUST,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _NO_TRUST,
}
_MOST_TOLD: Final = 100


class Strangers:
    """Tells people of clients that speak another protocol: each sentence once, and a hundred at most.

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

    def watching(self) -> type[ssl.SSLObject]:
        """What a TLS context makes of connections, such that handshakes which fail are told of."""
        tell = self.tell

        class Watched(ssl.SSLObject):
            """One end of a connection."""

            def do_handshake(self) -> None:
                """Shake hands; what is known to be wrong is told."""
                try:
                    super().do_handshake()
                except ssl.SSLError as error:
                    if error.reason in _HANDSHAKES:
                        tell(_HANDSHAKES[error.reason])
                    raise

        return Watched
