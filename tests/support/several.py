"""The server that tests ask where it is several: workers, workers that share state in Redis, or nodes."""

from __future__ import annotations

import itertools
import secrets
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from mockapi import nodes
from mockapi.server import Console, Service, access_of, build_app, listen, url_of
from mockapi.server.wire import ThreadedServer
from tests.support.state import state_url
from tests.support.workers import HAS_STATE, NODES, WORKERS, WorkersServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

    import mockapi
    from mockapi.server import RecordOptions, Settings

_PATIENCE = 30.0


@contextmanager
def several(
    cassettes: Iterable[str],
    settings: Settings,
    *,
    allowed_folders: Iterable[str] = (),
    recording: RecordOptions | None = None,
) -> Iterator[mockapi.Server]:
    """A server that looks like one of a single process, as far as its clients can see.

    Args:
        cassettes: files and folders.
        settings: how it answers.
        allowed_folders: what control requests may have read besides.
        recording: where requests may be forwarded to.
    """
    made: WorkersServer | NodesServer
    if NODES > 1:
        made = NodesServer(cassettes, settings, allowed_folders, recording, NODES)
    else:
        made = WorkersServer(
            cassettes,
            settings=settings,
            allowed_folders=allowed_folders,
            workers=WORKERS,
            recording=recording,
            node=nodes.node_options(state_url(), None) if HAS_STATE else None,
        )
    with made:
        yield made  # type: ignore[misc] # looks like one


class NodesServer:
    """Nodes that are one server, as a context manager that looks like `mockapi.Server`.

    Clients choose in turn: whoever asks for the base URL gets the next node's.

    Args:
        cassettes: files and folders.
        settings: how they answer.
        allowed_folders: what control requests may have read besides.
        recording: where requests may be forwarded to.
        count: how many there are.
    """

    def __init__(
        self,
        cassettes: Iterable[str],
        settings: Settings,
        allowed_folders: Iterable[str],
        recording: RecordOptions | None,
        count: int,
    ) -> None:
        self.control_token = secrets.token_hex(8)
        state = state_url()
        access = {"token": self.control_token, "folders": tuple(allowed_folders)}
        self._nodes = [_Node(tuple(cassettes), settings, access, recording, state) for _ in range(count)]
        self._turns = itertools.cycle(self._nodes)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for node in self._nodes:
                stack.callback(node.stop)
                node.start()
            self._ending = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    @property
    def base_url(self) -> str:
        """Of the node whose turn it is."""
        return next(self._turns).base_url

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Of all nodes."""
        return tuple(node.base_url for node in self._nodes)

    @property
    def service(self) -> NoReturn:
        """What a test cannot look into."""
        pytest.skip("looks into the server's process, and these are several")

    _running = service

    def call(self, function: Callable[..., Any], *_: Any) -> NoReturn:
        """What a test cannot do there."""
        pytest.skip(f"calls {function!r} in the server's process, and these are several")

    def open_session(self, **_: Any) -> NoReturn:
        """What a test cannot do: such sessions are objects of one process."""
        pytest.skip("holds a session of its own process, and these are several")


class _Node:
    """One node, on a thread of its own."""

    def __init__(
        self,
        cassettes: tuple[str, ...],
        settings: Settings,
        access: dict[str, Any],
        recording: RecordOptions | None,
        state: str,
    ) -> None:
        sock = listen("127.0.0.1", 0)
        try:
            service = Service(cassettes, settings, Console(quiet=True), recording=recording)
            options = nodes.node_options(state, url_of(sock))
            assert options is not None
            self._joined = nodes.Node(options, service)

            async def close() -> None:
                await self._joined.aclose()
                await service.aclose()

            app = build_app(service, access_of(**access), elsewhere=self._joined)
            self._running = ThreadedServer(app, sock, on_stop=close, tell=service.console.problem)
        except BaseException:
            sock.close()
            raise
        self.base_url = self._running.base_url

    def start(self) -> None:
        """Take connections, as one of them all."""
        self._running.start()
        self._running.wait_for(self._joined.start(), _PATIENCE)

    def stop(self) -> None:
        """Close all connections, and end."""
        self._running.stop()
