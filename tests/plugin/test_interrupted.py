"""A run that ends before its time loses no finished recording, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

import mockapi
from tests.support.plugin import run_apart

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TESTS = """
    import os, pathlib, signal, subprocess, sys
    import pytest
    from client import BASE_URL, ask

    pathlib.Path("seen").mkdir(exist_ok=True)
    pathlib.Path("seen", str(os.getpid())).write_text(BASE_URL)

    def test_first(messages_api):
        ask("one")
        subprocess.run([sys.executable, "-c", "pass"], check=True)  # starts the proxy of subprocesses
        END

    def test_second(messages_api):
        ask("two")
"""
# A shell lets what it starts in the background ignore the signal.
_INTERRUPTED = (
    "signal.signal(signal.SIGINT, signal.default_int_handler); os.kill(os.getpid(), signal.SIGINT);"
    ' pytest.fail("not interrupted")'
)
_KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
_FAILED = "assert False"


@pytest.fixture
def upstream() -> Iterator[mockapi.Server]:
    """Another server that stands for the real API."""
    with mockapi.Server() as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "arguments", "code", "words", "recorded"),
    [
        (_INTERRUPTED, (), 2, "*KeyboardInterrupt*", {"first"}),
        (_FAILED, ("-x",), 1, "*stopping after 1 failures*", {"first"}),
        (_KILLED, ("-n", "1"), 1, "*worker 'gw0' crashed while running*test_first*", {"first", "second"}),
    ],
    ids=["ctrl-c", "exit-first", "killed worker"],
)
def test_a_run_that_ends_early(
    pytester: pytest.Pytester,
    upstream: mockapi.Server,
    end: str,
    arguments: tuple[str, ...],
    code: int,
    words: str,
    recorded: set[str],
) -> None:
    """By Ctrl-C, at the first failure, or with a worker killed: the words are pytest's own."""
    pytester.makepyfile(test_it=_TESTS.replace("END", end))
    record = (f"--mockapi-upstream={upstream.base_url}", "--mockapi-record-mode=new")
    result = run_apart(pytester, *record, *arguments)
    assert result.ret == code
    result.stdout.fnmatch_lines([words])
    assert "Traceback" not in result.stderr.str()
    written = (pytester.path / "cassettes" / "test_it").glob("*.yaml")
    assert {path.stem.removeprefix("test_") for path in written} == recorded
    assert not list(pytester.path.rglob("*.tmp"))
    _is_gone(pytester.path / "seen")


def _is_gone(seen: Path) -> None:
    """No process that took part is left, and nobody listens where its server was."""
    processes = list(seen.iterdir())
    assert processes
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(int(process.name), 0)
        address = urlsplit(process.read_text())
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=20).close()
