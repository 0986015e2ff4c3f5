"""Nodes without sockets and without the default session: members of a registry of sessions."""

from __future__ import annotations

import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from mockapi.nodes import Membership, NodeOptions, state_address
from mockapi.server import Console, Service, build_app
from mockapi.sessions import SessionLimits, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mockapi.nodes import Liveness
    from tests.support.redis import RedisServer


class Member:
    """A node without sockets: a service, its membership, and a client of its own."""

    def __init__(
        self, redis: RedisServer, prefix: str, name: str, address: str | None = None, **limits: Any
    ) -> None:
        where = address or f"http://{name}:4010"
        options = NodeOptions(state_address(f"{redis.url}?prefix={prefix}"), where, name)
        self.told = io.StringIO()
        self.service = Service((), Settings(), Console(self.told), limits=SessionLimits(**limits))
        self.membership = Membership(options, self.service)
        app = build_app(self.service)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")

    @property
    def liveness(self) -> Liveness:
        """Which nodes it sees."""
        assert self.membership.liveness is not None
        return self.membership.liveness

    async def open(self, **options: Any) -> httpx.Response:
        """Open a session here."""
        return await self.client.post("/_mockapi/sessions", json=options)

    async def heard(self) -> None:
        """Be heard by a Redis that was away; the first word may go to a connection that has ended."""
        for _ in range(9):
            if self.liveness.away is None:
                return
            await self.liveness.beat()
        raise AssertionError(self.liveness.away)

    async def get(self, path: str) -> httpx.Response:
        """Ask its control API."""
        return await self.client.get(f"/_mockapi{path}")


@asynccontextmanager
async def members(*made: Member) -> AsyncIterator[None]:
    """Nodes that have joined."""
    for member in made:
        await member.membership.start()
    try:
        yield
    finally:
        for member in made:
            await member.membership.aclose()
            await member.client.aclose()
            await member.service.aclose()
