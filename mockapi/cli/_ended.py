"""Commands that leave something behind if they are ended: programs that they started, files, sockets."""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS: Final = ("SIGTERM", "SIGHUP")


def heeded(*names: str) -> list[signal.Signals]:
    """The signals of these names that this system has, but for those that whoever started us has ignored.

    `nohup` does it, so that what it starts outlives the terminal.
    """
    found = [signal.Signals[name] for name in names if hasattr(signal, name)]
    return [number for number in found if signal.getsignal(number) is not signal.SIG_IGN]


class _Ended(KeyboardInterrupt):
    """A signal that ends this process. Nothing that lets Ctrl-C through keeps it back."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def cleaned_up() -> Iterator[None]:
    """Have SIGTERM and SIGHUP end the block as Ctrl-C does, so that it can clean up.

    The exit code is then the one that shells give to what a signal ended.
    """
    numbers = heeded(*_SIGNALS)

    def end(number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)  # a second one must not break off the cleaning up
        raise _Ended(number)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    except _Ended as ended:
        sys.exit(128 + ended.number)
    except RuntimeError as error:
        # Until Python 3.12, what is raised while a class is being made comes wrapped: in an import, say.
        if not isinstance(error.__cause__, _Ended):
            raise
        sys.exit(128 + error.__cause__.number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
