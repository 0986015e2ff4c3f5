"""Three nodes and their Redis, each on a host of its own, and a host for clients."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from tests.support.hosts import Hosts, start_node, start_redis
from tests.support.load import PATIENCE
from tests.support.server import message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from tests.support.hosts import Host

NODES: Final = ("node1", "node2", "node3")
REDIS: Final = "redis"


class Nodes:
    """Hosts with nodes that are one server, as a context manager.

    Args:
        folder: for logs.
        arguments: of each node, besides its addresses.
        more: of single nodes, by their names.

    Attributes:
        hosts: by their names.
        urls: of the nodes, by their names.
        client: the host of clients.
    """

    def __init__(
        self, folder: Path, *arguments: str, more: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._folder = folder
        self._arguments = arguments
        self._more = more or {}
        self._all = Hosts()
        self._token_file = folder / "token"
        self.token = secrets.token_hex(16)
        self.hosts: dict[str, Host] = {}
        self.urls: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._token_file.write_text(self.token)
        self._all.__enter__()
        try:
            self.hosts = {name: self._all.host(name) for name in (*NODES, REDIS)}
            self.client = self._all.host("client")
            self.state = ""
            for name in (REDIS, *NODES):
                self.start(name)
        except BaseException:
            self._all.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._all.__exit__(kind, error, trace)

    def start(self, name: str) -> None:
        """Start what runs on a host, at first or again; returns when it can be asked."""
        host = self.hosts[name]
        if name == REDIS:
            self.state = start_redis(host, self._folder)
            return
        self.urls[name] = start_node(
            host,
            self._folder / f"{name}.log",
            *("--state", self.state, "--advertise", f"http://{host.address}:4010"),
            *("--control-token-file", str(self._token_file)),
            *(*self._arguments, *self._more.get(name, ())),
        )

    def open_session(self, name: str) -> str:
        """Open a session at a node, for any number of requests; its base URL."""
        answer = self.control(name, "POST", "/sessions", {"max_requests": 0})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["base_url"])

    def ask(self, name: str) -> httpx.Response:
        """A request to the default session at a node, from the host of clients."""
        with self.client.entered():
            url = f"{self.urls[name]}/v1/messages"
            return httpx.post(url, json=message("next"), timeout=PATIENCE, trust_env=False)

    def control(
        self, name: str, method: str, path: str, said: dict[str, Any] | None = None
    ) -> httpx.Response:
        """A request to a node's control API from the host of clients."""
        with self.client.entered():
            return httpx.request(
                method,
                f"{self.urls[name]}/_mockapi{path}",
                headers={"x-mockapi-token": self.token},
                json=said,
                timeout=PATIENCE,
                trust_env=False,
            )
