"""`mockapi serve` as a process: the ready line, options and environment, signals, the report."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest

from tests.support.process import Serving, command, environment, mockapi, run
from tests.support.server import (
    PATIENCE,
    RawClient,
    ask,
    interaction,
    message,
    paced,
    write_cassette,
)

if TYPE_CHECKING:
    from pathlib import Path

ASKED = message("hi")


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """A cassette with two replies to one request, and one that nobody asks for."""
    return write_cassette(
        tmp_path / "a.yaml",
        interaction(ASKED, b"one"),
        interaction(ASKED, b"two"),
        interaction(message("never"), b"never"),
    )


def test_stdout_has_the_ready_line_and_the_pages_and_nothing_else(cassette: str) -> None:
    """Other tools wait for this very line; everything for people goes to stderr."""
    with Serving("serve", cassette, "--port", "0", "--validation", "off") as server:
        assert ask(server.url, ASKED).content == b"one"
        assert ask(server.url, message("a miss")).status_code == 422
        outcome = server.stop()
    assert server.before == ""
    assert outcome.out.startswith(f"see what happens: {server.url}/_mockapi/ui#token=")
    assert outcome.out.count("\n") == 1
    assert server.url.startswith("http://127.0.0.1:")
    assert "playing 3 interactions of 1 cassette" in outcome.err
    assert "no recording matches POST /v1/messages" in outcome.err


@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM])
def test_a_signal_ends_it_well_and_the_report_is_written(
    cassette: str, tmp_path: Path, number: signal.Signals
) -> None:
    """Exit code 0, no traceback, and the report names what was played and what was not."""
    report = tmp_path / "report.json"
    with Serving("serve", cassette, "--port", "0", "--report", str(report)) as server:
        ask(server.url, ASKED)
        outcome = server.stop(number)
    assert outcome.code == 0
    assert "Traceback" not in outcome.err
    written = json.loads(report.read_text())
    assert written["mockapi_report"] == 1
    assert [item["interaction"] for item in written["played"]] == [0]
    assert [item["interaction"] for item in written["not_played"]] == [1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_streams_in_flight_do_not_hold_up_the_end(tmp_path: Path, number: signal.Signals) -> None:
    """A stream of an hour is cut off; the process ends at once, with 0 and without a complaint."""
    cassette = write_cassette(
        tmp_path / "a.yaml", paced(ASKED, [(0.0, b"data: 1\n\n"), (3600.0, b"data: 2\n\n")])
    )
    with (
        Serving("serve", cassette, "--port", "0", "--speed", "1") as server,
        RawClient(server.url) as client,
        RawClient(server.url) as uploading,
    ):
        client.ask("POST", "/v1/messages", orjson.dumps(ASKED))
        client.read_head()
        client.read_piece()
        uploading.ask("POST", "/v1/messages", b"{", ("content-length", "1000"))
        outcome = server.stop(number)
        assert client.read_to_end()[0] == b"", "not even the end of the chunks: it was not whole"
    assert outcome.code == 0
    assert "Traceback" not in outcome.err
    assert "Cancel" not in outcome.err


@pytest.mark.slow
def test_each_option_is_an_environment_variable(cassette: str, tmp_path: Path) -> None:
    """`--after-last` is MOCKAPI_AFTER_LAST; cassettes are separated as in PATH; the command line wins."""
    other = write_cassette(tmp_path / "b.yaml", interaction(message("b"), b"from b"))
    env = {
        "MOCKAPI_CASSETTES": os.pathsep.join([cassette, other]),
        "MOCKAPI_PORT": "0",
        "MOCKAPI_AFTER_LAST": "fail",
        "MOCKAPI_SPEED": "3",
        "MOCKAPI_CONVERT": "1",
        "MOCKAPI_IGNORE": "$.metadata",
        "MOCKAPI_VALIDATION": "off",
        "MOCKAPI_VERBOSE": "1",
    }
    with Serving("serve", "--speed", "5", env=env) as server:
        shown = httpx.get(f"{server.url}/_mockapi/sessions/default").json()["settings"]
        assert (shown["speed"], shown["after_last"], shown["convert"]) == (5, "fail", True)
        assert ask(server.url, message("b") | {"metadata": {}}).content == b"from b"
        assert [ask(server.url, ASKED).status_code for _ in range(3)] == [200, 200, 422]
        assert "POST /v1/messages -> 200 recorded" in server.stop().err


def test_without_cassettes_the_starter_cassettes_are_played() -> None:
    """A first `mockapi serve` has something to say."""
    with Serving("serve", "--port", "0") as server:
        health = httpx.get(f"{server.url}/_mockapi/health").json()
    assert health["status"] == "ok"
    assert health["interactions"] > 10


@pytest.mark.slow
def test_it_listens_where_it_is_told(cassette: str) -> None:
    """On a port of one's choice, on IPv6, and on any loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Serving("serve", cassette, "--port", str(port)) as server:
        assert server.url == f"http://127.0.0.1:{port}"
    with Serving("serve", cassette, "--port", "0", "--host", "::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert ask(server.url, ASKED).content == b"one"


@pytest.mark.parametrize("command_name", ["serve", "exec"])
def test_a_taken_port_is_an_error_that_suggests_a_free_one(cassette: str, command_name: str) -> None:
    """Exit code 2, in words."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        rest = ("--", "true") if command_name == "exec" else ()
        outcome = mockapi(command_name, cassette, "--port", str(port), *rest)
    assert outcome.code == 2
    assert f"Port {port} on 127.0.0.1 is taken" in outcome.err
    assert "--port 0" in outcome.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--port", "70000"], "70000"),
        (["--port", "http"], "http"),
        (["--host", ""], "empty"),
        (["--host", "203.0.113.7"], "Cannot listen on 203.0.113.7"),
        (["--host", "no such host"], "Cannot listen on"),
        (["--host", "ü" * 70], "is not a host name"),
        (["--speed", "0"], "factor above 0"),
        (["--speed", "nan"], "factor above 0"),
        (["--speed", "fast"], "factor above 0"),
        (["--after-last", "stop"], "repeat"),
        (["--substitute", "dates"], "Did you mean `date`?"),
        (["--substitute", "=x"], "needs a name"),
        (["--substitute", "a=("], "regular expression"),
        (["--ignore", "$[["], "must be a JSON path"),
        (["--compare", "half"], "last-turn"),
        (["--on-unmatched", "guess"], "fail"),
        (["--no-such-option"], "--no-such-option"),
        (["--report"], "--report"),
        (["--report", "no/such/folder/report.json"], "there is no folder"),
        (["--cors", "localhost:5173"], "must be * or an origin"),
        (["--cors", "http://localhost:5173/"], "must be * or an origin"),
    ],
)
def test_an_option_that_cannot_work_is_exit_code_2_in_words(
    cassette: str, args: list[str], words: str
) -> None:
    """What came, and what could be written instead; never a traceback."""
    outcome = mockapi("serve", cassette, *args)
    assert outcome.code == 2
    assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""


def test_a_json_path_that_is_none_is_told_in_one_line(cassette: str) -> None:
    """With the path that came; no drawing of where its parser stopped."""
    outcome = mockapi("serve", cassette, "--ignore", "$..[")
    (line,) = outcome.err.splitlines()
    assert "must be a JSON path; got '$..['" in line


def test_a_folder_without_cassettes_is_told(tmp_path: Path) -> None:
    """Nothing to play is no error, as they may be loaded later, but nobody should have to guess."""
    with Serving("serve", str(tmp_path), "--port", "0") as server:
        outcome = server.stop()
    assert outcome.code == 0
    assert f"there is no .yaml or .yml file in {tmp_path}" in outcome.err


@pytest.mark.slow
def test_a_report_that_cannot_be_written_is_an_error(cassette: str, tmp_path: Path) -> None:
    """Exit code 2 at the end, with the path and the reason."""
    folder = tmp_path / "reports"
    folder.mkdir()
    with Serving("serve", cassette, "--port", "0", "--report", str(folder / "report")) as server:
        folder.rmdir()
        outcome = server.stop()
    assert outcome.code == 2
    assert "The report cannot be written" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.slow
def test_a_folder_that_was_deleted_underneath_is_no_trap(cassette: str, tmp_path: Path) -> None:
    """Served from a working folder that is not there any more."""
    place = tmp_path / "gone"
    place.mkdir()
    code = f"cd {place} && rmdir {place} && exec " + " ".join(command("serve", cassette, "--port", "0"))
    process = subprocess.Popen(
        ["/bin/sh", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("mockapi ready on ")
    finally:
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err


@pytest.mark.slow
def test_a_signal_that_comes_early_is_not_lost(cassette: str) -> None:
    """Whenever SIGTERM comes, the process ends: it must not go on serving for ever."""
    for delay in (0.05, 0.15, 0.25, 0.35, 0.45):
        process = subprocess.Popen(
            command("serve", cassette, "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(delay)
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode in {0, -signal.SIGTERM, 128 + signal.SIGTERM}, err
        assert b"Traceback" not in err


@pytest.mark.slow
def test_a_reader_of_its_words_that_leaves_does_not_stop_it(cassette: str) -> None:
    """Stderr may be a pipe to something that ended."""
    with Serving("serve", cassette, "--port", "0", "-v") as server:
        assert server.process.stderr is not None
        server.process.stderr.close()
        server.process.stderr = None
        for _ in range(3):
            assert ask(server.url, ASKED).status_code == 200
        assert ask(server.url, ASKED, "/v1/v1/messages").status_code == 404


def test_the_module_runs_as_the_command_does() -> None:
    """`python -m mockapi` is `mockapi`."""
    outcome = run("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("mockapi, version ")
