"""A reply that is sent while it comes: its last byte waits until all is settled, its first is timed."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.exchange import Ending
from mockapi.server.wire import STARTED, _player, play_live
from tests.support.each import each

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence


class Coming:
    """What comes from elsewhere, in pieces."""

    status = 207

    def __init__(self, pieces: Sequence[bytes], size: int | None, done: list[Any]) -> None:
        self._pieces, self._size, self._done = pieces, size, done

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """With the length that is promised, if one is."""
        if self._size is None:
            return ((b"transfer-encoding", b"chunked"),)
        return ((b"content-length", b"%d" % self._size),)

    async def pieces(self) -> AsyncIterator[bytes]:
        """One after the other."""
        for piece in self._pieces:
            self._done.append("came")
            yield piece


def played(pieces: Sequence[bytes], size: int | None, *, leaves: bool = False) -> tuple[bool, list[Any], Any]:
    """Whether it was sent whole, what was done in which order, and when its first byte came."""
    done: list[Any] = []
    scope: dict[str, Any] = {"method": "POST"}

    async def settle() -> Ending:
        done.append("settled")
        return Ending.CLEAN

    async def receive() -> Any:
        if not leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        is_start = message["type"] == "http.response.start"
        done.append(message["status"] if is_start else (message["body"], message.get("more_body", False)))

    async def run() -> bool:
        return await play_live(Coming(pieces, size, done), settle, scope, receive, send)

    ticks = itertools.count(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_player, "monotonic", lambda: float(next(ticks)))
        is_whole = asyncio.run(run())
    return is_whole, done, scope.get(STARTED)


@each(
    ("pieces", "size", "sent"),
    [
        ([b"ab", b"cd"], 4, [(b"ab", True), (b"c", True), "settled", (b"d", False)]),
        ([b"abcd"], 4, [(b"abc", True), "settled", (b"d", False)]),
        ([b"a"], 1, [(b"", True), "settled", (b"a", False)]),
        ([], 0, ["settled", (b"", False)]),
        ([b"ab", b"cd"], None, [(b"ab", True), (b"cd", True), "settled", (b"", False)]),
        ([b"ab"], 4, [(b"ab", True), "settled", (b"", False)]),
    ],
)
def test_what_ends_the_message_waits_until_all_is_settled(
    pieces: list[bytes], size: int | None, sent: list[Any]
) -> None:
    """The last byte that was promised, or the last chunk; everything else goes at once."""
    is_whole, done, _ = played(pieces, size)
    assert is_whole
    assert done[0] == 207
    assert [item for item in done[1:] if item != "came"] == sent
    assert done.count("came") == len(pieces)
    assert done.index("settled") > max([0, *(at for at, item in enumerate(done) if item == "came")])


def test_the_first_byte_is_timed_and_no_other() -> None:
    """Nothing is timed that has no byte; a byte that waits for the end does not count yet."""
    assert played([b"", b"ab", b"cd"], None)[2] == 1.0
    assert played([b"ab", b"cd", b"ef"], 6)[2] == 1.0
    assert played([b"a"], 1)[2] is None
    assert played([], None)[2] is None


def test_who_has_left_is_sent_nothing_more() -> None:
    """And nothing is settled."""
    is_whole, done, _ = played([b"ab"], 2, leaves=True)
    assert not is_whole
    assert "settled" not in done
    assert not any(isinstance(item, tuple) for item in done)
