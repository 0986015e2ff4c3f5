"""Asking the upstream, and its answer while it is still coming.

The upstream is fixed when the server starts: a request chooses the path and nothing else. What
the client asked is passed on, and what comes back is passed on as it comes: raw bytes, still
compressed if the client asked for that. For the recording the same bytes are decoded once,
piece by piece, so that the recorded chunks are the ones that a client saw, decoded.

What cannot be passed on: fields about the connection (RFC 9110, section 7.6.1), and encodings
that could not be decoded for the recording, which are not asked for.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, TypeAlias

import httpx

from mockapi._clock import monotonic
from mockapi.errors import UsageError
from mockapi.exchange import Chunk, Ending
from mockapi.replies import BODILESS, HOP_BY_HOP, named_by_connection, wire_field
from mockapi.server.recording._decoding import DECODABLE, BodyDecoder, UnrecordableError
from mockapi.server.recording._options import READ_SECONDS
from mockapi.server.recording._targets import leads_out

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mockapi.exchange import Headers, Request


Address: TypeAlias = tuple[str, int | None] | None
"""Host and port, as ASGI tells them."""

CONNECT_SECONDS = 15.0
_NOT_SENT = HOP_BY_HOP | {"host", "content-length", "content-encoding", "accept-encoding", "expect"}
_QUEUED = 256  # pieces read ahead of a client that reads slowly; then the upstream has to wait
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LAST_STATUS = 599
_SHOWN = 200  # characters of a path in a message
_CHUNKED = (b"transfer-encoding", b"chunked")


class UpstreamFailed(Exception):  # noqa: N818 - an answer to the client, not a failure of the server
    """The upstream gave no answer to pass on. str() is a predicate: "did not answer within 5 seconds"."""


class PathRefused(UpstreamFailed):
    """The path of a request may lead past the upstream's own."""


class Upstream:
    """The one place that requests are forwarded to.

    Args:
        url: its base URL, such as https://api.anthropic.com; paths are added to it.
        read_seconds: how long it may be silent.

    Certificates are verified; SSL_CERT_FILE, HTTPS_PROXY and their kin work as they do for httpx.

    Raises:
        UsageError: a URL that cannot be an upstream.
    """

    def __init__(self, url: str, *, read_seconds: float = READ_SECONDS) -> None:
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise UsageError(f"The upstream {url!r} is not a URL: {error}.") from error
        if parsed.scheme not in {"http", "https"} or not parsed.host:
            raise UsageError(f"The upstream is a URL such as https://api.anthropic.com, not {url!r}.")
        if parsed.userinfo or parsed.query or parsed.fragment:
            raise UsageError("The upstream's URL has no user, query or fragment; keys come from the client.")
        self.url = url.rstrip("/")
        self._base = parsed
        self._prefix = parsed.raw_path.rstrip(b"/")
        self._read_seconds = read_seconds
        self._timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS, pool=None)
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    def is_at(self, server: Address) -> bool:
        """Whether this is the server at an address of this machine: it would ask itself without end."""
        port = self._base.port or {"http": 80, "https": 443}[self._base.scheme]
        return server is not None and port == server[1] and self._base.host in {server[0], *_LOOPBACK}

    async def ask(self, request: Request) -> Incoming:
        """Pass a request on; returns when the head of the answer is there.

        Raises:
            UpstreamFailed: no answer came.
            PathRefused: it was not asked.
        """
        if leads_out(request.path):
            raise PathRefused(f"was not asked: {request.path[:_SHOWN]!r} is not a path below it")
        target = f"{request.path}?{request.query}" if request.query else request.path
        forwarded = httpx.Request(
            request.method,
            self._base.copy_with(raw_path=self._prefix + target.encode("latin-1")),
            headers=_request_headers(request.headers),
            content=request.body,
            extensions={
                "timeout": self._timeout.as_dict()
            },  # httpx 0.27.0 adds none to a request that is made
        )
        client = self._client or await self._opened()
        started = monotonic()
        try:
            response = await client.send(forwarded, stream=True)
        except (httpx.HTTPError, OSError) as error:
            raise UpstreamFailed(_cause(error, self._read_seconds)) from error
        if response.status_code > _LAST_STATUS:
            await response.aclose()
            raise UpstreamFailed(f"answered with the status {response.status_code}, which HTTP does not have")
        return Incoming(response, request.method, started)

    async def _opened(self) -> httpx.AsyncClient:
        """The client; made off the event loop, because to read the certificates takes a tenth of a second."""
        async with self._opening:
            if self._client is None:
                try:
                    self._client = await asyncio.to_thread(_client)
                except (OSError, ValueError) as error:  # an unreadable CA file, an impossible proxy
                    raise UpstreamFailed(f"cannot be asked: {error}") from error
        return self._client

    async def aclose(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class Incoming:
    """An answer of the upstream while it comes.

    A task of its own reads it, so that its timing is the upstream's, not the client's.

    Attributes:
        status: HTTP status.
        fields: header fields as they came.
        chunks: the body so far, decoded, with the seconds before each piece: before the first
            one the time since the request was sent.
        ending: how it ended, once it has.
        unrecordable: why the body cannot be recorded, if it cannot: it does not decode, or is too large.
            `chunks` has no more of it then.
    """

    def __init__(self, response: httpx.Response, method: str, started: float) -> None:
        self._response = response
        self._method = method
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUED)
        self._unwanted = False
        self._last = started
        self.status = response.status_code
        self.fields = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
        )
        self._decoder = BodyDecoder(response.headers.get("content-encoding", ""))
        self.chunks: list[Chunk] = []
        self.ending: Ending = Ending.CLEAN
        self.unrecordable: str | None = None
        self.done = asyncio.ensure_future(self._read())

    @property
    def headers(self) -> Headers:
        """The header fields for the client: all that are not about the upstream's connection."""
        named = named_by_connection(self.fields)
        if self.status in BODILESS or any(name.lower() == "transfer-encoding" for name, _ in self.fields):
            named.add("content-length")  # of a body that does not come, or comes in chunks (RFC 9112, 6.3)
        kept = []
        for name, value in self.fields:
            lower = name.lower()
            if lower == "transfer-encoding":
                kept.append(_CHUNKED)
            elif lower not in HOP_BY_HOP and lower not in named and not lower.startswith("x-mockapi-"):
                kept.append((lower.encode("latin-1"), value.encode("latin-1")))
        return (*kept, wire_field("x-mockapi-source", "forwarded"))

    async def pieces(self) -> AsyncIterator[bytes]:
        """The raw bytes as they come, in the pieces they come in; ends where the answer ends."""
        while (piece := await self._queue.get()) is not None:
            yield piece

    async def rest(self, seconds: float) -> bool:
        """Read on without a client for at most some seconds. Whether the answer came to its end."""
        self._unwanted = True
        while not self._queue.empty():
            self._queue.get_nowait()
        await asyncio.wait((self.done,), timeout=seconds)
        if not self.done.done():
            self.done.cancel()
            await asyncio.wait((self.done,))
            return False
        return self.ending is Ending.CLEAN

    async def _read(self) -> None:
        waiting = 0.0
        try:
            async for piece in self._response.aiter_raw():
                now = monotonic()
                waiting += now - self._last
                self._last = now
                if self.unrecordable is None and (data := self._decoded(piece)):
                    self.chunks.append(Chunk(waiting, data))
                    waiting = 0.0
                if not self._unwanted:
                    await self._queue.put(piece)
        except httpx.ReadTimeout:
            self.ending = Ending.STALL
        except httpx.RemoteProtocolError:
            self.ending = Ending.CUT  # the connection was closed before the body was whole
        except (httpx.HTTPError, OSError):
            self.ending = Ending.RESET
        finally:
            if self.ending is Ending.CLEAN and self._method != "HEAD":
                self._finish_decoding()
            await self._response.aclose()
            if not self._unwanted:
                await self._queue.put(None)

    def _decoded(self, piece: bytes) -> bytes:
        try:
            return self._decoder.feed(piece)
        except UnrecordableError as error:
            self._leave_out(error)
            return b""

    def _finish_decoding(self) -> None:
        try:
            self._decoder.finish()
        except UnrecordableError as error:
            self._leave_out(error)

    def _leave_out(self, reason: UnrecordableError) -> None:
        """Note why the body is not recorded, and keep no more of it in memory."""
        if self.unrecordable is None:
            self.unrecordable = str(reason)
            self.chunks = []


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        follow_redirects=False,
        timeout=None,  # noqa: S113 - each request brings its own
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),
    )


def _request_headers(fields: Headers) -> list[tuple[bytes, bytes]]:
    named = named_by_connection((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
    kept = [
        (name, value.strip(b" \t"))  # blanks around a value mean nothing, and httpx refuses to send them
        for name, value in fields
        if (lower := name.decode("latin-1")) not in _NOT_SENT
        and lower not in named
        and not lower.startswith("x-mockapi-")
    ]
    accepted = b",".join(value for name, value in fields if name == b"accept-encoding").decode("latin-1")
    return [*kept, (b"accept-encoding", _decodable(accepted).encode("latin-1"))]


def _decodable(accepted: str) -> str:
    """Of the encodings a client takes, those that can be decoded for the recording."""
    tokens = [token.strip() for token in accepted.split(",")]
    return ", ".join(t for t in tokens if t.partition(";")[0].strip().lower() in DECODABLE) or "identity"


def _cause(error: Exception, read_seconds: float) -> str:
    """What happened, for the one at the client and the one at the terminal alike."""
    if isinstance(error, httpx.ConnectTimeout):
        return f"did not accept a connection within {CONNECT_SECONDS:g} seconds"
    if isinstance(error, httpx.ReadTimeout):
        return f"did not answer within {read_seconds:g} seconds"
    if isinstance(error, httpx.ProxyError):
        return f"cannot be reached through the proxy: {error}"
    if isinstance(error, httpx.ConnectError):
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError) or "CERTIFICATE" in str(error):
            return f"has a certificate that is not trusted ({error}); SSL_CERT_FILE names other authorities"
        return f"cannot be reached: {error}"
    if isinstance(error, httpx.RemoteProtocolError):
        return f"did not answer in HTTP: {error}"
    if isinstance(error, (httpx.ReadError, httpx.WriteError, httpx.CloseError)):
        return "closed the connection without an answer"
    return f"cannot be asked ({type(error).__name__})"  # the words might quote a header with a key in it
