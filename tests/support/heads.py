"""Heads of requests as clients write them, and as few do."""

from __future__ import annotations

from dataclasses import dataclass

LINES = (b"POST /v1/messages HTTP/1.1", b"POST /v1/messages?beta=true HTTP/1.1")
ODD_LINES = (
    b"POST /v1/messages HTTP/1.0",
    b"PUT /v1/messages HTTP/1.1",
    b"post /v1/messages HTTP/1.1",
    b"POST  /v1/messages HTTP/1.1",
    b"POST http://127.0.0.1/v1/messages HTTP/1.1",
    b"\r\nPOST /v1/messages HTTP/1.1",
)
FIELDS = (
    b"host: 127.0.0.1",
    b"X-Api-Key: sk-ant-test-1",
    b"x-api-key: sk-ant-test-1",
    b"Connection: keep-alive",
    b"X-Length: 3",
    b"x-strength: 40",
)
ODD_FIELDS = (
    b"connection: close",
    b"connection: x, Close",
    b"Connection: upgrade",
    b"Upgrade: h2c",
    b"expect: 100-continue",
    b"transfer-encoding: chunked",
    b"transfer-encoding: identity",
    b"content-length: 2",
    b"x-tab:\tvalue\t",
    b"x-empty:",
    b"x-folded: one\r\n two",
    b"x-folded:\r\n\tlength: 2",
    b"x-high: \xe9\xff",
    b"x-control: a\x01b",
    b"x-bare: a\nlength: 2",
    b"x-return: a\rb",
    b"x space: 1",
    b": nameless",
    b"no colon",
    b"proxy-connection: close",
)
LENGTHS = (b"Content-Length: %d", b"content-length: %d")
ODD_LENGTHS = (
    b"content-length:%d",
    b"content-length: 0%d",
    b"content-length: +%d",
    b"content-length: %d ",
    b"content-length:  %d",
    b"content-length: %d, 2",
    b"content-length: 9%d",
    b"CONTENT-LENGTH: %d",
)
BODIES = (
    b"",
    b"{}",
    b"{'framed': 1}",
    b"{'framed': 'later'}",
    b"later",
    b"task",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\r\n\r\n",
    b"12345\r\n\r\nlength: 2",
)


@dataclass(frozen=True)
class Sent:
    """A request: its line, its fields around that of the length, and the end of its lines."""

    line: bytes
    before: tuple[bytes, ...]
    length: bytes
    after: tuple[bytes, ...]
    end: bytes = b"\r\n"

    def wire(self, body: bytes, off: int) -> bytes:
        """Its bytes; it may state another length than the body has."""
        length = self.length % max(len(body) + off, 0)
        return self.end.join((self.line, *self.before, length, *self.after, b"", body))
