"""A reply of HTTP/1.1 from bytes, without input and output: what the drivers on raw sockets share."""

import json
from urllib.parse import urlsplit

from tests.support.holdout.messages import StreamBrokenError

_HEAD_END = b"\r\n\r\n"


def request(base_url: str) -> tuple[tuple[str, int], bytes]:
    """Where to connect to, and what to send there."""
    url = urlsplit(base_url)
    asked = {"model": "claude-sonnet-4-5", "max_tokens": 64, "stream": True}
    body = json.dumps({**asked, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    head = (
        f"POST {url.path.rstrip('/')}/v1/messages HTTP/1.1\r\nhost: {url.netloc}\r\nconnection: close\r\n"
        "content-type: application/json\r\naccept: text/event-stream\r\naccept-encoding: identity\r\n"
        f"x-api-key: sk-ant-test-holdout\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return (url.hostname or "127.0.0.1", url.port or 80), head.encode() + body


class HttpReply:
    """Gives the body's bytes as they come, and says when a reply is not a whole stream."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_body = False
        self._left: int | None = None  # bytes that are left of the body, or of the chunk
        self._chunked = False
        self._after_chunk = False
        self.ended = False

    def feed(self, data: bytes) -> list[bytes]:
        """What these bytes hold of the body."""
        self._rest += data
        while not self._in_body:
            head, end, rest = self._rest.partition(_HEAD_END)
            if not end:
                return []
            self._rest = rest
            self._take_head(head)
        return list(self._chunks()) if self._chunked else list(self._plain())

    def end(self) -> None:
        """The connection was closed."""
        if not self._in_body or (not self.ended and (self._chunked or self._left)):
            raise StreamBrokenError("the connection was closed in the middle of a reply")

    def _take_head(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        status = int(first.split()[1])
        if 100 <= status < 200:
            return  # a word before the reply
        fields = (line.partition(b":") for line in lines)
        headers = {name.strip().lower(): value.strip().lower() for name, _, value in fields}
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip()
        if status != 200 or kind != b"text/event-stream":
            raise StreamBrokenError(f"status {status} with {kind.decode(errors='replace')}")
        if headers.get(b"content-encoding", b"identity") != b"identity":
            raise StreamBrokenError("a coding that nobody asked for")
        self._in_body = True
        self._chunked = headers.get(b"transfer-encoding", b"").endswith(b"chunked")
        if not self._chunked and b"content-length" in headers:
            self._left = int(headers[b"content-length"])
            self.ended = self._left == 0

    def _plain(self) -> list[bytes]:
        data, self._rest = self._rest, b""
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
            self.ended = self._left == 0
        return [data] if data else []

    def _chunks(self) -> list[bytes]:
        found = []
        while not self.ended:
            if self._left:
                piece = self._rest[: self._left]
                if not piece:
                    break
                self._rest = self._rest[len(piece) :]
                self._left -= len(piece)
                self._after_chunk = not self._left
                found.append(piece)
                continue
            if self._after_chunk:
                if len(self._rest) < 2:
                    break
                self._rest, self._after_chunk = self._rest[2:], False
            line, end, rest = self._rest.partition(b"\r\n")
            if not end:
                break
            self._rest = rest
            self._left = int(line.partition(b";")[0], 16)
            self.ended = self._left == 0
        return found
