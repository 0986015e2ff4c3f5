"""`mockapi exec`: a command with a server of its own, its environment, its signals, its exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mockapi._environment import client_environment
from tests.support.process import at_terminal, command, environment, mockapi, run
from tests.support.server import PATIENCE, interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = [sys.executable, "-c"]
ASK = """
import json, os, urllib.request
request = urllib.request.Request(
    os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", data=json.dumps({asked!r}).encode()
)
print(urllib.request.urlopen(request).read().decode())
"""
READY_AND_WAIT = """
import signal, sys, time
def end(number, _):
    print("got", number, flush=True)
    sys.exit(7)
for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"):
    signal.signal(getattr(signal, name), end)
print("up", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """A cassette with two interactions."""
    return write_cassette(
        tmp_path / "a.yaml", interaction(message("hi"), b"recorded"), interaction(message("never"))
    )


def test_the_help_says_where_the_command_goes() -> None:
    """Behind the cassettes, and once."""
    usage = " ".join(mockapi("exec", "--help").out.split("\n\n")[0].split())
    assert usage == "Usage: mockapi exec [OPTIONS] [CASSETTE|FOLDER]... -- COMMAND [ARG]..."


@pytest.mark.slow
def test_a_client_that_wants_v1_in_its_base_url_is_answered_too(cassette: str) -> None:
    """It reads the same variable as the others, and asks for /messages."""
    code = ASK.format(asked=message("hi")).replace("/v1/messages", "/messages")
    assert run("exec", cassette, "--", *PYTHON, code)[:2] == (0, "recorded\n")


def test_the_command_finds_the_server_and_its_exit_code_is_passed_on(cassette: str, tmp_path: Path) -> None:
    """It asks under ANTHROPIC_BASE_URL and gets what was recorded; the report tells of it."""
    report = tmp_path / "report.json"
    code = ASK.format(asked=message("hi")) + "raise SystemExit(5)"
    outcome = run("exec", cassette, "--report", str(report), "--", *PYTHON, code)
    assert (outcome.code, outcome.out) == (5, "recorded\n")
    written = json.loads(report.read_text())
    assert [item["interaction"] for item in written["played"]] == [0]
    assert [item["interaction"] for item in written["not_played"]] == [1]


@pytest.mark.slow
@pytest.mark.parametrize(("code", "told"), [("pass", True), (ASK.format(asked=message("hi")), False)])
def test_a_command_that_asks_nothing_is_told_of(cassette: str, code: str, *, told: bool) -> None:
    """Its own tests may be green all the same, on somebody else's replies."""
    outcome = run("exec", cassette, "--", *PYTHON, code)
    assert outcome.code == 0
    assert ("The command has made no request to this server." in outcome.err) is told


@pytest.mark.slow
def test_the_environment_is_one_in_which_clients_find_the_server_only(cassette: str) -> None:
    """Base URLs and a test key are set; tokens, headers and profiles are gone; the rest is as it was."""
    env = {
        "ANTHROPIC_BASE_URL": "https://elsewhere.example",
        "ANTHROPIC_API_KEY": "sk-ant-real",
        "ANTHROPIC_AUTH_TOKEN": "token",
        "ANTHROPIC_CUSTOM_HEADERS": "a: b",
        "ANTHROPIC_PROFILE": "work",
        "ANTHROPIC_MODEL": "kept",
        "HTTP_PROXY": "http://proxy.example",
        "NO_PROXY": "internal.example, localhost",
        "no_proxy": "",
    }
    outcome = run(
        "exec", cassette, "--", *PYTHON, "import json, os; print(json.dumps(dict(os.environ)))", env=env
    )
    seen: dict[str, str] = json.loads(outcome.out)
    url = seen["ANTHROPIC_BASE_URL"]
    assert url.startswith("http://127.0.0.1:")
    assert seen["ANTHROPIC_API_URL"] == seen["ANTHROPIC_API_BASE"] == url
    assert seen["ANTHROPIC_API_KEY"].startswith("sk-ant-test-")
    assert not {"ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "ANTHROPIC_PROFILE"} & seen.keys()
    assert (seen["ANTHROPIC_MODEL"], seen["HTTP_PROXY"]) == ("kept", "http://proxy.example")
    for name in ("NO_PROXY", "no_proxy"):
        assert {"127.0.0.1", "localhost", "::1"} <= {host.strip() for host in seen[name].split(",")}
    assert seen["NO_PROXY"].startswith("internal.example")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": ""}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "a.example,127.0.0.1"}, "a.example,127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "*"}, "*,127.0.0.1,localhost,::1"),
    ],
)
def test_loopback_is_added_to_what_goes_past_the_proxy(before: dict[str, str], after: str) -> None:
    """Once, and behind what stood there."""
    assert client_environment(before, "http://127.0.0.1:1")["NO_PROXY"] == after


def test_the_clouds_clients_are_led_here_too() -> None:
    """Each to where its paths begin, but not where requests go on to the real API."""
    changed = client_environment({}, "http://127.0.0.1:1")
    assert changed["ANTHROPIC_VERTEX_BASE_URL"] == "http://127.0.0.1:1/v1"
    assert changed["ANTHROPIC_AWS_BASE_URL"] == "http://127.0.0.1:1"
    assert changed["ANTHROPIC_BEDROCK_BASE_URL"] == "http://127.0.0.1:1"
    assert changed["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] == "http://127.0.0.1:1"
    kept = client_environment({}, "http://127.0.0.1:1", keep_credentials=True)
    assert [name for name in kept if "VERTEX" in name or "AWS" in name] == []


@pytest.mark.parametrize("name", ["ANTHROPIC_FOUNDRY_RESOURCE", "ANTHROPIC_FOUNDRY_BASE_URL"])
def test_foundry_is_led_here_where_a_variable_leads_it_at_all(name: str) -> None:
    """Its client refuses a base URL beside a resource that a program names itself."""
    changed = client_environment({name: "mine"}, "http://127.0.0.1:1")
    assert changed.get("ANTHROPIC_FOUNDRY_BASE_URL") == "http://127.0.0.1:1/anthropic"
    assert "ANTHROPIC_FOUNDRY_RESOURCE" not in changed
    assert "ANTHROPIC_FOUNDRY_BASE_URL" not in client_environment({}, "http://127.0.0.1:1")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_reach_the_command(cassette: str, name: str) -> None:
    """Without a terminal that sends them to both, each is passed on; the command decides how to end."""
    number: signal.Signals = getattr(signal, name)
    with _started("exec", cassette, "--", *PYTHON, READY_AND_WAIT) as process:
        _wait_for(process, "up\n")
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (7, f"got {int(number)}\n"), err


@pytest.mark.slow
def test_a_command_outlives_the_terminal_under_nohup(cassette: str) -> None:
    """The hangup that is ignored when we start is ignored for the command too."""
    code = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run("exec", cassette, "--", *PYTHON, code).out == "True\n"
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
def test_a_command_that_a_signal_ended_gives_128_and_its_number(cassette: str) -> None:
    """As a shell would."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run("exec", cassette, "--", *PYTHON, code).code == 128 + signal.SIGKILL


@pytest.mark.slow
def test_the_command_starts_with_signals_as_they_were(cassette: str) -> None:
    """Ctrl-C must end a command that does not catch it, so nothing is ignored on its behalf."""
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert run("exec", cassette, "--", *PYTHON, code).out == "True\n"


@pytest.mark.slow
def test_ctrl_c_at_a_terminal_reaches_the_command_once(cassette: str) -> None:
    """The terminal sends it to both; a second one from mockapi would look like impatience."""
    code = """
import signal, time
count = []
signal.signal(signal.SIGINT, lambda *_: count.append(1))
print("up", flush=True)
while not count:
    time.sleep(0.01)
time.sleep(0.3)
print("interrupted", len(count), flush=True)
"""
    seen = at_terminal("exec", cassette, "--", *PYTHON, code, answers={b"up": b"\x03"})
    assert b"interrupted 1" in seen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "mockapi exec -- pytest"),
        (["--"], "mockapi exec -- pytest"),
        (["--", "no-such-command-anywhere"], "Unknown program 'no-such-command-anywhere'"),
        (["--", "/"], "cannot be run"),
        (["--speed", "never", "--", "true"], "factor above 0"),
        (["/no/such.yaml", "--", "true"], "no such file"),
    ],
)
def test_what_cannot_run_is_exit_code_2(args: list[str], words: str) -> None:
    """In words, before or instead of the command."""
    outcome = run("exec", *args)
    assert outcome.code == 2
    assert words in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.slow
def test_options_end_at_the_dashes(cassette: str) -> None:
    """What looks like an option of mockapi behind them belongs to the command."""
    outcome = run("exec", cassette, "--", *PYTHON, "import sys; print(sys.argv[1:])", "--help", "--", "-v")
    assert (outcome.code, outcome.out) == (0, "['--help', '--', '-v']\n")


def test_help_needs_no_command() -> None:
    """`mockapi exec --help` says how it is called."""
    outcome = mockapi("exec", "--help")
    assert outcome.code == 0
    assert "-- COMMAND [ARG]..." in outcome.out


@pytest.mark.slow
def test_streams_of_the_command_are_its_own(cassette: str) -> None:
    """stdin, stdout and stderr pass through; mockapi adds only what people need, on stderr."""
    code = "import sys; sys.stdout.write(sys.stdin.read()); sys.stderr.write('problems\\n')"
    outcome = run("exec", cassette, "--", *PYTHON, code, input="typed")
    assert (outcome.code, outcome.out) == (0, "typed")
    assert "problems\n" in outcome.err


def _started(*args: str) -> Any:
    """The process, in a session of its own: it has no terminal."""
    return subprocess.Popen(
        command(*args),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )


def _wait_for(process: Any, line: str) -> None:
    assert process.stdout.readline() == line
