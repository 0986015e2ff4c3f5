"""Both sides of TLS: a certificate that nobody vouches for, and a socket that hides nothing below it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from pathlib import Path

# Made for these tests, for 127.0.0.1, by itself; valid until 2126.
_CERTIFICATE = (
    "MIIBjzCCATagAwIBAgIUfJJZGmxyf3+MF8p+OYvZCWkh6XAwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC"
    "4xMCAXDTI2MTEyODIyNDU1MloYDzIxMjYxMTA0MjI0NTUyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjO"
    "PQIBBggqhkjOPQMBBwNCAARVmJWIbb/LvACqEJZpoFZQmJYNQESP0aKBoogVoswmYySswHy6c6TqYs+1XOMmZkkBao"
    "vx1ZHPlDdgTQCBsZ6Zo2QwYjAdBgNVHQ4EFgQUSiRzYOeaaAp3z+MAZrYXSnRXk6wwHwYDVR0jBBgwFoAUSiRzYOea"
    "aAp3z+MAZrYXSnRXk6wwDwYDVR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQCIE"
    "lUwja1UTCJ+ettKUu9fsRKN50dXoMdi2rGFH+LL4rwAiBEvWfJupUYEKOu4wCIr3mVJVHifVPkp5cdpUbdYefO1w=="
)
_KEY = (
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWRK3gHWxP36r30o/QwF+N82q5jQskQJnxAgUSPvseT"
    "ChRANCAARVmJWIbb/LvACqEJZpoFZQmJYNQESP0aKBoogVoswmYySswHy6c6TqYs+1XOMmZkkBaovx1ZHPlDdgTQCB"
    "sZ6Z"
)


def self_signed(folder: Path) -> ssl.SSLContext:
    """The context of a server that proves nothing; its files are written to the folder."""
    file = folder / "server.pem"
    file.write_text(_pem("PRIVATE KEY", _KEY) + _pem("CERTIFICATE", _CERTIFICATE))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _pem(kind: str, encoded: str) -> str:
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


class WrappedSocket:
    """A client's socket that speaks TLS, and on which the end of the connection looks as it is.

    Python's own tells neither a reset from a missing goodbye, nor a goodbye from the end of the connection.

    Args:
        below: the connected socket.
        context: what is trusted.
        host: whom the certificate has to name.
    """

    def __init__(self, below: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self._below = below
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=host)
        is_done = False
        while not is_done:
            try:
                self._tls.do_handshake()
                is_done = True
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            finally:
                self._flush()  # of one that has failed, the reason

    def sendall(self, data: bytes) -> None:
        """Send bytes, encrypted."""
        self._tls.write(data)
        self._flush()

    def recv(self, size: int) -> bytes:
        """Decrypted bytes; none at the end, whether it was announced or not. A reset is raised."""
        while True:
            try:
                return self._tls.read(size)
            except ssl.SSLWantReadError:
                self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):  # with a goodbye, and without
                return b""

    def setsockopt(self, *option: Any) -> None:
        """An option of the socket below."""
        self._below.setsockopt(*option)

    def fileno(self) -> int:
        """Of the socket below."""
        return self._below.fileno()

    def close(self) -> None:
        """Close without a goodbye."""
        self._below.close()

    def _flush(self) -> None:
        self._below.sendall(self._out.read())

    def _fill(self) -> None:
        if data := self._below.recv(65536):
            self._in.write(data)
        else:
            self._in.write_eof()
