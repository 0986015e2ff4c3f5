"""Helpers for tests of recording: a server that records, and upstreams that misbehave."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from mockapi.cassettes import Cassette, load
from mockapi.server._console import Console
from mockapi.server.recording._options import RecordOptions
from mockapi.validation import ValidationSettings
from tests.support.server import PATIENCE
from tests.support.several import several
from tests.support.workers import SEVERAL

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Self, TextIO

_SETTINGS = {
    "new": {"on_unmatched": "record"},
    "all": {"on_unmatched": "record", "record_mode": "all"},
    "verify": {"on_unmatched": "passthrough", "record_mode": "verify"},
    "passthrough": {"on_unmatched": "passthrough"},
}


@contextmanager
def recording(
    upstream: str,
    to: Path | None,
    *cassettes: str,
    mode: str = "new",
    stream: TextIO | None = None,
    **options: Any,
) -> Iterator[mockapi.Server]:
    """A server on a thread that records what an upstream answers."""
    settings: dict[str, Any] = {**_SETTINGS[mode], "validation": ValidationSettings(mode="off")}
    own = RecordOptions(
        upstream,
        to=None if to is None else str(to),
        mode="new" if mode == "passthrough" else mode,  # type: ignore[arg-type] # a test may give a wrong one
        **options,
    )
    if SEVERAL:
        if stream is not None or own.rules.hook is not None:
            pytest.skip("looks into the server's process, and these are several")
        with several(cassettes, mockapi.Settings(**settings), recording=own) as running:
            yield running
        return
    console = Console(stream) if stream is not None else None
    with mockapi.Server(
        cassettes, settings=mockapi.Settings(**settings), recording=own, console=console
    ) as server:
        yield server


def recorded(path: Path) -> Cassette:
    """What a file, or all files of a folder, hold now."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path] if path.exists() else []
    loaded = [load(file.read_bytes(), str(file)) for file in files]
    return Cassette(str(path), tuple(item for cassette in loaded for item in cassette.interactions))


class Upstream:
    """A server that says exactly what it is told, one connection after the other.

    Args:
        talk: given a connection whose request has been read; what it writes is the answer.
        tls: what to wrap connections in.
    """

    def __init__(
        self, talk: Callable[[Upstream, socket.socket], None], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._talk = talk
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self.go = threading.Event()
        self._stop = threading.Event()
        self.left = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self._stop.set()
        # Closing a listening socket does not wake a thread that accepts on it; a connection does.
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join(PATIENCE)
        self._listener.close()

    def wait(self) -> None:
        """Wait until the test says go."""
        assert self.go.wait(PATIENCE)

    def _serve(self) -> None:
        while not self._stop.is_set():
            connection, _ = self._listener.accept()
            connection.settimeout(PATIENCE)
            try:
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    self._answer(connection)
            except OSError:  # the client has left, or said nothing for too long
                connection.close()
                self.left.set()

    def _answer(self, connection: socket.socket) -> None:
        request = _read_request(connection)
        if request and not self._stop.is_set():
            self.requests.append(request)
            self._talk(self, connection)


def saying(*pieces: bytes) -> Callable[[Upstream, socket.socket], None]:
    """Say these bytes, then close the connection in good order."""

    def talk(_: Upstream, connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return talk


def resetting(*pieces: bytes) -> Callable[[Upstream, socket.socket], None]:
    """Say these bytes, then, once the test says go, reset the connection."""

    def talk(upstream: Upstream, connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
        upstream.wait()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return talk


def _read_request(connection: socket.socket) -> bytes:
    seen = b""
    while b"\r\n\r\n" not in seen:
        data = connection.recv(65536)
        if not data:
            return b""
        seen += data
    head, _, body = seen.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        data = connection.recv(65536)
        if not data:
            return b""
        body += data
    return head + b"\r\n\r\n" + body


def json_answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """An HTTP response whose body is JSON."""
    fields = b"".join(field + b"\r\n" for field in (*headers, b"content-length: %d" % len(body)))
    return b"HTTP/1.1 " + status + b"\r\ncontent-type: application/json\r\n" + fields + b"\r\n" + body
