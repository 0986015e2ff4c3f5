"""A client of thousands of connections that costs little: it opens them, and reads what comes now and then.

What it reads it drops. Reading each chunk when it comes would cost more than sending it, on a machine whose
cores client and server share.
"""

from __future__ import annotations

import contextlib
import resource
import socket
import sys
import time
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAP: Final = 0.25
"""Seconds between two looks at all streams."""
_TICK: Final = 0.005
"""Seconds between two requests beside them."""
_AT_ONCE: Final = 50
_PATIENCE: Final = 30.0
_SPARE: Final = 100
"""Descriptors that are no connections."""


def allow_descriptors(wanted: int) -> None:
    """Let this process, and those that it starts, have so many connections.

    Raises:
        RuntimeError: the system does not let it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _SPARE
    if soft >= needed:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, max(hard, needed)))
    except (ValueError, OSError) as error:
        raise RuntimeError(f"{needed} connections are more than this user may have ({hard})") from error


class Beside:
    """Requests beside the streams: one at a time on a connection of its own.

    Args:
        base_url: of the server.
        asked: the request, as it is written.
    """

    def __init__(self, base_url: str, asked: bytes) -> None:
        self._sock = connected(base_url)
        self._asked = asked
        self._is_waiting = False
        self._buffer = bytearray(65536)
        self.answered = 0

    def step(self) -> None:
        """Take the answer, if it has come, and ask again."""
        if self._is_waiting:
            try:
                self._sock.recv_into(self._buffer)
            except BlockingIOError:
                return
            self.answered += 1
        self._sock.sendall(self._asked)
        self._is_waiting = True

    def close(self) -> None:
        """Leave."""
        self._sock.close()


class Crowd:
    """Connections that are open at once, as a context manager."""

    def __init__(self) -> None:
        self._socks: list[socket.socket] = []
        self._buffer = bytearray(256 * 1024)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sock in self._socks:
            sock.close()

    def open(self, base_urls: Sequence[str], count: int, asked: bytes, *, over: float = 0.0) -> None:
        """Open connections, and send a request on each.

        Args:
            base_urls: of the server's sessions, in turn.
            count: how many connections.
            asked: the request, as it is written.
            over: seconds that this takes at least: what comes must not all be due at one moment.
        """
        for number in range(count):
            sock = connected(base_urls[number % len(base_urls)])
            sock.sendall(asked)
            self._socks.append(sock)
            if over and number % _AT_ONCE == 0:
                time.sleep(over * _AT_ONCE / count)

    def read_to_the_end(self, beside: Beside | None = None) -> int:
        """Read until the server has closed all of them; how many bytes came."""
        total = 0
        while self._socks:
            until = time.monotonic() + _NAP
            while time.monotonic() < until:
                if beside is not None:
                    beside.step()
                time.sleep(_TICK if beside is not None else _NAP)
            total += self._read_all()
        return total

    def read_some(self, size: int) -> int:
        """Read an answer of at most so many bytes from each connection; how many were answered."""
        answered = 0
        for sock in self._socks:
            sock.settimeout(_PATIENCE)
            answered += sock.recv_into(self._buffer, size) > 0
        return answered

    def _read_all(self) -> int:
        total, buffer = 0, self._buffer
        kept = []
        for sock in self._socks:
            came = 1
            with contextlib.suppress(BlockingIOError):
                came = sock.recv_into(buffer)
                total += came
            if came:
                kept.append(sock)
            else:
                sock.close()
        self._socks = kept
        return total


def connected(base_url: str) -> socket.socket:
    """A connection to the server of a base URL, which does not block."""
    target = urlsplit(base_url)
    sock = socket.create_connection((target.hostname or "", target.port or 0))
    sock.setblocking(False)
    return sock


def main() -> None:
    """Hold connections that are answered once, and then idle, until the standard input ends."""
    base_url, count = sys.argv[1], int(sys.argv[2])
    allow_descriptors(count)
    with Crowd() as crowd:
        crowd.open([base_url], count, b"GET /_mockapi/livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
        print(crowd.read_some(4096), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
