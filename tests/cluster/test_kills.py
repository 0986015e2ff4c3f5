"""Workers that are killed under load: what is lost is what docs/scale.md says, and nothing is doubled."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import orjson
import pytest

from mockapi.server import Settings
from mockapi.validation import ValidationSettings
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
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(3600)]

KILLS = 100
CLIENTS = 3
PAUSE = 0.05
"""Seconds after which a client that was told to come later does."""
STEPS = 200
TEMPLATE_EVERY = 10
"""So often what workers are forked from is killed as well."""


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


def test_a_hundred_kills_lose_what_the_page_says_and_double_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each step of a session is answered at most once; what is missing broke, or ended with its session."""
    steps = [interaction(message("step"), b"step %d" % number) for number in range(STEPS)]
    cassette = write_cassette(tmp_path / "a.yaml", *steps)
    settings = Settings(validation=ValidationSettings(mode="off"), on_unmatched="fail", after_last="fail")
    dice = random.Random(7)
    total: Counter[str] = Counter()
    with WorkersServer([cassette], settings=settings) as server:
        for number in range(KILLS):
            if number % TEMPLATE_EVERY == 0:
                os.kill(server.supervisor.template_pid, signal.SIGKILL)
            total += _one_kill(server, dice.randrange(2), dice.random() * 0.2)
    for what, count in total.items():
        record_property(what, count)


def _one_kill(server: WorkersServer, killed: int, after: float) -> Counter[str]:
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
