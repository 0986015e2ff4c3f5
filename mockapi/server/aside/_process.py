"""One helper process, asked over pipes."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import weakref
from typing import Any

from mockapi.server.aside import _parcel

# Not `multiprocessing`: it would run the user's program again, and that may have no guard against it.
_PROGRAM = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer)\n"
    "from mockapi.server.aside._worker import main; main()"
)
_OWN_GROUP: dict[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if os.name == "nt"
    else {"start_new_session": True}
)
_LAST_SECONDS = 5.0


class HelperGone(Exception):  # noqa: N818 - a reason to do the work elsewhere, not a defect
    """The process gave no answer."""


class HelperProcess:
    """A Python of its own that runs functions of mockapi's.

    Raises:
        HelperGone: it cannot be started.
    """

    def __init__(self) -> None:
        if not sys.executable or getattr(sys, "frozen", False):
            raise HelperGone("there is no interpreter to start")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own program
                [sys.executable, "-I", "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                **_OWN_GROUP,
            )
        except OSError as error:
            raise HelperGone(str(error)) from error
        # Also when nobody closes the server: with this object, or at the interpreter's end.
        self._end = weakref.finalize(self, _end, self._process)
        self._send([pickle.dumps(sys.path)])

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def ask(self, call: list[bytes]) -> Any:
        """The result of a call, a packed function and its arguments, in a tuple; None if it failed.

        Raises:
            HelperGone: the process ended.
        """
        self._send(call)
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        try:
            return _parcel.read(self._process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise HelperGone("it ended") from error

    def _send(self, pieces: list[bytes]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        try:
            _parcel.write(self._process.stdin, pieces)
        except (OSError, ValueError) as error:
            raise HelperGone("it ended") from error

    def kill(self) -> None:
        """End the process at once; who waits for its answer learns it. From any thread."""
        self._process.kill()

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self._end()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_LAST_SECONDS)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
