"""Callers of every kind, as an application sees them: where they come from and what they send."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.asgi import scope_of

if TYPE_CHECKING:
    from starlette.applications import Starlette

LOOPBACK, NEIGHBOUR, BRIDGE = "127.0.0.1", "192.168.0.7", "172.17.0.1"


@dataclass(frozen=True, slots=True)
class Caller:
    """A request as ASGI hands it on.

    Attributes:
        peer: the address it comes from; None where the server does not tell.
        host: what it writes as Host; None for no Host.
        fields: what else stands in its header.
        http: the version it speaks.
        at: host and port it came to, or the path of a Unix socket and None.
    """

    peer: str | None = LOOPBACK
    host: str | None = "127.0.0.1:4010"
    fields: tuple[tuple[str, str], ...] = ()
    http: str = "1.1"
    at: tuple[str, int | None] = ("127.0.0.1", 4010)


UNIX = ("/run/mockapi.sock", None)


def asked(
    app: Starlette,
    caller: Caller = Caller(),
    path: str = "/_mockapi/sessions",
    *more: tuple[str, str],
    method: str = "GET",
    body: bytes = b"",
) -> tuple[int, bytes]:
    """Status and body of the answer to a caller."""
    host = () if caller.host is None else (("host", caller.host),)
    scope = scope_of(path, method) | {
        "asgi": {"version": "3.0"},
        "http_version": caller.http,
        "headers": [(name.encode(), value.encode()) for name, value in (*host, *caller.fields, *more)],
        "client": None if caller.peer is None else (caller.peer, 50_000),
        "server": caller.at,
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def other_address() -> str | None:
    """An address of this machine that is not loopback; None where it has no network. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return None if address.startswith("127.") else address
