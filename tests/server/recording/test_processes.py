"""Recording by several processes, under load, and killed in the middle of it."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest

from tests.support.process import Serving
from tests.support.recording import recorded
from tests.support.server import PATIENCE, message, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import mockapi
    from mockapi.cassettes import Interaction

CLIENTS = 50
KILLS = 200
KEY = "sk-ant-api03-" + "Zq7" * 12


@pytest.fixture(scope="module")
def upstream() -> Iterator[mockapi.Server]:
    """A server that answers every request, each with another reply."""
    with serving(on_unmatched="synthesize") as server:
        yield server


def _record(upstream: mockapi.Server, to: Path) -> Serving:
    return Serving("record", "--upstream", upstream.base_url, "--to", str(to), "--port", "0")


def _asked(interaction: Interaction) -> str:
    return str(orjson.loads(interaction.request.body)["messages"][0]["content"])


@pytest.mark.slow
def test_two_processes_and_fifty_clients_write_one_file(upstream: mockapi.Server, tmp_path: Path) -> None:
    """Every interaction stands once in the file, with its own reply, whoever wrote it."""
    file = tmp_path / "r" / "both.yaml"
    with _record(upstream, file) as one, _record(upstream, file) as two:

        def work(number: int) -> dict[str, bytes]:
            replies = {}
            with httpx.Client(
                base_url=(one, two)[number % 2].url, timeout=60, trust_env=False, verify=False
            ) as client:
                for turn in range(4):
                    text = f"client {number} turn {turn}"
                    body = {**message(text), "stream": turn % 2 == 0}
                    replies[text] = client.post("/v1/messages", json=body).content
            return replies

        with ThreadPoolExecutor(CLIENTS) as pool:
            replies = {text: body for done in pool.map(work, range(CLIENTS)) for text, body in done.items()}
        outcomes = [server.stop() for server in (one, two)]
    assert [outcome.code for outcome in outcomes] == [0, 0]
    assert "100 recorded" in outcomes[0].err
    interactions = recorded(file).interactions
    assert len(interactions) == len(replies) == CLIENTS * 4
    assert {_asked(item): item.response.body for item in interactions} == replies
    assert not list((tmp_path / "r").glob(".*.tmp"))


class _Load:
    """Clients that go on asking until the server is gone; what each of them has got to its end."""

    def __init__(self, base_url: str, clients: int) -> None:
        self.finished: dict[str, bytes] = {}
        self.begun = threading.Event()
        self._base_url = base_url
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self._base_url, timeout=PATIENCE, trust_env=False, verify=False) as client:
            for turn in range(10_000):
                text = f"client {number} turn {turn}"
                body = {**message(text), "system": f"the key is {KEY}", "stream": bool(turn % 2)}
                try:
                    self.finished[text] = client.post("/v1/messages", json=body).content
                except httpx.HTTPError:
                    return
                self.begun.set()

    def join(self) -> None:
        """Wait until all have noticed."""
        for thread in self._threads:
            thread.join(PATIENCE)


def _killed_under_load(upstream: mockapi.Server, folder: Path, seconds: float) -> int:
    """Kill a recorder; check what it left. How many interactions were finished."""
    with _record(upstream, folder) as server:
        load = _Load(server.url, clients=6)
        assert load.begun.wait(PATIENCE)
        threading.Event().wait(seconds)  # a random moment, not an event
        server.process.kill()
        load.join()
    kept = {_asked(item): item.response.body for item in recorded(folder).interactions}
    for text, body in load.finished.items():
        assert kept.get(text) == body, f"{text} was finished and is not in the file"
    for file in folder.glob("**/*") if folder.exists() else ():
        assert KEY.encode() not in file.read_bytes()
    return len(load.finished)


@pytest.mark.slow
def test_a_killed_recorder_leaves_whole_files(upstream: mockapi.Server, tmp_path: Path) -> None:
    """SIGKILL in the middle of it: what a client has got to its end is in the file, and the file loads.

    The next recorder goes on with the folder, and clears away what was left lying there.
    """
    folder = tmp_path / "r"
    assert _killed_under_load(upstream, folder, 0.2) > 0
    (folder / ".recorded-001.yaml.0123.tmp").write_bytes(b"mockapi_cassette: 1\ninter")
    before = len(recorded(folder).interactions)
    with _record(upstream, folder) as server:
        assert (
            httpx.post(f"{server.url}/v1/messages", json=message("after"), timeout=PATIENCE).status_code
            == 200
        )
    assert len(recorded(folder).interactions) == before + 1
    assert not list(folder.glob(".*.tmp"))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_two_hundred_killed_recorders_leave_whole_files(upstream: mockapi.Server, tmp_path: Path) -> None:
    """The same at two hundred random moments."""
    moments = random.Random(20261122)
    finished = sum(
        _killed_under_load(upstream, tmp_path / str(run), moments.uniform(0.01, 0.6)) for run in range(KILLS)
    )
    assert finished > KILLS
