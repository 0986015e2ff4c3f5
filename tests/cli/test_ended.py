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


def test_a_signal_that_comes_while_a_class_is_made_ends_it_as_well() -> None:
    """An import takes time, and until Python 3.12 what is raised in there comes wrapped."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    class Field:
        def __set_name__(self, owner: type, name: str) -> None:
            signal.raise_signal(signal.SIGTERM)

    def made() -> None:
        with cleaned_up():
            type("Made", (), {"field": Field()})

    with pytest.raises(SystemExit) as ended:
        made()
    assert ended.value.code == 128 + signal.SIGTERM


def test_other_errors_stay_what_they_are() -> None:
    """Among them those that something else has caused."""
    with pytest.raises(RuntimeError, match="caused"), cleaned_up():
        raise RuntimeError("caused") from KeyError()


def test_a_hangup_that_is_ignored_stays_so() -> None:
    """What `nohup` has started outlives its terminal."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    reached = []
    with cleaned_up():
        signal.raise_signal(signal.SIGHUP)
        reached.append(True)
    assert reached
    assert heeded("SIGHUP", "SIGTERM", "SIGNOTHING") == [signal.SIGTERM]
