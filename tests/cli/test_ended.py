"""Signals that end a command, and those that it was started to ignore."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from mockapi.cli._ended import cleaned_up, heeded

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = (signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def as_they_were() -> Iterator[None]:
    """Handlers are the process's, and other tests' too."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_ends_the_block_which_cleans_up(number: signal.Signals) -> None:
    """The exit code is the shell's, and the handlers are as before."""
    signal.signal(number, signal.SIG_DFL)
    cleaned = []

    def told_to_end() -> None:
        with cleaned_up():
            try:
                signal.raise_signal(number)
            finally:
                cleaned.append(number)

    with pytest.raises(SystemExit) as ended:
        told_to_end()
    assert ended.value.code == 128 + number
    assert cleaned == [number]
    assert signal.getsignal(number) is signal.SIG_DFL


def test_a_hangup_that_is_ignored_stays_so() -> None:
    """What `nohup` has started outlives its terminal."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    reached = []
    with cleaned_up():
        signal.raise_signal(signal.SIGHUP)
        reached.append(True)
    assert reached
    assert heeded("SIGHUP", "SIGTERM", "SIGNOTHING") == [signal.SIGTERM]
