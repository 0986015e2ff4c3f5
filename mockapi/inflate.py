"""Inflating: gzip, zlib and raw deflate, whole or piece by piece, never past a limit.

`deflate` names zlib data, but some peers leave out its frame (RFC 9110, section 8.4.1.2); who reads
that coding says `raw_too`.
"""

from __future__ import annotations

import zlib
from typing import Final

_FRAMED: Final = zlib.MAX_WBITS | 32
"""zlib sees by itself whether the frame is gzip's or its own."""
_RAW: Final = -zlib.MAX_WBITS


class InflateError(ValueError):
    """The data cannot be inflated; the message is a clause that goes on after what it was."""


class TooLargeError(InflateError):
    """It would become larger than the limit."""


class Inflater:
    """Inflates data that comes piece by piece; what comes behind its end is passed over.

    Args:
        raw_too: whether the data may be raw deflate; its first piece tells.
        limit: how many bytes it may become in all; no more than that is ever made of it. None for
            data whose size is known to be bounded.
    """

    def __init__(self, *, raw_too: bool = False, limit: int | None = None) -> None:
        self._decoder = zlib.decompressobj(_FRAMED)
        self._limit = limit
        self._size = 0
        self._undecided = raw_too
        self._begun = False

    def feed(self, piece: bytes) -> bytes:
        """What the next piece gives.

        Raises:
            TooLargeError: with this piece it becomes larger than the limit.
            InflateError: the data is damaged.
        """
        if self._decoder.eof:  # zlib would keep what it is given now, and copy it with every piece
            return b""
        if self._undecided and piece:
            self._undecided = False
            if not _is_framed(piece):
                self._decoder = zlib.decompressobj(_RAW)
        self._begun = self._begun or bool(piece)
        room = 0 if self._limit is None else self._limit - self._size + 1  # of zlib, 0 means any number
        try:
            data = self._decoder.decompress(piece, room)
        except zlib.error as error:
            raise InflateError(f"is damaged ({error})") from error
        self._size += len(data)
        if self._limit is not None and self._size > self._limit:
            raise TooLargeError(f"decodes to more than {self._limit:,} bytes")
        return data

    @property
    def is_cut(self) -> bool:
        """Whether the data has begun and has not come to its end."""
        return self._begun and not self._decoder.eof


def inflated(data: bytes, limit: int, *, raw_too: bool = False, members: bool = False) -> bytes:
    """The whole of the data.

    Args:
        data: one gzip or zlib stream from its first byte to its last.
        limit: how many bytes it may become.
        raw_too: whether it may be raw deflate.
        members: whether several gzip members may follow one another, and padding the last of them.

    Raises:
        TooLargeError: it becomes larger.
        InflateError: it is damaged, cut, or goes on behind its end.
    """
    try:
        return _members(data, limit) if members else _single(data, _FRAMED, limit)
    except TooLargeError:
        raise
    except InflateError as error:
        if not raw_too:
            raise
        try:
            return _single(data, _RAW, limit)
        except InflateError as raw_error:
            framed = not isinstance(error, _DamagedError)  # of framed data, only that error says something
            raise (error if framed else raw_error) from None


def _single(data: bytes, window_bits: int, limit: int) -> bytes:
    piece, rest = _one(data, window_bits, limit, 0)
    if rest:
        raise InflateError("goes on behind its end")
    return piece


def _members(data: bytes, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while data:
        try:
            piece, data = _one(data, _FRAMED, limit, size)
        except _DamagedError:
            if pieces:  # padding behind the last member, which gzip allows
                break
            raise
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


class _DamagedError(InflateError):
    """zlib cannot read it."""


def _one(data: bytes, window_bits: int, limit: int, before: int) -> tuple[bytes, bytes]:
    """What one stream gives, and what stands behind it; `before` bytes of the limit are used up."""
    decoder = zlib.decompressobj(window_bits)
    try:
        piece = decoder.decompress(data, limit - before + 1)
    except zlib.error as error:
        raise _DamagedError(f"is damaged ({error})") from error
    if before + len(piece) > limit:
        raise TooLargeError(f"decodes to more than {limit:,} bytes")
    if not decoder.eof:
        raise InflateError(f"is truncated: it ends after {before + len(piece):,} decoded bytes")
    return piece, decoder.unused_data


def _is_framed(piece: bytes) -> bool:
    try:
        zlib.decompressobj(_FRAMED).decompress(piece, 1)
    except zlib.error:
        return False
    return True
