"""The command line as people run it: in this process where that is enough, else in one of its own."""

from __future__ import annotations

import inspect
import io
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from mockapi.cli import main
from tests.support.server import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

READY = re.compile(r"mockapi ready on ((?:https?|unix):\S+)\n")
CHECKOUT = Path(__file__).resolve().parents[2]


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def mockapi(*args: str, env: Mapping[str, str] | None = None) -> Outcome:
    """Run `mockapi ARGS` in this process: quick, and good for all that neither serves nor forks."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        patch.object(sys, "argv", ["mockapi", *args]),
        patch.dict(os.environ, env or {}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Outcome(code, out.getvalue(), err.getvalue())


def python_with(package: str) -> str:
    """A Python that has a package: this one, or that of the environment with the extra `neighbours`.

    The test is skipped where neither has it, if MOCKAPI_NEIGHBOURS names one at all; .ci/run makes one.
    """
    if find_spec(package) is not None:
        return sys.executable
    python = os.environ.get("MOCKAPI_NEIGHBOURS")
    if not python:
        pytest.skip(f"needs {package}, and MOCKAPI_NEIGHBOURS names no Python with the extra `neighbours`")
    return python


def runner() -> CliRunner:
    """Click's own runner; before click 8.2 it has to be asked to keep both streams apart."""
    if "mix_stderr" in inspect.signature(CliRunner).parameters:
        return CliRunner(mix_stderr=False)  # type: ignore[call-arg] # click 8.1 has it
    return CliRunner()


def command(*args: str) -> list[str]:
    """The command line of `mockapi ARGS` in a process of its own."""
    return [sys.executable, "-m", "mockapi", *args]


def environment(**changes: str) -> dict[str, str]:
    """This process's environment with changes, such that Python finds the checkout from anywhere."""
    return {**os.environ, "PYTHONPATH": str(CHECKOUT), **changes}


def run(*args: str, env: Mapping[str, str] | None = None, patience: float = PATIENCE, **more: Any) -> Outcome:
    """Run `mockapi ARGS` as a process to its end, which has to come in so many seconds."""
    done = subprocess.run(
        command(*args),
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
        env=environment(**(env or {})),
        **more,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def at_terminal(*args: str, answers: Mapping[bytes, bytes] | None = None) -> bytes:
    """Run `mockapi ARGS` at a terminal; all that was shown.

    Args:
        args: the command and its options.
        answers: what to type when some words appear.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, command(*args), environment(TERM="xterm-256color"))
    late = threading.Timer(PATIENCE, os.kill, (pid, signal.SIGKILL))
    late.start()
    seen = b""
    waiting = dict(answers or {})
    try:
        while data := _read(terminal):
            seen += data
            for words in [words for words in waiting if words in seen]:
                os.write(terminal, waiting.pop(words))
    finally:
        late.cancel()
        os.close(terminal)
        os.waitpid(pid, 0)
    return seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other side has closed
        return b""


class Serving:
    """`mockapi ARGS` as a process that serves; entering waits for its ready line.

    Args:
        args: the command and its options; the port has to be 0 or a free one.
        env: added to the environment.
    """

    def __init__(self, *args: str, env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command(*args),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # what is read ahead of a line is lost to `communicate`
            env=environment(**(env or {})),
        )
        self.url = ""
        self.before = ""

    def __enter__(self) -> Self:
        assert self.process.stdout is not None
        late = threading.Timer(PATIENCE, self.process.kill)
        late.start()
        try:
            for line in map(bytes.decode, self.process.stdout):
                match = READY.fullmatch(line)
                if match is not None:
                    self.url = match[1]
                    return self
                self.before += line
        finally:
            late.cancel()
        raise AssertionError(f"not ready: {self.stop()}")

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def told(self, words: str) -> str:
        """Read stderr up to a line with these words, and give it."""
        assert self.process.stderr is not None
        late = threading.Timer(PATIENCE, self.process.kill)
        late.start()
        seen = ""
        try:
            for line in map(bytes.decode, self.process.stderr):
                seen += line
                if words in line:
                    return line
        finally:
            late.cancel()
        raise AssertionError(f"not told: {words!r}; told was: {seen}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Outcome:
        """Send a signal, and wait for the end."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return Outcome(self.process.returncode, out.decode(), err.decode())
