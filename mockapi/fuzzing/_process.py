"""A program that is asked line by line, and may crash, hang, flood or print rubbish.

Whatever it does, the one who asks gets an answer within the time limit: its next line, or why
there is none. A program that is in trouble is ended and started anew for the next question.

It leads a process group of its own, which is ended with it, whichever of the two comes first: that
somebody asks it to stop, that it ends by itself, or that this process ends. What it left behind must
neither go on nor, by holding the output open, keep anybody waiting for lines that nobody will write.
What has left the group is known by its environment, on systems that show that of other processes.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import secrets
import signal
import subprocess
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from mockapi.errors import UsageError
from mockapi.fuzzing._usage import Usage, group_of, usage_of
from mockapi.fuzzing._verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_LINE: Final = 256 * 1024 * 1024
"""Bytes of one answer; more is a flood."""

_READ: Final = 65536
_WAITING: Final = 64  # unsolicited lines
_SHOWN: Final = 300
_TAIL: Final = 4096
_LAST_SECONDS: Final = 5.0
_DRAIN_SECONDS: Final = 1.0
"""How long the output of a program that has ended is still read: something else may hold it open."""
_FLOOD: Final = b"\0flood"
_MARK: Final = "MOCKAPI_STARTED_BY"


class Trouble(Exception):  # noqa: N818 - a result, not a defect
    """Why a program gave no answer.

    Attributes:
        verdict: `hangs` or `crashes`.
    """

    def __init__(self, verdict: Verdict, words: str) -> None:
        self.verdict = verdict
        super().__init__(words)


class LineProcess:
    """A program with a question on a line of its standard input and an answer on a line of its output.

    Args:
        command: what to run.
        environment: its variables; this process' own if not given.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._command = list(command)
        self._environment = None if environment is None else dict(environment)
        self._running: _Running | None = None

    def ask(self, question: bytes, seconds: float) -> bytes:
        """The answer to a question.

        Raises:
            Trouble: the program hung, ended, or flooded; it has been stopped.
            UsageError: it cannot be started at all.
        """
        running = self._started()
        try:
            running.write(question + b"\n")
            line = running.lines.get(timeout=seconds)
        except queue.Empty:
            self.stop()
            raise Trouble(Verdict.HANGS, f"no answer within {seconds:g} s") from None
        except OSError:
            line = None
        if line is None:
            words = running.last_words()
            self.stop()
            raise Trouble(Verdict.CRASHES, words)
        if line == _FLOOD:
            self.stop()
            raise Trouble(Verdict.CRASHES, "the program floods its output")
        return line

    def usage(self) -> Usage:
        """What the program and its group have used so far."""
        running = self._running
        return Usage(None, None) if running is None else usage_of(group_of(running.number))

    def stop(self) -> None:
        """End the program and what it has started."""
        running, self._running = self._running, None
        if running is not None:
            running.end()
            atexit.unregister(self.stop)

    def _started(self) -> _Running:
        if self._running is not None and self._running.is_alive:
            return self._running
        self.stop()
        atexit.register(self.stop)
        self._running = _Running(self._command, self._environment)
        return self._running


class _Running:
    """A program that was started, its group, and the threads that read what it says.

    Attributes:
        lines: of its output; None at their end.
        has_ended: set once the program and its group have ended.

    Raises:
        UsageError: it cannot be started.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None) -> None:
        self.lines: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._mark = secrets.token_hex(16)
        self.has_ended = threading.Event()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running a user's program is the purpose
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,  # a buffer's lock would have to be waited for while a thread reads
                env={**(os.environ if environment is None else environment), _MARK: self._mark},
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"{command[0]!r} cannot be run: {error.strerror or error}.") from error
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        assert self._process.stdout is not None  # noqa: S101 - as above
        assert self._process.stderr is not None  # noqa: S101 - as above
        self._stdin = self._process.stdin
        self._errors = _Tail(self._process.stderr)
        self._pump = _thread(_pump, self._process.stdout, self.lines)
        self._watch = _thread(self._end_group)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        if self.has_ended.is_set() or not hasattr(os, "waitid"):
            return not self.has_ended.is_set()
        try:
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None
        except ChildProcessError:  # it was reaped this moment
            return False

    @property
    def number(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    def write(self, data: bytes) -> None:
        """Write to its input.

        Raises:
            OSError: it has closed it.
        """
        view = memoryview(data)
        while view:
            view = view[self._stdin.write(view) :]

    def last_words(self) -> str:
        """How it ended, and the end of what it said, once its output or its input is closed."""
        if not self.has_ended.wait(_LAST_SECONDS):
            self.end()
        lines = self._errors.read().strip().splitlines()
        said = f": {lines[-1][:_SHOWN]}" if lines else ""
        return f"the program ended with {_code(self._process.returncode)}{said}"

    def end(self) -> None:
        """End it and its group."""
        if not self.has_ended.is_set():
            _kill_group(self._process)
        self.has_ended.wait()
        with contextlib.suppress(OSError):
            self._stdin.close()

    def _end_group(self) -> None:
        """Wait for the program to end, and end then what it has left behind.

        It is reaped only after that: until then no other group can have its number.
        """
        if hasattr(os, "waitid"):
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
            _kill_group(self._process)
        _kill_marked(f"{_MARK}={self._mark}".encode())
        self._process.wait()
        self.has_ended.set()
        self._pump.join(_DRAIN_SECONDS)
        if self._pump.is_alive():  # somebody outside the group holds the output open
            with contextlib.suppress(queue.Full):
                self.lines.put_nowait(None)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _kill_marked(mark: bytes) -> None:
    """End the processes that have this variable in their environment, where the system shows it."""
    for shown in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # another user's, or it has just ended
            if mark in shown.read_bytes().split(b"\0"):
                os.kill(int(shown.parent.name), signal.SIGKILL)


def _thread(target: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


class _Tail:
    """The end of what a program says on its standard error; a flood of it is read and forgotten."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._kept = b""
        self._thread = _thread(self._pump, stream)

    def _pump(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError), stream:
            while data := stream.read(_READ):
                self._kept = (self._kept + data)[-_TAIL:]

    def read(self) -> str:
        """What is left of it, once the program has ended."""
        self._thread.join(_DRAIN_SECONDS)
        return self._kept.decode("utf-8", "replace")


def _pump(stream: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    """Put the program's lines into the queue; None at its end."""
    rest = bytearray()
    searched = 0
    with contextlib.suppress(OSError, queue.Full), stream:
        while data := stream.read(_READ):
            rest += data
            while (end := rest.find(b"\n", searched)) >= 0:
                lines.put(bytes(rest[:end]), timeout=1)
                del rest[: end + 1]
                searched = 0
            searched = len(rest)
            if searched > MAX_LINE:
                lines.put(_FLOOD, timeout=1)
                return
        lines.put(None, timeout=1)
        return
    with contextlib.suppress(queue.Empty):  # no one takes these lines: only the flood is reported
        while True:
            lines.get_nowait()
    lines.put(_FLOOD)


def _code(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
