"""The supervisor: the ends of a run."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path

import orjson
import pytest

from mockapi.cluster import _restarts
from mockapi.server import Console, Settings
from tests.support.server import RawClient, control, eventually, message, paced, write_cassette
from tests.support.workers import WorkersServer


@pytest.mark.slow
def test_a_worker_that_cannot_take_a_place_breaks_off_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the others send while the server ends comes whole, though another one fails at that moment."""
    monkeypatch.setattr(_restarts, "_PAUSE", 0.0)  # one is nearly always being tried
    cassette = Path(write_cassette(tmp_path / "a.yaml", paced(message("hi"), [(0, b"a"), (1.0, b"b")])))
    told = io.StringIO()
    with WorkersServer(
        [str(cassette)], settings=Settings(speed=1), drain=60, console=Console(told)
    ) as server:
        control(server, "/cassettes/reload", method="POST")  # whoever comes later reads the file, too
        cassette.write_text("interactions: [1")
        os.kill(server.pid_of(1), signal.SIGKILL)
        eventually(lambda: "could not take another's place" in told.getvalue(), "it is tried again")
        with RawClient(server.base_url) as client:
            client.ask("POST", "/v1/messages", orjson.dumps(message("hi")))
            assert client.read_head().status == 200
            assert client.read_piece() == b"a"
            server.supervisor.stop()
            assert client.read_piece() == b"b"
    assert server.failure is None
    assert server.outcome is not None


@pytest.mark.slow
def test_nothing_is_left_of_a_server_that_has_ended() -> None:
    """No process, no folder; a second end is harmless."""
    with WorkersServer(workers=3) as server:
        pids = server.supervisor.pids
        folder = Path(server.supervisor._plan.folder)
        assert sorted(pids) == [0, 1, 2]
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o077 == 0
    server.supervisor.stop()
    assert not folder.exists()
    for pid in pids.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
