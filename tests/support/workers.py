"""A server of several workers, for tests that are written for one of a single process.

With MOCKAPI_TEST_WORKERS=2 in the environment, the server that most tests of the server ask is one of two
workers; with MOCKAPI_TEST_STATE=1 these share their state in Redis, as on several machines; and with
MOCKAPI_TEST_NODES=3 it is three nodes. What a test can only do in the server's own process is skipped then.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

from mockapi import cluster
from mockapi.cassettes import DEFAULT
from mockapi.server import Console, Settings, access_of, listen, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self

HAS_STATE: Final = os.environ.get("MOCKAPI_TEST_STATE") == "1"
"""Whether the workers of tests share their state in Redis."""
NODES: Final = int(os.environ.get("MOCKAPI_TEST_NODES", "1"))
"""How many nodes the servers of tests have."""
WORKERS: Final = int(os.environ.get("MOCKAPI_TEST_WORKERS", "2" if HAS_STATE else "1"))
"""How many processes the servers of tests have."""
SEVERAL: Final = WORKERS > 1 or NODES > 1
one_process = pytest.mark.skipif(SEVERAL, reason="looks into the server's process, and these are several")
_PATIENCE: Final = 30.0


class WorkersServer:
    """A server of several workers, as a context manager that looks like `mockapi.Server`.

    Args:
        cassettes: files and folders.
        settings: how it answers.
        allowed_folders: what control requests may have read besides.
        workers: how many there are.
        console: where the supervisor tells what happens; by default nowhere.
        more: for the plan.
    """

    def __init__(
        self,
        cassettes: Iterable[str] = (),
        *,
        settings: Settings | None = None,
        allowed_folders: Iterable[str] = (),
        workers: int = 2,
        console: Console | None = None,
        **more: Any,
    ) -> None:
        plan = cluster.WorkerPlan(
            workers=workers,
            paths=tuple(cassettes),
            settings=settings or Settings(),
            access=access_of(folders=allowed_folders),
            rules=DEFAULT,
            log_format=None,
            **more,
        )
        sock = listen("127.0.0.1", 0)
        self.base_url = url_of(sock)
        self.control_token = plan.access.token
        self._ready = threading.Event()
        try:
            self.supervisor = cluster.Supervisor(plan, sock, console or Console(quiet=True), self._ready.set)
        except BaseException:
            sock.close()
            raise
        self.outcome: cluster.Outcome | None = None
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="supervisor")

    def _run(self) -> None:
        try:
            self.outcome = self.supervisor.run()
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self.failure = error
        finally:
            self._ready.set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(_PATIENCE)
        if self.failure is not None:
            raise self.failure
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop, and wait for the end."""
        self.supervisor.stop()
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()

    def pid_of(self, worker: int) -> int:
        """The process id of a worker."""
        return self.supervisor.pids[worker]

    @property
    def service(self) -> NoReturn:
        """What a test cannot look into."""
        pytest.skip("looks into the server's process, and these are several")

    _running = service

    def call(self, function: Callable[..., Any], *_: Any) -> NoReturn:
        """What a test cannot do there."""
        pytest.skip(f"calls {function!r} in the server's process, and these are several")

    def open_session(self, **_: Any) -> NoReturn:
        """What a test cannot do: such sessions are objects of this process."""
        pytest.skip("holds a session of its own process, and these are several")


def workers_of(supervisor: int) -> list[int]:
    """The process ids of the workers of a supervisor that forks them itself, on Linux."""
    try:
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text()
    except FileNotFoundError:  # it has ended
        return []
    return list(map(int, children.split()))
