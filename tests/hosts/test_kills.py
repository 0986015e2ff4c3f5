"""A hundred kills of nodes, of workers and of Redis under load: what is lost is what docs/scale.md says."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.hosts import need_hosts
from tests.support.kills import Kill, Life, judge_default, judge_session
from tests.support.load import Load, numbers
from tests.support.node_hosts import NODES, REDIS, Nodes
from tests.support.server import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.support.load import Client

pytestmark = [pytest.mark.nightly, pytest.mark.xdist_group("hosts"), pytest.mark.timeout(1800)]

KILLS: Final = 100
STEPS: Final = 8_000
"""Numbers of the sequence, which begins anew whenever Redis was killed."""
PAUSE: Final = 0.1
"""Seconds between an answer and its client's next request."""
CLIENTS: Final = 3
"""Of the default session, at each node."""
WITH_WORKERS: Final = "node3"
WORKERS: Final = 2
WORKER: Final = "worker"
"""One of that node's, instead of all of it."""
TWICE: Final = 0.25
"""How often two hosts are harmed at the same moment."""
LOOK: Final = 4
"""After so many moments the journal is read."""
LONG: Final = 60.0
"""Seconds that a busy machine may take for what takes one or two."""


class Run:
    """Kills under a load.

    Args:
        nodes: the hosts.
        load: clients of the default session.
        seed: of what is killed when.
    """

    def __init__(self, nodes: Nodes, load: Load, seed: int) -> None:
        self._nodes = nodes
        self._load = load
        self._default = dict(load.clients)
        self._dice = random.Random(seed)
        self._sessions: dict[str, tuple[str, Client]] = {}
        self._lives = [Life()]
        self.kills: list[Kill] = []
        self.count = 0

    def go(self) -> None:
        """Kill, mend, and go on, until there were enough kills."""
        self._answered_since(0.0)
        while self.count < KILLS:
            self._open_sessions()
            victims = self._drawn()
            if REDIS in victims or len(self.kills) % LOOK == 0:
                self._read_journal()
            self._kill(victims)
        self._open_sessions()
        self._answered_since(time.monotonic())

    def _drawn(self) -> list[str]:
        """Whom it hits next: a host or two, or a worker instead of its node."""
        victims = self._dice.sample([*NODES, REDIS, WORKER], 2 if self._dice.random() < TWICE else 1)
        return victims if {WORKER, WITH_WORKERS} - {*victims} else victims[:1]

    def _kill(self, victims: Sequence[str]) -> None:
        hosts = self._nodes.hosts
        begun = time.monotonic()
        for victim in victims:
            if victim == WORKER:
                os.kill(self._dice.choice(hosts[WITH_WORKERS].workers()), signal.SIGKILL)
            else:
                hosts[victim].kill()
        done = time.monotonic()
        for victim in victims:
            if victim == WORKER:
                eventually(lambda: len(hosts[WITH_WORKERS].workers()) == WORKERS, "it is replaced", LONG)
            else:
                self._nodes.start(victim)
        self._answered_since(time.monotonic())
        concerned = frozenset(WITH_WORKERS if victim == WORKER else victim for victim in victims)
        self.kills.append(Kill(concerned, begun, done, time.monotonic()))
        self.count += len(victims)
        if REDIS in victims:
            self._lives.append(Life(begun, done))

    def _answered_since(self, moment: float) -> None:
        eventually(
            lambda: all(
                any(answer.status == 200 for answer in client.since(moment))
                for client in self._default.values()
            ),
            "all are answered again",
            LONG,
        )

    def _open_sessions(self) -> None:
        """Give each node a session with a client, unless it has one whose end nobody has told yet."""
        for node in NODES:
            open_ = [
                client
                for host, client in self._sessions.values()
                if host == node and not client.statuses.keys() & {404, 410}
            ]
            if not open_:
                name = f"{node}-session-{len(self._sessions)}"
                self._sessions[name] = node, self._load.add(name, self._nodes.open_session(node))

    def _read_journal(self) -> None:
        """Read on in what the default session remembers, as one node tells it."""
        journal = self._lives[-1].journal
        node = self._dice.choice(NODES)
        entries: list[tuple[str, int]] = []

        def is_read() -> bool:
            path = f"/sessions/default/journal?after={len(journal)}&limit=1000"
            answer = self._nodes.control(node, "GET", path)
            if answer.status_code != 200:
                return False
            entries[:] = [
                (dict(entry["request"]["headers"])["x-request-number"], entry["recording"]["interaction"])
                for entry in answer.json()["entries"]
            ]
            return True

        eventually(is_read, "the journal can be read", LONG)
        assert [number for _, number in entries] == list(range(len(journal), len(journal) + len(entries)))
        journal += [request for request, _ in entries]

    def judge(self) -> Counter[str]:
        """What the clients were told, held against what may be lost; counts of both."""
        eventually(self._is_alike, "all nodes remember the same", LONG)
        self._read_journal()
        host_of = {name: name.rpartition("-")[0] for name in self._default}
        counts = judge_default(self._default, host_of, self.kills, self._lives, REDIS)
        redis = [kill for kill in self.kills if REDIS in kill.hosts]
        for host, client in self._sessions.values():
            judge_session(client, [kill for kill in self.kills if host in kill.hosts], redis)
        ended = sum(bool(one.statuses.keys() & {404, 410}) for _, one in self._sessions.values())
        return counts + Counter({"sessions": len(self._sessions), "sessions that ended": ended})

    def _is_alike(self) -> bool:
        """Whether all nodes have the same journal, and go on from the same place in the sequence."""
        path = "/sessions/default/journal?limit=1000"
        answers = [self._nodes.control(name, "GET", path) for name in NODES]
        return all(one.status_code == 200 and one.json() == answers[0].json() for one in answers)


@pytest.mark.parametrize("seed", [20])
def test_a_hundred_kills_lose_what_the_page_says_and_double_nothing(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """Whoever it hits, while others come back: each number once, in order, and every loss is a named one."""
    need_hosts("redis-server")
    cassette = numbers(tmp_path / "numbers.yaml", STEPS)
    options = ("--validation", "off", "--after-last", "fail")
    with Nodes(tmp_path, cassette, *options, more={WITH_WORKERS: ("--workers", str(WORKERS))}) as nodes:
        clients = {f"{name}-{number}": nodes.urls[name] for name in NODES for number in range(CLIENTS)}
        with Load(nodes.client, clients, PAUSE) as load:
            run = Run(nodes, load, seed)
            run.go()
        counts = run.judge()
        following = [int(nodes.ask(name).text) for name in NODES]
        assert following == [following[0] + turn for turn in range(len(NODES))], "nodes stand at one place"
    for what, count in counts.items():
        record_property(what, count)
    assert counts["sessions that ended"]
    assert counts["connections broken"]
