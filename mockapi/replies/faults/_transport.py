"""Faults of time and of the connection: delayed, slow, cut, reset, stalled; and any chunking.

Events are counted over the stream's frames from 0, comments included; -1 is the last. "After
event 2" means that events 0, 1 and 2 are sent whole. Bytes are counted over the body.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from mockapi.errors import FaultDoesNotFit
from mockapi.exchange import Chunk, Ending
from mockapi.replies._sse_frames import frames_of, place_of, recut, with_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockapi.exchange import Reply

    Fault = Callable[[Reply], Reply]

_LEADING: Final = re.compile(rb"[\xc2-\xf4]")


def delay(seconds: float = 1.0, *, headers_first: bool = False) -> Fault:
    """The first byte comes so much later: that of the status line, or of the body only."""

    def fault(reply: Reply) -> Reply:
        if not headers_first:
            return replace(reply, hold=reply.hold + seconds)
        if not reply.chunks:
            raise FaultDoesNotFit("delay with headers_first needs a body, and this reply has none.")
        first, *rest = reply.chunks
        return replace(reply, chunks=(Chunk(first.delay + seconds, first.data), *rest))

    return fault


def slow(seconds: float = 0.1, *, per: Literal["event", "chunk", "byte"] = "event") -> Fault:
    """So many seconds before each event (or chunk, or byte), in place of the delays that were there."""

    def fault(reply: Reply) -> Reply:
        pieces: Sequence[tuple[float, bytes]] = reply.chunks
        if per == "event":
            pieces = frames_of(reply, "slow per event", binary=True)
        elif per == "byte":
            pieces = recut(reply.chunks, range(1, len(reply.body)))
        return with_chunks(reply, [(seconds, data) for _, data in pieces])

    return fault


def pause(seconds: float = 1.0, *, event: int = 0) -> Fault:
    """A silence of so many seconds after an event; the stream goes on then."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "pause", binary=True)
        place = place_of(event, len(frames), "pause") + 1
        if place == len(frames):
            raise FaultDoesNotFit("pause needs an event after its silence; stall makes one without end.")
        delay, data = frames[place]
        return with_chunks(reply, [*frames[:place], (delay + seconds, data), *frames[place + 1 :]])

    return fault


def cut(
    *,
    event: int | None = None,
    byte: int | None = None,
    part: float | None = None,
    ending: Ending = Ending.CLEAN,
) -> Fault:
    """The body stops after an event, before a byte, or after a part of it; in the middle by default.

    Args:
        event: the last event that is sent whole; -2 sends all but the last.
        byte: how many bytes are sent; negative counts from the end.
        part: how much of the body is sent, 0 to 1; 0.5 if nothing is said.
        ending: `clean` ends the HTTP message as if that were all, `cut` closes the connection
            without an end to it, and so on.
    """

    def fault(reply: Reply) -> Reply:
        return with_chunks(reply, _until(reply, event, byte, part), ending)

    return fault


def _until(
    reply: Reply, event: int | None, byte: int | None, part: float | None
) -> Sequence[tuple[float, bytes]]:
    if event is not None:
        frames = frames_of(reply, "A cut after an event", binary=True)
        return frames[: place_of(event, len(frames), "A cut") + 1]
    size = len(reply.body)
    if byte is None:
        byte = int(size * (0.5 if part is None else part))
    elif not -size <= byte <= size:
        raise FaultDoesNotFit(f"A cut asks for byte {byte}, and this body has {size}.")
    wanted = byte + size if byte < 0 else byte
    pieces: list[Chunk] = []
    for delay, data in reply.chunks:
        if wanted <= 0:
            break
        pieces.append(Chunk(delay, data[:wanted]))
        wanted -= len(data)
    return pieces


def ending(kind: Ending) -> Fault:
    """The whole body, and then another end than HTTP asks for.

    `cut` on a chunked body is one whose last chunk is missing; on a body with a content-length
    nothing but a connection that is closed early.
    """

    def fault(reply: Reply) -> Reply:
        return replace(reply, ending=kind)

    return fault


def chunking(
    *,
    size: int | None = None,
    at: Sequence[int] = (),
    per: Literal["event", "byte", "character", "whole"] | None = None,
    delay: float = 0.001,
) -> Fault:
    """The same bytes in other pieces; each is one write, and `delay` keeps kernels from joining them.

    Args:
        size: bytes in each piece.
        at: offsets at which to cut.
        per: `event`, `byte`, `whole`, or `character`: inside of every character of several bytes.
        delay: seconds before each piece but the first.
    """

    def fault(reply: Reply) -> Reply:
        body = reply.body
        if per == "event":
            pieces = [data for _, data in frames_of(reply, "chunking per event", binary=True)]
        else:
            pieces = [data for _, data in recut((Chunk(0.0, body),), _cuts(body))]
        return with_chunks(reply, [(delay if number else 0.0, data) for number, data in enumerate(pieces)])

    def _cuts(body: bytes) -> Sequence[int]:
        if per == "character":
            return [match.end() for match in _LEADING.finditer(body)]
        if per == "whole":
            return ()
        step = 1 if per == "byte" else size
        return range(step, len(body), step) if step else sorted(at)

    return fault
