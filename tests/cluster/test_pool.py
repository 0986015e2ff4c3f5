"""The workers of a server as values: who takes whose place, and what each is told."""

from __future__ import annotations

import io
import os
import socket
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

import pytest

from mockapi.cassettes import DEFAULT
from mockapi.cluster import WorkerPlan, _pool
from mockapi.cluster._messages import DRAINED, LOADED, SERVE, SERVING, STOP
from mockapi.cluster._pool import WorkerPool
from mockapi.cluster._process import OwnTemplate
from mockapi.server import Console, Settings, access_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cluster._names import Place


class Forks(OwnTemplate):
    """Keeps the connections of workers that nobody has forked."""

    workers: dict[Place, Connection]

    def begin(self) -> None:
        """Nothing is to be read."""
        self.has_begun = self.is_loaded = True

    def fork(self, place: Place, channel: socket.socket, *, tells: bool) -> int:
        """Its process id is its number, and a hundred times its generation."""
        assert tells == (place[:2] == (0, 0))
        self.workers[place] = Connection(os.dup(channel.fileno()))
        return place.worker + 100 * place.generation

    def exit_code(self, pid: int) -> int:  # noqa: ARG002 - as it is called
        """All end alike."""
        return 3


class Pool(WorkerPool):
    """A pool that has begun, with the other ends of its workers' connections.

    Attributes:
        told: what people are told.
    """

    def __init__(self) -> None:
        self.told = io.StringIO()
        self.ends: dict[Place, Connection] = {}
        plan = WorkerPlan(workers=2, paths=(), settings=Settings(), access=access_of(), rules=DEFAULT)
        with socket.socket() as sock:
            super().__init__(plan, sock, Console(self.told), lambda template: template.begin())
        assert isinstance(self._template, Forks)
        self._template.workers = self.ends
        self.start()

    def end_of(self, worker: int, generation: int = 0) -> Connection:
        """A worker's end of its connection."""
        return next(end for place, end in self.ends.items() if place[:2] == (worker, generation))

    def hear(self) -> None:
        """Take in what one of them has said."""
        for channel, hear in self.channels().items():
            if channel.poll():
                hear()

    def say(self, said: str, worker: int, generation: int = 0) -> None:
        """Let a worker say something."""
        self.end_of(worker, generation).send((said, None))
        self.hear()


def told(end: Connection) -> object:
    """What the supervisor has told a worker; None if nothing."""
    return end.recv() if end.poll() else None


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Two workers that serve."""
    monkeypatch.setattr(_pool, "may_fork", lambda: True)
    monkeypatch.setattr(_pool, "OwnTemplate", Forks)
    pool = Pool()
    for said in (LOADED, SERVING):
        for worker in range(2):
            assert not pool.all_have(said)
            pool.say(said, worker)
        assert pool.all_have(said)
        if said == LOADED:
            pool.serve()
    for end in pool.ends.values():
        assert told(end) == SERVE
    yield pool
    pool.end()
    for end in pool.ends.values():
        end.close()


def test_one_that_ends_is_replaced_by_one_that_is_told_to_serve(pool: Pool) -> None:
    """The next one with its number; the other one goes on."""
    pool.end_of(1).close()
    pool.hear()
    assert pool.pids == {0: 0, 1: 101}
    assert (
        "worker 1 (process 1) ended with exit code 3; its sessions have ended with it" in pool.told.getvalue()
    )
    assert not pool.all_have(SERVING)
    pool.say(LOADED, 1, generation=1)
    assert told(pool.end_of(1, 1)) == SERVE
    pool.say(SERVING, 1, generation=1)
    assert pool.all_have(SERVING)
    assert told(pool.end_of(0)) is None


def test_none_is_replaced_once_all_are_to_end(pool: Pool) -> None:
    """Of one that has served what was in flight nothing is told, of another it is."""
    pool.stop()
    assert [told(end) for end in pool.ends.values()] == [STOP, STOP]
    pool.say(DRAINED, 0)
    for worker in range(2):
        pool.end_of(worker).close()
        pool.hear()
    assert pool.pids == {}
    assert (
        pool.told.getvalue()
        .splitlines()[-1]
        .endswith("worker 1 (process 1) ended with exit code 3 while it was ending")
    )
    assert "worker 0" not in pool.told.getvalue()
