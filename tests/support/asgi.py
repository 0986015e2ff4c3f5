"""Applications that are asked without a server: what ASGI tells them, and all that they send."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

HERE = ("127.0.0.1", 4010)
KEY = "sk-ant-test-1"


class Got(NamedTuple):
    """A reply, as an application has sent it."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The error that its body tells."""
        return dict(json.loads(self.body)["error"])


def scope_of(path: str = "/v1/messages", method: str = "POST") -> dict[str, Any]:
    """A request, as ASGI tells of it."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:4010"), (b"x-api-key", KEY.encode())],
        "client": ("127.0.0.1", 50_000),
        "server": HERE,
        "state": {},
    }


def ask(app: Any, scope: dict[str, Any] | None = None, body: bytes = b"") -> list[Any]:
    """All that an application sends."""
    sent: list[Any] = []

    async def run() -> None:
        told, gone = iter([{"type": "http.request", "body": body}]), asyncio.Event()

        async def receive() -> Any:
            message = next(told, None)
            if message is None:
                await gone.wait()
            return message

        async def send(message: Any) -> None:
            sent.append(message)

        await app(scope_of() if scope is None else scope, receive, send)

    asyncio.run(run())
    return sent


def got(app: Any, scope: dict[str, Any] | None = None, body: bytes = b"") -> Got:
    """The reply that an application sends."""
    start, *rest = ask(app, scope, body)
    return Got(start["status"], dict(start["headers"]), b"".join(item.get("body", b"") for item in rest))
