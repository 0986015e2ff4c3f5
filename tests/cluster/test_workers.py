"""Several workers are one server: every session from every connection, and what ends with a worker."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest

from mockapi.errors import CassetteError, UsageError
from mockapi.replies.faults import OrderedFault
from mockapi.replies.scripts import parse_script
from mockapi.server import Console, Settings
from mockapi.validation import ValidationSettings
from tests.support.server import (
    RawClient,
    ask,
    control,
    eventually,
    interaction,
    journal,
    message,
    write_cassette,
)
from tests.support.workers import WorkersServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONNECTIONS = 12
"""So many fresh connections meet both workers, but for one run in some thousand."""


@pytest.fixture(scope="module")
def told() -> io.StringIO:
    """What the supervisor says."""
    return io.StringIO()


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory, told: io.StringIO) -> Iterator[WorkersServer]:
    """Two workers that play a sequence of three replies."""
    folder = tmp_path_factory.mktemp("workers")
    recorded = [interaction(message("hi"), b"%d" % number) for number in range(3)]
    recorded.append(interaction(message("alone"), b"alone"))
    cassette = write_cassette(folder / "a.yaml", *recorded)
    settings = Settings(validation=ValidationSettings(mode="off"), on_unmatched="fail")
    server = WorkersServer([cassette], settings=settings, allowed_folders=["/"], console=Console(told))
    with server as running:
        yield running


def opened(workers: WorkersServer, worker: int) -> tuple[str, str]:
    """A session of one of the workers: its id and its base URL."""
    while True:
        session = control(workers, "/sessions", {}, method="POST").json()
        if session["id"].startswith(f"w{worker}."):
            return session["id"], session["base_url"]


def answers(base_url: str, times: int) -> list[bytes]:
    """What a request gets, each time on a connection of its own."""
    return [sent(base_url, "hi") for _ in range(times)]


def sent(base_url: str, text: str, *headers: tuple[str, str]) -> bytes:
    """What a request gets on a connection of its own."""
    with RawClient(base_url) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message(text)), *headers)
        return client.read().body


def status(base_url: str) -> int | None:
    """What a request gets; None for a connection that ends with its worker."""
    try:
        return ask(base_url, message("hi")).status_code
    except httpx.TransportError:
        return None


@pytest.mark.parametrize("worker", [0, 1])
def test_a_session_is_one_from_every_connection(workers: WorkersServer, worker: int) -> None:
    """Its order and its journal do not depend on where a connection landed."""
    id_, base_url = opened(workers, worker)
    assert answers(base_url, CONNECTIONS) == [b"0", b"1", *[b"2"] * (CONNECTIONS - 2)]
    entries = journal(workers, id_)
    assert [entry["number"] for entry in entries] == [*range(1, CONNECTIONS + 1)]
    assert all(entry["reply"]["complete"] and entry["reply"]["seconds"] is not None for entry in entries)


def test_the_default_session_is_one_though_all_workers_play_for_it(workers: WorkersServer) -> None:
    """What needs none of its memory is played where it arrives; its journal has all, in order, once."""
    control(workers, "/sessions/default/reset", method="POST")
    before = control(workers, "/sessions/default").json()["requests"]
    for number in range(2 * CONNECTIONS):
        assert sent(workers.base_url, "alone", ("x-number", str(number))) == b"alone"
        if number == CONNECTIONS:
            assert len(journal(workers)) == CONNECTIONS + 1
    entries = journal(workers)
    assert [entry["number"] - before for entry in entries] == [*range(1, 2 * CONNECTIONS + 1)]
    asked = [dict(entry["request"]["headers"])["x-number"] for entry in entries]
    assert asked == [str(number) for number in range(2 * CONNECTIONS)]
    assert all(entry["reply"]["complete"] for entry in entries)
    assert control(workers, "/sessions/default").json()["played"] == 1


def test_a_script_takes_over_at_every_worker(workers: WorkersServer) -> None:
    """What was played where it arrived counts against the script's limit of requests again."""
    for _ in range(CONNECTIONS):
        sent(workers.base_url, "alone")
    control(workers, "/sessions/default/reset", method="POST")
    control(workers, "/sessions/default/script", {"replies": [{"text": "no"}]}, method="POST")
    try:
        for _ in range(CONNECTIONS):
            sent(workers.base_url, "alone")
        assert control(workers, "/sessions/default").json()["played"] == 1
    finally:
        control(workers, "/sessions/default/script", method="DELETE")


def test_lists_and_numbers_are_those_of_all_workers(workers: WorkersServer) -> None:
    """Any worker lists the sessions of all and counts them; the default session is one."""
    ids = {opened(workers, worker)[0] for worker in (0, 1)}
    for _ in range(CONNECTIONS):
        with RawClient(workers.base_url) as client:
            client.ask("GET", "/_mockapi/sessions")
            listed = client.read().json()["sessions"]
            client.ask("GET", "/_mockapi/health")
            numbers = client.read().json()
        assert ids < {session["id"] for session in listed}
        assert [session["id"] for session in listed].count("default") == 1
        assert numbers["sessions"] == len(listed)


def test_cassettes_are_loaded_everywhere_or_nowhere(workers: WorkersServer, tmp_path: Path) -> None:
    """A bad file changes nothing at any worker; a good one is played by all."""
    before = control(workers, "/cassettes").json()["paths"]
    (tmp_path / "bad.yaml").write_text("mockapi_cassette: 1\ninteractions: 3\n")
    assert control(workers, "/cassettes", {"paths": [str(tmp_path)]}, method="PUT").status_code == 422
    assert answers(opened(workers, 1)[1], 1) == [b"0"]
    good = write_cassette(tmp_path / "bad.yaml", interaction(message("hi"), b"other"))
    try:
        assert control(workers, "/cassettes", {"paths": [good]}, method="PUT").status_code == 200
        for worker in (0, 1):
            assert answers(opened(workers, worker)[1], CONNECTIONS) == [b"other"] * CONNECTIONS
    finally:
        assert control(workers, "/cassettes", {"paths": before}, method="PUT").status_code == 200


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(workers: WorkersServer, told: io.StringIO) -> None:
    """Its sessions are gone and say why; the others' go on; somebody is told."""
    lost, lost_url = opened(workers, 1)
    _, kept_url = opened(workers, 0)
    assert answers(kept_url, 1) == [b"0"]
    pid = workers.pid_of(1)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: status(lost_url) == 410, "another has taken its place")
    gone = ask(lost_url, message("hi")).json()["error"]
    assert gone["type"] == "mockapi_no_session"
    assert f"The session {lost} ended when its worker did" in gone["message"]
    assert answers(kept_url, 1) == [b"1"]
    assert f"worker 1 (process {pid}) was ended by SIGKILL" in told.getvalue()
    assert opened(workers, 1)[0].startswith("w1.1-")


@pytest.mark.slow
@pytest.mark.parametrize("worker", [0, 1], ids=["the default session's", "another"])
def test_whoever_takes_a_place_plays_what_was_loaded_from_its_first_reply_on(
    worker: int, tmp_path: Path
) -> None:
    """Also where reading that takes a while: nobody hears of it before."""
    played = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"old"))
    with WorkersServer([played], allowed_folders=["/"]) as running:
        many = [interaction(message(f"number {number}"), b"") for number in range(2000)]
        write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"new"), *many)
        assert control(running, "/cassettes/reload", method="POST").status_code == 200
        _, lost_url = opened(running, worker)
        os.kill(running.pid_of(worker), signal.SIGKILL)
        eventually(lambda: status(lost_url) == 410, "another has taken its place")
        assert sent(opened(running, worker)[1], "hi") == b"new"
        assert sent(running.base_url, "hi") == b"new"


@pytest.mark.slow
def test_a_template_that_is_killed_is_replaced(tmp_path: Path) -> None:
    """The workers go on, their ends are told all the same, and those that come later play what they play."""
    played = write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"old"))
    told = io.StringIO()
    with WorkersServer([played], allowed_folders=["/"], console=Console(told)) as running:
        pid = running.supervisor.template_pid
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: f"(process {pid}) was ended by SIGKILL" in told.getvalue(), "it is told")
        assert answers(running.base_url, CONNECTIONS) == [b"old"] * CONNECTIONS
        orphan = running.pid_of(1)
        lost, lost_url = opened(running, 1)
        os.kill(orphan, signal.SIGKILL)
        eventually(lambda: status(lost_url) == 410, "another has taken its place")
        assert f"worker 1 (process {orphan}) has ended" in told.getvalue()
        assert lost.startswith("w1.0-")
        write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"new"))
        assert control(running, "/cassettes/reload", method="POST").status_code == 200
        forked = running.pid_of(1)
        lost, lost_url = opened(running, 1)
        os.kill(forked, signal.SIGKILL)
        eventually(lambda: status(lost_url) == 410, "another has taken its place")
        assert f"worker 1 (process {forked}) was ended by SIGKILL" in told.getvalue()
        assert answers(opened(running, 1)[1], CONNECTIONS) == [b"new"] * CONNECTIONS


@pytest.mark.slow
def test_the_script_of_the_start_is_that_of_all_workers() -> None:
    """One script for all; whoever takes its worker's place plays it from its beginning."""
    texts = ["one", "two", "three"]
    script = parse_script({"replies": [{"text": text} for text in texts]}, str.encode)

    def plays(text: str) -> bool:
        try:
            reply = ask(running.base_url, message("hi"), headers={"connection": "close"})
        except httpx.TransportError:
            return False
        return reply.status_code == 200 and reply.json()["content"][0]["text"] == text

    unchecked = Settings(validation=ValidationSettings(mode="off"))
    with WorkersServer(settings=unchecked, script=script) as running:
        assert [plays(text) for text in texts] == [True] * 3
        os.kill(running.pid_of(0), signal.SIGKILL)
        eventually(lambda: plays("one"), "another has taken its place")
        assert plays("two")


@pytest.mark.slow
def test_what_was_played_is_told_at_the_end(tmp_path: Path) -> None:
    """By any worker, in one report."""
    recorded = [interaction(message(text), text.encode()) for text in ("a", "b", "c")]
    cassette = write_cassette(tmp_path / "a.yaml", *recorded)
    with WorkersServer([cassette], settings=Settings(on_unmatched="fail")) as running:
        for worker, text in ((0, "a"), (1, "b")):
            ask(opened(running, worker)[1], message(text))
    assert running.outcome is not None
    assert running.outcome.played == {(cassette, 0), (cassette, 1)}
    assert [item[:2] for item in running.outcome.recordings] == [(cassette, number) for number in range(3)]


@pytest.mark.slow
def test_what_cannot_be_played_is_told_before_anything_is_served(tmp_path: Path) -> None:
    """As with one process: the same error, with every problem."""
    with (
        pytest.raises(CassetteError, match="there is no such file"),
        WorkersServer([str(tmp_path / "x.yaml")]),
    ):
        raise AssertionError("it serves")


def test_settings_that_cannot_go_to_another_process_are_refused(tmp_path: Path) -> None:
    """A function of the program's own, such as a fault, stays in its process."""
    own = OrderedFault("own", lambda reply: reply)
    with pytest.raises(UsageError, match="stays in its process"):
        WorkersServer([str(tmp_path)], settings=Settings(faults=(own,)))
