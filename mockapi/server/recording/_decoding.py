"""Undoing the content-encoding of an answer while it comes, and never past a limit.

A megabyte of gzip can be a gigabyte of zeros, so what a piece decodes to is bounded before it is
made. The recorder can do without an answer that is too large; the client gets it all the same.
"""

from __future__ import annotations

from typing import Final

from mockapi.inflate import InflateError, Inflater, TooLargeError

MAX_BODY: Final = 32 * 1024 * 1024
"""Bytes of a decoded body that is recorded: as large as the largest request of the API, and far more
than any message. On its way to the file it takes up to twenty times as much memory."""

MAX_CHUNKS: Final = 250_000
"""Chunks of a body that is recorded. Each costs more memory than its byte."""

DECODABLE: Final = ("gzip", "deflate", "identity", "x-gzip")
"""The encodings that are undone."""


class UnrecordableError(Exception):
    """A body that cannot be recorded; str() says why, as it stands behind "was not recorded:"."""


class BodyDecoder:
    """Decodes a body piece by piece.

    Args:
        encoding: the value of its `content-encoding`, empty without one.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower()
        known = self._encoding in DECODABLE and self._encoding != "identity"
        raw_too = self._encoding == "deflate"
        self._inflater = Inflater(raw_too=raw_too, limit=MAX_BODY) if known else None
        self._size = 0
        self._chunks = 0

    def feed(self, piece: bytes) -> bytes:
        """The next decoded bytes.

        Raises:
            UnrecordableError: the body is not what its encoding says, or grows too large.
        """
        data = self._decoded(piece)
        self._size += len(data)
        self._chunks += bool(data)
        if self._size > MAX_BODY:
            raise UnrecordableError(_TOO_LARGE)
        if self._chunks > MAX_CHUNKS:
            raise UnrecordableError(f"its body comes in more than {MAX_CHUNKS:,} pieces")
        return data

    def finish(self) -> None:
        """Say that the body came whole.

        Raises:
            UnrecordableError: its encoding stops in the middle.
        """
        if self._inflater is not None and self._inflater.is_cut:
            raise UnrecordableError(self._damaged("stops in the middle"))

    def _decoded(self, piece: bytes) -> bytes:
        if self._inflater is None:
            if self._encoding not in {"", "identity"}:
                raise UnrecordableError(self._damaged("has an encoding that was not asked for"))
            return piece
        try:
            return self._inflater.feed(piece)
        except TooLargeError as error:
            raise UnrecordableError(_TOO_LARGE) from error
        except InflateError as error:
            raise UnrecordableError(self._damaged(str(error))) from error

    def _damaged(self, fault: str) -> str:
        return f"its body is not valid {self._encoding}: it {fault}"


_TOO_LARGE: Final = f"its body has more than {MAX_BODY:,} bytes, which is more than a cassette takes"
