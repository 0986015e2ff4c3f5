"""Helpers for tests of the server: small cassettes, a client that sees raw bytes, control calls."""

from __future__ import annotations

import atexit
import select
import socket
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol
from urllib.parse import urlsplit

import httpx
import orjson

import mockapi
from mockapi.cassettes import (
    Cassette,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    dump,
)
from mockapi.exchange import Ending
from mockapi.server import Metrics
from mockapi.validation import ValidationSettings
from tests.support.several import NodesServer, several
from tests.support.tls import WrappedSocket
from tests.support.workers import SEVERAL

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import Self

JSON = (("content-type", "application/json"),)
STREAM = (("content-type", "text/event-stream; charset=utf-8"), ("transfer-encoding", "chunked"))
PATIENCE = 20.0
"""Seconds after which something that should have happened has not."""


def message(text: str) -> dict[str, Any]:
    """A request body whose only user turn is `text`."""
    return {"model": "claude-opus-4-6", "max_tokens": 64, "messages": [{"role": "user", "content": text}]}


def interaction(
    asked: Any = None,
    answered: bytes = b'{"type":"message"}',
    *,
    method: str = "POST",
    path: str = "/v1/messages",
    query: str = "",
    status: int = 200,
    headers: Iterable[tuple[str, str]] = JSON,
    chunks: Iterable[tuple[float, int]] = (),
    ending: Ending = Ending.CLEAN,
) -> Interaction:
    """An interaction; `asked` is JSON, bytes, or nothing for no body."""
    body = asked if isinstance(asked, bytes) else b"" if asked is None else orjson.dumps(asked)
    return Interaction(
        RecordedRequest(method, path, query, JSON if body else (), body),
        RecordedResponse(
            status, tuple(headers), answered, tuple(RecordedChunk(*chunk) for chunk in chunks), ending
        ),
    )


def paced(asked: Any, pieces: Iterable[tuple[float, bytes]], **more: Any) -> Interaction:
    """An interaction whose reply was recorded in these chunks: seconds since the one before, bytes."""
    pieces = list(pieces)
    return interaction(
        asked,
        b"".join(data for _, data in pieces),
        chunks=[(delay, len(data)) for delay, data in pieces],
        **{"headers": STREAM, **more},
    )


def write_cassette(path: Path, *interactions: Interaction, matching: Matching | None = None) -> str:
    """Write a cassette; its path, as an argument for a server."""
    path.write_bytes(dump(Cassette(str(path), interactions, matching or Matching())))
    return str(path)


@dataclass(frozen=True, slots=True)
class RawReply:
    """A reply as it stood on the wire; `body` is without the chunked framing.

    `headers` are in wire order. `pieces` are the transport chunks, if it was chunked.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    pieces: tuple[bytes, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a field."""
        return next((value for field, value in self.headers if field == name), None)

    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


class RawClient:
    """A connection that sends what it is told and sees what comes, to the byte.

    Args:
        base_url: the server's.
        receive_buffer: size of the kernel's receive buffer; small ones make a slow reader.
        tls: how it speaks TLS; None for plain HTTP.
    """

    def __init__(
        self, base_url: str, receive_buffer: int | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        target = urlsplit(base_url)
        self.host = target.netloc
        self.prefix = target.path
        family = socket.AF_INET6 if ":" in str(target.hostname) else socket.AF_INET
        self.sock: Any = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(PATIENCE)
        try:
            self.sock.connect((target.hostname, target.port))
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self.sock = WrappedSocket(self.sock, tls, str(target.hostname))
        except BaseException:
            self.sock.close()
            raise
        self.seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def ask(self, method: str, target: str, body: bytes = b"", *headers: tuple[str, str]) -> None:
        """Send a request for what lies below the base URL; host and content-length are added unless given."""
        fields = list(headers)
        names = {name.lower() for name, _ in fields}
        if "host" not in names:
            fields.insert(0, ("host", self.host))
        if "content-length" not in names and "transfer-encoding" not in names:
            fields.append(("content-length", str(len(body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self.send(f"{method} {self.prefix}{target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)

    def reset(self) -> None:
        """Leave without a goodbye."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def read_head(self) -> RawReply:
        """Read up to the end of the header."""
        while b"\r\n\r\n" not in self.seen:
            self._more()
        head, _, self.seen = self.seen.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
        return RawReply(int(first.split()[1]), fields)

    def read(self, *, head: bool = False) -> RawReply:
        """Read a whole reply; `head` for the reply to a HEAD request."""
        reply = self.read_head()
        if head or reply.status in {204, 304}:
            return reply
        if reply.header("transfer-encoding") == "chunked":
            pieces = tuple(iter(self.read_piece, b""))
            return replace(reply, body=b"".join(pieces), pieces=pieces)
        return replace(reply, body=self._take(int(reply.header("content-length") or 0)))

    def read_piece(self) -> bytes:
        """Read one transport chunk; the last is empty."""
        while b"\r\n" not in self.seen:
            self._more()
        size, _, self.seen = self.seen.partition(b"\r\n")
        return self._take(int(size, 16) + 2)[:-2]

    def read_to_end(self) -> tuple[bytes, Literal["eof", "reset"]]:
        """All that is still to come, and whether the connection was closed or reset."""
        while True:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                return self._rest(), "reset"
            if not data:
                return self._rest(), "eof"
            self.seen += data

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing comes, not even an end, for so long."""
        return not self.seen and not select.select([self.sock], [], [], seconds)[0]

    def _rest(self) -> bytes:
        rest, self.seen = self.seen, b""
        return rest

    def _take(self, size: int) -> bytes:
        while len(self.seen) < size:
            self._more()
        taken, self.seen = self.seen[:size], self.seen[size:]
        return taken

    def _more(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise EOFError(f"the server closed the connection after {self.seen!r:.200}")
        self.seen += data


class Play(Protocol):
    """Plays interactions in a session of their own, opened with these options; gives its base URL.

    `rules` are the cassette's matching rules, the option `matching` is the session's.
    """

    def __call__(self, *interactions: Interaction, rules: Matching | None = None, **options: Any) -> str:
        """Open the session."""
        ...


# One for all: making one takes longer than most requests. Made here rather than when first needed: threads
# that need it at once would each make one, and leave the connections of all but the last open.
_CLIENT: Final = httpx.Client(timeout=PATIENCE, trust_env=False, verify=False)  # certificates load slowly
atexit.register(_CLIENT.close)


class Running(Protocol):
    """A server that can be asked."""

    base_url: str


def ask(base_url: str, body: Any = None, path: str = "/v1/messages", **more: Any) -> httpx.Response:
    """POST a JSON body."""
    return _CLIENT.post(base_url + path, json=body, **more)


def control(
    server: Running, path: str, body: Any = None, *, method: str = "GET", **more: Any
) -> httpx.Response:
    """A request to the control API."""
    if body is not None:
        more["content"] = orjson.dumps(body)
    reply = _CLIENT.request(method, f"{server.base_url}/_mockapi{path}", **more)
    if reply.status_code == 421:  # another node has that session, and the reply says where
        reply = _CLIENT.request(method, reply.json()["error"]["location"], **more)
    return reply


def base_urls(server: Running) -> tuple[str, ...]:
    """Where a server is found: several nodes have an address each."""
    return server.base_urls if isinstance(server, NodesServer) else (server.base_url,)


def open_session(server: Running, **options: Any) -> dict[str, Any]:
    """Open a session; its description."""
    opened = control(server, "/sessions", options, method="POST")
    assert opened.status_code == 201, opened.text
    return dict(opened.json())


def close_session(server: Running, id_: str) -> None:
    """Close a session that may have been closed already."""
    assert control(server, f"/sessions/{id_}", method="DELETE").status_code in {200, 404}


def journal(server: Running, session: str = "default", **page: int) -> list[dict[str, Any]]:
    """The entries of a session's journal."""
    return list(control(server, f"/sessions/{session}/journal", params=page).json()["entries"])


def connections(server: mockapi.Server) -> int:
    """How many connections the server holds."""
    return len(server._running._server.server_state.connections)


def tasks(server: mockapi.Server) -> int:
    """How many requests the server is at work on."""
    return len(server._running._server.server_state.tasks)


def eventually(holds: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait until something holds that no event tells of; fails if it never does."""
    pause = threading.Event()
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, f"not within {patience} s: {what}"
        pause.wait(0.005)


def counting(server: mockapi.Server) -> mockapi.Server:
    """The same server, counting for Prometheus from now on."""
    server.service.metrics = metrics = Metrics()
    server.service.sessions.count_for(metrics)
    return server


@contextmanager
def serving(*cassettes: str, **settings: Any) -> Iterator[mockapi.Server]:
    """A server on a thread that plays these cassettes with these settings.

    Unless a setting says so, requests are neither validated nor answered without a recording:
    these tests are about other things. For the same reason requests may have any file read.
    """
    settings = {"validation": ValidationSettings(mode="off"), "on_unmatched": "fail", **settings}
    if SEVERAL:
        with several(cassettes, mockapi.Settings(**settings), allowed_folders=["/"]) as running:
            yield running
        return
    with mockapi.Server(cassettes, settings=mockapi.Settings(**settings), allowed_folders=["/"]) as server:
        yield server
