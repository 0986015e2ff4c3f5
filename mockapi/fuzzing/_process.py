"""A program that is asked line by line, and may crash, hang, flood or print rubbish.

Whatever it does, the one who asks gets an answer within the time limit: its next line, or why
there is none. A program that is in trouble is ended and started anew for the next question.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Final

from mockapi.errors import UsageError
from mockapi.fuzzing._judge import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_LINE: Final = 256 * 1024 * 1024
"""Bytes of one answer; more is a flood."""

_READ: Final = 65536
_WAITING: Final = 64  # unsolicited lines
_SHOWN: Final = 300
_TAIL: Final = 4096
_LAST_SECONDS: Final = 5.0
_FLOOD: Final = b"\0flood"


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
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._errors: _Tail | None = None

    def ask(self, question: bytes, seconds: float) -> bytes:
        """The answer to a question.

        Raises:
            Trouble: the program hung, ended, or flooded; it has been stopped.
            UsageError: it cannot be started at all.
        """
        process = self._running()
        assert process.stdin is not None  # noqa: S101 - it was asked for
        try:
            process.stdin.write(question + b"\n")
            process.stdin.flush()
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            self.stop()
            raise Trouble(Verdict.HANGS, f"no answer within {seconds:g} s") from None
        except OSError:
            line = None
        if line is None:
            code = _waited(process)
            words = f"the program ended with {_code(code)}{self._last_words()}"
            self.stop()
            raise Trouble(Verdict.CRASHES, words)
        if line == _FLOOD:
            self.stop()
            raise Trouble(Verdict.CRASHES, "the program floods its output")
        return line

    def stop(self) -> None:
        """End the program and what it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running a user's program is the purpose
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"{self._command[0]!r} cannot be run: {error.strerror or error}.") from error
        self._errors = _Tail(self._process)
        self._lines = queue.Queue(_WAITING)
        threading.Thread(target=_pump, args=(self._process, self._lines), daemon=True).start()
        return self._process

    def _last_words(self) -> str:
        lines = [] if self._errors is None else self._errors.read().strip().splitlines()
        return f": {lines[-1][:_SHOWN]}" if lines else ""


class _Tail:
    """The end of what a program says on its standard error; a flood of it is read and forgotten."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._kept = b""
        self._thread = threading.Thread(target=self._pump, args=(process,), daemon=True)
        self._thread.start()

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None  # noqa: S101 - it was asked for
        with contextlib.suppress(OSError, ValueError):
            while data := process.stderr.read1(_READ):  # type: ignore[attr-defined] # a BufferedReader has it
                self._kept = (self._kept + data)[-_TAIL:]

    def read(self) -> str:
        """What is left of it, once the program has ended."""
        self._thread.join(_LAST_SECONDS)
        return self._kept.decode("utf-8", "replace")


def _waited(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a program that has closed its output, or its input; it may hang all the same."""
    try:
        return process.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _pump(process: subprocess.Popen[bytes], lines: queue.Queue[bytes | None]) -> None:
    """Put the program's lines into the queue; None at its end."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    rest = bytearray()
    searched = 0
    with contextlib.suppress(OSError, ValueError, queue.Full):
        while data := process.stdout.read1(_READ):  # type: ignore[attr-defined] # a BufferedReader has it
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
