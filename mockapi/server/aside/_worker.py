"""The program of a helper process: calls what it is told to, until its input ends."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Any

from mockapi.server.aside import _parcel


def main() -> None:
    """Answer calls: a pickled function with its arguments comes in, its result or None goes out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the server, which ends this process
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    gc.disable()  # values of JSON have no circles, and looking for some costs more than the parsing
    while True:
        try:
            answer = _answer(*_parcel.read(calls))
            _parcel.write(answers, answer)
        except (EOFError, BrokenPipeError):
            os._exit(0)  # nobody is left to tell
        del answer


def _answer(function: Any, arguments: tuple[Any, ...]) -> list[bytes]:
    try:
        return _parcel.packed((function(*arguments),))
    except Exception:  # noqa: BLE001 - the server meets the same one where it can be told
        return _parcel.packed(None)
