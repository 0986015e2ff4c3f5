"""Calling what may never return, or may end the process, from a process that has to go on."""

from __future__ import annotations

import ctypes
import os
import threading
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar
from unittest import mock

from mockapi.fuzzing._process import Trouble
from mockapi.fuzzing._verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_GRACE: Final = 1.0


class _Interrupted(BaseException):
    """Raised inside a call that takes too long; nothing catches it by mistake."""


class _Exits(BaseException):
    """The call has asked for the end of the process."""


def guarded(call: Callable[[], _T], seconds: float) -> _T:
    """What a call returns, or raises.

    It runs in a thread of its own. One that goes round in Python is interrupted when its time is up; one
    that waits inside other code is left behind.

    Raises:
        Trouble: it took too long, or would have ended the process.
    """
    done: list[_T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again where the call was asked for
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    with mock.patch.object(os, "_exit", _exit):
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            _interrupt(thread)
            thread.join(_GRACE)
            raise Trouble(Verdict.HANGS, f"no answer within {seconds:g} s")
    if not failed:
        return done[0]
    if isinstance(failed[0], SystemExit | _Exits):
        code = failed[0].code if isinstance(failed[0], SystemExit) else failed[0].args[0]
        raise Trouble(Verdict.CRASHES, f"it ends the process with exit code {code}")
    raise failed[0]


def _exit(code: int) -> NoReturn:
    raise _Exits(code)


def _interrupt(thread: threading.Thread) -> None:
    number = ctypes.c_ulong(thread.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(number, ctypes.py_object(_Interrupted))
