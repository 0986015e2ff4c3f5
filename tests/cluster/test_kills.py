"""Workers that are killed under load: what is lost is what docs/scale.md says, and nothing is doubled."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import orjson
import pytest

from mockapi.server import Settings
from mockapi.validation import ValidationSettings
from tests.support.process import Serving
from tests.support.server import (
    RawClient,
    control,
    eventually,
    interaction,
    journal,
    message,
    open_session,
    write_cassette,
)
from tests.support.workers import WorkersServer, workers_of

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(3600)]

KILLS = 100
CLIENTS = 3
PAUSE = 0.05
"""Seconds after which a client that was told to come later does."""
STEPS = 200
TEMPLATE_KILLS = 20
TEMPLATE_EVERY = 2
"""So often what workers are forked from is killed as well, where that is a process of its own."""
SETTINGS = ("--validation", "off", "--on-unmatched", "fail", "--after-last", "fail")


class Program:
    """`mockapi serve --workers 2`, whose supervisor forks workers itself.

    Args:
        serving: the program.
    """

    def __init__(self, serving: Serving) -> None:
        self.base_url = serving.url
        self._supervisor = serving.process.pid
        self._pids = workers_of(self._supervisor)

    def pid_of(self, worker: int) -> int:
        """The process id of a worker, where at most one has been replaced since somebody asked."""
        living = workers_of(self._supervisor)
        for number, pid in enumerate(self._pids):
            if pid not in living:
                (self._pids[number],) = set(living) - set(self._pids)
        return self._pids[worker]


class Seen(NamedTuple):
    """What clients of a session saw.

    Attributes:
        bodies: of the replies that came whole.
        statuses: of all that came.
        broken: requests whose connection broke: they may have been answered, or not.
    """

    bodies: Counter[bytes]
    statuses: Counter[int]
    broken: list[int]


def ask_on(base_url: str, seen: Seen, stop: threading.Event) -> None:
    """Ask for the next step again and again, each time on a connection of its own, until the session ends."""
    body = orjson.dumps(message("step"))
    while not stop.is_set() and not seen.statuses[410]:
        try:
            with RawClient(base_url) as client:
                client.ask("POST", "/v1/messages", body)
                reply = client.read()
        except (OSError, EOFError):
            seen.broken.append(1)
            stop.wait(PAUSE)
            continue
        seen.statuses[reply.status] += 1
        if reply.status == 200:
            seen.bodies[reply.body] += 1
        elif reply.status == 503:  # as it is told: later
            stop.wait(PAUSE)


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The steps of a session."""
    steps = [interaction(message("step"), b"step %d" % number) for number in range(STEPS)]
    return write_cassette(tmp_path_factory.mktemp("steps") / "a.yaml", *steps)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are forked from a template")
def test_a_hundred_kills_lose_what_the_page_says_and_double_nothing(
    cassette: str, record_property: Callable[[str, object], None]
) -> None:
    """Each step of a session is answered at most once; what is missing broke, or ended with its session."""
    dice = random.Random(7)
    total: Counter[str] = Counter()
    with Serving("serve", cassette, "--workers", "2", "--port", "0", *SETTINGS) as serving:
        server = Program(serving)
        assert serving.process.stderr is not None
        reading = threading.Thread(target=serving.process.stderr.read)  # a pipe that is full stops who writes
        reading.start()
        for _ in range(KILLS):
            total += _one_kill(server, dice.randrange(2), dice.random() * 0.2)
        serving.process.terminate()
        reading.join()
    for what, count in total.items():
        record_property(what, count)


def test_a_template_that_is_killed_loses_nothing_more(cassette: str) -> None:
    """The same holds where what workers are forked from is killed just before a worker."""
    settings = Settings(validation=ValidationSettings(mode="off"), on_unmatched="fail", after_last="fail")
    dice = random.Random(7)
    with WorkersServer([cassette], settings=settings) as server:
        for number in range(TEMPLATE_KILLS):
            if number % TEMPLATE_EVERY == 0:
                os.kill(server.supervisor.template_pid, signal.SIGKILL)
            _one_kill(server, dice.randrange(2), dice.random() * 0.2)


def _one_kill(server: Program | WorkersServer, killed: int, after: float) -> Counter[str]:
    """Kill a worker under load, and judge what its clients saw; what was answered and what was lost."""
    sessions: list[tuple[str, str, Seen]] = []
    while {id_[1] for id_, _, _ in sessions} != {"0", "1"}:
        with suppress(OSError, AssertionError):  # a worker that is still being replaced
            opened = open_session(server)
            sessions.append((opened["id"], opened["base_url"], Seen(Counter(), Counter(), [])))
    stop = threading.Event()
    threads = [
        threading.Thread(target=ask_on, args=(base_url, seen, stop))
        for _, base_url, seen in sessions
        for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    stop.wait(after)
    os.kill(server.pid_of(killed), signal.SIGKILL)
    lost = [seen for id_, _, seen in sessions if id_.startswith(f"w{killed}.")]
    eventually(lambda: all(seen.statuses[410] for seen in lost), "the sessions of the dead worker are gone")
    stop.set()
    for thread in threads:
        thread.join()
    for id_, _, seen in sessions:
        assert max(seen.bodies.values(), default=0) <= 1, "a step was answered twice"
        assert set(seen.statuses) <= {200, 410, 422, 503}
        if seen in lost:
            continue
        assert not seen.statuses[410], "a session that is alive was given up"
        entries = journal(server, id_, limit=1000)
        recorded = [entry["recording"]["interaction"] for entry in entries if entry["recording"] is not None]
        assert len(recorded) == len(set(recorded)), "a step was played twice"
        told = {int(body.removeprefix(b"step ")) for body in seen.bodies}
        assert told <= set(recorded), "a reply is missing in the journal"
        # What was played and never came whole went to a connection that broke.
        assert len(set(recorded) - told) <= len(seen.broken)
        assert control(server, f"/sessions/{id_}", method="DELETE").status_code == 200
    return Counter(
        {
            "sessions that went on": len(sessions) - len(lost),
            "sessions that ended with their worker": len(lost),
            "replies that came": sum(seen.statuses[200] for _, _, seen in sessions),
            "requests whose connection broke": sum(len(seen.broken) for _, _, seen in sessions),
            "requests told to come later": sum(seen.statuses[503] for _, _, seen in sessions),
        }
    )
