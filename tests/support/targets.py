"""Targets for the hunt: functions from chunks to events or to a message, most of them broken."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import broken_clients, broken_lines
from tests.support.good_parsers import by_character, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NUMBER = 5
_HOARD: list[bytes] = []

only_lf = broken_lines.OnlyLF()


def truncates_silently(chunks: Iterable[bytes]) -> dict[str, Any]:
    """A message, whole or not."""
    return broken_clients.TruncatesSilently()(chunks)


def hangs(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """For ever, where a retry comes first."""
    chunks = list(chunks)
    while chunks and chunks[0].startswith(b"retry"):
        pass
    yield from by_character(chunks)


def exits(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Without a word, where a retry comes first."""
    chunks = list(chunks)
    if chunks and chunks[0].startswith(b"retry"):
        os._exit(7)
    yield from by_character(chunks)


def hoards(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Everything that ever came; and where a retry comes first, much memory for a moment."""
    for chunk in chunks:
        if chunk.startswith(b"retry"):
            len(b"much".ljust(64 * 2**20, b"."))
        _HOARD.append(bytes(bytearray(chunk)))
        yield from by_character((chunk,))


def silent(chunks: Iterable[bytes]) -> list[Any]:
    """Nothing."""
    return [None for chunk in chunks if not chunk]


def gives_none(_chunks: Iterable[bytes]) -> None:
    """Forgets its return."""


def takes_two(_chunks: Iterable[bytes], _size: int) -> list[Any]:
    """Asks for more than it is given."""
    return []


def endless(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Events for ever, without a look at its chunks."""
    for _ in chunks:
        while True:
            yield "message", "again"


class Model:
    """As an SDK's objects are: attributes, and a way to make them JSON."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """As JSON."""
        assert mode == "json"
        return self._value


def models(chunks: Iterable[bytes]) -> Iterator[Model]:
    """The API's events as objects."""
    for kind, data, _ in by_character(chunks):
        if kind != "ping":
            yield Model(json.loads(data))


def model(chunks: Iterable[bytes]) -> Model:
    """The final message as an object."""
    return Model(message(chunks))


def bottomless(_chunks: Iterable[bytes]) -> dict[str, Any]:
    """A message that is nested beyond comparison."""
    content: list[Any] = []
    for _ in range(100_000):
        content = [content]
    return {"content": content}


def spins(_chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Goes round for ever, and takes no notice of polite signals; says its number in the file it is told."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    left = subprocess.Popen(["sleep", "1000"])
    away = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    Path(os.environ["NUMBERS"]).write_text(f"{os.getpid()} {left.pid} {away.pid}\n")
    while os.getpid():  # always
        pass
    yield "", "", ""


def leaves_a_process(chunks: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Ends with a process in the background that holds the output open, where a retry comes first."""
    chunks = list(chunks)
    if chunks and chunks[0].startswith(b"retry"):
        subprocess.Popen(["sleep", "1000"], stdout=2, start_new_session=bool(len(chunks) % 2))
        os._exit(7)
    yield from by_character(chunks)
