"""Clocks that tests freeze do not stop a paced stream, whoever froze them and whenever."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import freezegun
import orjson
import pytest
import time_machine

from mockapi import _clock
from tests.support.server import PATIENCE, RawClient, message, paced, serving, write_cassette

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

pytestmark = pytest.mark.slow  # each test starts a server in a process of its own

THEN = "2026-01-02T03:04:05Z"
ASKED = message("hi")
PIECES = [(0.03, b"data: 1\n\n"), (0.03, b"data: 2\n\n"), (0.03, b"data: 3\n\n")]


def frozen(library: str) -> AbstractContextManager[object]:
    """Time stands still, by one library or the other."""
    if library == "freezegun":
        return freezegun.freeze_time(THEN)
    return time_machine.travel(THEN, tick=False)


def real() -> float:
    """The system's monotonic clock, which neither library touches."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def stream(base_url: str) -> None:
    """Read the paced stream, and see that it took its time."""
    with RawClient(base_url) as client:
        started = real()
        client.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        body = client.read().body
    assert body == b"".join(data for _, data in PIECES)
    assert real() - started >= 0.085


@pytest.mark.parametrize("library", ["freezegun", "time-machine"])
@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
@pytest.mark.parametrize("when", ["before the server starts", "while it runs"])
def test_a_stream_goes_on_while_time_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, loop: str, when: str
) -> None:
    """Delays are real on both event loops; a server starts, streams and stops in frozen time."""
    if loop == "asyncio":
        monkeypatch.setitem(sys.modules, "uvloop", None)  # importing it fails now
    cassette = write_cassette(tmp_path / "a.yaml", paced(ASKED, PIECES))
    if when == "while it runs":
        with serving(cassette, speed=1) as server, frozen(library):
            assert type(server._running._loop).__module__.startswith(loop)
            stream(server.base_url)
    else:
        with frozen(library), serving(cassette, speed=1) as server:
            stream(server.base_url)


IMPORTED_FROZEN = f"""
import sys, time
if {{loop!r}} == "asyncio":
    sys.modules["uvloop"] = None
if {{library!r}} == "freezegun":
    import freezegun
    freezegun.freeze_time({THEN!r}).start()
else:
    import time_machine
    time_machine.travel({THEN!r}, tick=False).start()
assert "mockapi" not in sys.modules
from tests.server.test_frozen_clocks import stream
from tests.support.server import serving
with serving({{cassette!r}}, speed=1) as server:
    stream(server.base_url)
print("streamed")
"""


@pytest.mark.parametrize("library", ["freezegun", "time-machine"])
@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_a_stream_goes_on_where_time_stood_still_before_the_import(
    tmp_path: Path, library: str, loop: str
) -> None:
    """A test session that freezes time before it first imports mockapi is no trap."""
    cassette = write_cassette(tmp_path / "a.yaml", paced(ASKED, PIECES))
    code = IMPORTED_FROZEN.format(library=library, loop=loop, cassette=cassette)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.stdout, done.returncode) == ("streamed\n", 0), done.stderr


@pytest.mark.parametrize("library", ["freezegun", "time-machine"])
def test_the_clocks_run_in_frozen_time(library: str) -> None:
    """Both clocks go on; the wall clock does not jump to where the test has travelled."""
    now = time.time()
    with frozen(library):
        first, first_wall = _clock.monotonic(), _clock.wall()
        while real() == first:
            pass
        assert _clock.monotonic() > first
        assert _clock.wall() > first_wall
        assert abs(first_wall - now) < 60


def test_freezegun_does_stop_the_clocks_of_the_standard_library() -> None:
    """The reason for all this: neither `monotonic` nor `perf_counter` can be trusted in a test."""
    with freezegun.freeze_time(THEN):
        assert time.monotonic() == time.monotonic()
        assert time.perf_counter() == time.perf_counter()
