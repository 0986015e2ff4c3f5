"""The process that workers are forked from, where that is not the supervisor's: what its end costs."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import orjson
import pytest

from mockapi.cluster import _process, _restarts
from mockapi.server import Console, Settings
from tests.support.server import RawClient, control, eventually, interaction, message, paced, write_cassette
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # starts workers


@pytest.fixture
def told() -> io.StringIO:
    """What the supervisor says."""
    return io.StringIO()


@pytest.fixture
def running(tmp_path: Path, told: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkersServer]:
    """A server that tries again soon."""
    monkeypatch.setattr(_restarts, "_TEMPLATE_PAUSE", 0.1)
    cassette = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))
    with WorkersServer([cassette], console=Console(told)) as server:
        yield server


def is_there(pid: int) -> bool:
    """Whether a process has not ended, or nobody has asked how it did."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def break_cassette(tmp_path: Path, _monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """Break the cassette; returns what mends it."""
    cassette = tmp_path / "a.yaml"
    good = cassette.read_text()
    cassette.write_text("interactions: [1")
    return lambda: cassette.write_text(good)


def break_program(_tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """Have templates end before they have read; returns what mends them."""
    good = _process._PROGRAM
    monkeypatch.setattr(_process, "_PROGRAM", "raise SystemExit(3)")
    return lambda: monkeypatch.setattr(_process, "_PROGRAM", good)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (break_cassette, "cannot be replaced: "),
        (break_program, "cannot be replaced: it ended with exit code 3."),
    ],
)
def test_one_that_cannot_be_replaced_costs_nothing_until_a_worker_ends(
    running: WorkersServer,
    tmp_path: Path,
    told: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    broken: Callable[[Path, pytest.MonkeyPatch], Callable[[], object]],
    words: str,
) -> None:
    """The workers serve on, it is told once, and tried again until it works; then workers are replaced."""
    mend = broken(tmp_path, monkeypatch)
    template, worker = running.supervisor.template_pid, running.pid_of(1)
    os.kill(template, signal.SIGKILL)
    again = f"the process that workers are forked from {words}"
    eventually(lambda: again in told.getvalue(), "it is told")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: f"worker 1 (process {worker})" in told.getvalue(), "a worker has ended, too")
    with RawClient(running.base_url) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message("hi")))
        assert client.read().body == b"ok"
    assert control(running, "/sessions").status_code == 503  # all workers have to say theirs
    mend()
    eventually(lambda: control(running, "/sessions").status_code == 200, "both are replaced")
    assert told.getvalue().count(again) == 1
    assert "It is tried again every five seconds." in told.getvalue()


def test_one_that_is_killed_while_the_server_ends_is_not_missed(tmp_path: Path) -> None:
    """What is in flight comes to its end, and what was played is told."""
    cassette = write_cassette(tmp_path / "a.yaml", paced(message("hi"), [(0, b"a"), (3600, b"b")]))
    with WorkersServer([cassette], settings=Settings(speed=1), drain=60) as server:
        template = server.supervisor.template_pid
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", orjson.dumps(message("hi")))
            assert client.read_head().status == 200
            assert client.read_piece() == b"a"
            server.supervisor.stop()
            os.kill(template, signal.SIGKILL)

            eventually(lambda: not is_there(template), "the supervisor has seen it")
            server.stop()
    assert server.failure is None
    assert server.outcome is not None
    assert server.outcome.played == {(cassette, 0)}
