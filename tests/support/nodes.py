"""Nodes of one server in this process: without sockets, each with a service and a client of its own."""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import httpx

from mockapi.nodes import Node, NodeOptions, state_address
from mockapi.nodes._default_control import DefaultControl
from mockapi.nodes._log_entries import Entry
from mockapi.nodes._replica import Replica
from mockapi.server import Console, Service, access_of, build_app
from mockapi.sessions import Settings, memory_of
from tests.support.server import message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
    from typing import Self

    from starlette.types import ASGIApp

    from mockapi.replies.scripts import Script
    from mockapi.server import Access, RecordOptions
    from tests.support.redis import RedisServer

FIELDS = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
PATIENCE = 20.0


class Machine:
    """A node: a service, its part in the log, and a client that reaches it.

    Args:
        url: of Redis.
        name: of the node.
        cassettes: what it plays.
        script: what its default session plays.
        recording: what it asks, and where it writes that down.
        access: what opens its doors; None compares that with no other node.
        settings: of its default session.
    """

    def __init__(
        self,
        url: str,
        name: str,
        cassettes: Iterable[str] = (),
        *,
        script: Script | None = None,
        recording: RecordOptions | None = None,
        access: Access | None = None,
        **settings: Any,
    ) -> None:
        self.told = io.StringIO()
        self.service = Service(cassettes, Settings(**settings), Console(self.told), recording=recording)
        if script is not None:
            self.service.sessions.default.play(script)
        options = NodeOptions(state_address(url), None, name)
        self.node = Node(options, self.service, script=script, access=access)
        app = build_app(self.service, access_of(), elsewhere=self.node)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://localhost", timeout=30
        )

    async def __aenter__(self) -> Self:
        await self.node.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.node.aclose()
        await self.client.aclose()
        await self.service.aclose()

    async def ask(self, text: str = "hi", **fields: str) -> httpx.Response:
        """A request for a message, to the default session."""
        return await self.client.post("/v1/messages", json=message(text), headers={**FIELDS, **fields})

    async def control(self, path: str, said: Any = None, method: str | None = None) -> httpx.Response:
        """A control request."""
        how = method or ("GET" if said is None else "POST")
        return await self.client.request(how, f"/_mockapi{path}", json=said)

    async def journal(self) -> list[dict[str, Any]]:
        """The entries of the default session's journal, as this node shows them."""
        reply = await self.control("/sessions/default/journal?limit=1000")
        assert reply.status_code == 200, reply.text
        return list(reply.json()["entries"])

    def memory(self) -> dict[str, Any]:
        """What its replica remembers."""
        return memory_of(self.service.sessions.default)


@asynccontextmanager
async def machines(
    redis: RedisServer, count: int, cassettes: Iterable[str] = (), **more: Any
) -> AsyncIterator[list[Machine]]:
    """Nodes of a server of their own, one after the other."""
    url = f"{redis.url}?prefix={secrets.token_hex(4)}"
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(Machine(url, f"node-{number}", cassettes, **more))
            for number in range(count)
        ]


async def until(ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    """The first answer with which something holds."""
    end = time.monotonic() + PATIENCE
    while not holds(answer := await ask()):
        assert time.monotonic() < end, answer
        await asyncio.sleep(0.05)
    return answer


def is_answered(reply: httpx.Response) -> bool:
    """Whether a request was answered by its session."""
    return reply.status_code == 200


class Followed:
    """A replica that follows a log which is a list.

    Args:
        node: its name.
        cassettes: what it plays.
        settings: of its session.
    """

    def __init__(self, node: str, cassettes: Iterable[str] = (), **settings: Any) -> None:
        self.service = Service(cassettes, Settings(**settings), Console(quiet=True))
        own: list[ASGIApp] = []

        class _Alone:
            """Takes the control API as a server alone has it."""

            def owner_of(self, _id: str | None) -> None:
                """This process has everything."""

            def around(self, control: ASGIApp) -> ASGIApp:
                """As it is."""
                own.append(control)
                return control

        build_app(self.service, access_of(), elsewhere=_Alone())
        control = DefaultControl(own[0], cast("Any", None))
        self.replica = Replica(self.service, None, node, control.apply)

    async def follow(self, log: Iterable[Entry]) -> None:
        """Begin, and do what a log says."""
        await self.replica.begin()
        await self.go_on(log)

    async def go_on(self, log: Iterable[Entry]) -> None:
        """Do what more of it says."""
        for entry in log:
            await self.replica.apply(entry)

    async def recall(self, changes: list[dict[str, Any]], memory: dict[str, Any]) -> None:
        """Begin with a snapshot."""
        await self.replica.begin()
        for number, change in enumerate(changes):
            *said, body = change["control"]
            await self.replica.apply(Entry(b"0-0", "control", f"snapshot-{number}", "", said, body.encode()))
        self.replica.recall(memory)

    @property
    def memory(self) -> dict[str, Any]:
        """What it remembers."""
        return self.replica.memory()

    @property
    def journal(self) -> list[dict[str, Any]]:
        """What is in its journal."""
        return [_without_miss(entry.as_json()) for entry in self.replica.session.journal]


def _without_miss(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what is worked out meanwhile, and with its body as text."""
    body = {key: repr(value) for key, value in entry["request"].items() if key == "json"}
    shown = {**entry, "miss": None, "request": {**entry["request"], **body}}
    shown["request"].pop("json", None)
    return shown
