"""Valid SSE variants that a correct parser must accept: other spellings of the same stream.

The events stay what they were; only how they are written changes. A client that stumbles here
has a bug. (What changes the events is in `_events`.)
"""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, Literal

from mockapi.errors import FaultDoesNotFit, UsageError
from mockapi.replies._hop_headers import wire_field
from mockapi.replies._sse_frames import frames_of, with_chunks, without_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockapi.exchange import Reply

    Fault = Callable[[Reply], Reply]
    Compress = Callable[[bytes], bytes]

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_STYLES: Final[Mapping[str, tuple[bytes, ...]]] = {
    "lf": (b"\n",),
    "crlf": (b"\r\n",),
    "cr": (b"\r",),
    "mixed": (b"\r\n", b"\n", b"\n", b"\r\n", b"\r"),
}
_PING: Final = b'event: ping\ndata: {"type": "ping"}\n\n'
BOM: Final = b"\xef\xbb\xbf"


def newlines(style: Literal["lf", "crlf", "cr", "mixed"] = "crlf") -> Fault:
    """Every line ends in this style."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "newlines")
        ends = cycle(_STYLES[style])
        last = b""

        def end(_match: re.Match[bytes]) -> bytes:
            nonlocal last
            # A CR and the LF of a blank line behind it would be one line end.
            last = b"\r\n" if last == b"\r" and style == "mixed" else next(ends)
            return last

        return with_chunks(reply, [(delay, _LINE_END.sub(end, data)) for delay, data in frames])

    return fault


def comments(text: str = "keep-alive", *, count: int = 1) -> Fault:
    """So many comment lines before every event."""
    if _LINE_END.search(text.encode()):
        raise UsageError(f"A comment is one line, and {text!r} has a line end.")
    line = f": {text}\n".encode() if text else b":\n"

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "comments")
        return with_chunks(reply, [(delay, line * count + data) for delay, data in frames])

    return fault


def pings(count: int = 1) -> Fault:
    """So many pings after every event but the last."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "pings")
        more = [(delay, data + _PING * count) for delay, data in frames[:-1]]
        return with_chunks(reply, [*more, *frames[-1:]])

    return fault


def bom(count: int = 1) -> Fault:
    """Byte order marks at the start. One is ignored; a second spoils the first line, by the standard."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "bom")
        if not frames:
            raise FaultDoesNotFit("bom needs a stream with an event, and this one has none.")
        delay, data = frames[0]
        return with_chunks(reply, [(delay, BOM * count + data), *frames[1:]])

    return fault


def extra_fields() -> Fault:
    """Every event with an `id`, a `retry` and an unknown field."""

    def fault(reply: Reply) -> Reply:
        frames = frames_of(reply, "extra_fields")
        pieces = [
            (delay, b"id: %d\nretry: 3000\nx-trace: 00-1\n%b" % (number, data))
            for number, (delay, data) in enumerate(frames)
        ]
        return with_chunks(reply, pieces)

    return fault


def compressed(coding: Literal["gzip", "deflate", "br", "zstd"] = "gzip") -> Fault:
    """The body compressed and flushed after every event, so that none waits for the next.

    Whether the client accepts the coding is not asked. Do this last: other faults cannot read a
    compressed body.

    Raises:
        UsageError: the coding needs a package that is not installed.
    """
    compressor = _COMPRESSORS[coding]
    compressor()  # a missing package is told when the fault is ordered, not when it is due

    def fault(reply: Reply) -> Reply:
        if reply.header("content-encoding") is not None:
            raise FaultDoesNotFit("compressed needs a body that is not compressed already.")
        stream = "event-stream" in (reply.header("content-type") or "")
        pieces = frames_of(reply, "compressed") if stream else reply.chunks
        compress, finish = compressor()
        packed = [(delay, compress(data)) for delay, data in pieces]
        if packed:
            delay, data = packed[-1]
            packed[-1] = (delay, data + finish())
        fields = (
            *without_fields(reply.headers, b"content-encoding"),
            wire_field("content-encoding", coding),
        )
        return with_chunks(replace(reply, headers=fields), packed)

    return fault


def _zlib(bits: int) -> tuple[Compress, Callable[[], bytes]]:
    import zlib  # noqa: PLC0415 - compression is rare, and start-up time is counted

    packer = zlib.compressobj(6, zlib.DEFLATED, bits)
    return lambda data: packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH), packer.flush


def _brotli() -> tuple[Compress, Callable[[], bytes]]:
    packer = _extra("brotli", "br").Compressor()
    return lambda data: packer.process(data) + packer.flush(), packer.finish


def _zstd() -> tuple[Compress, Callable[[], bytes]]:
    zstandard = _extra("zstandard", "zstd")
    packer = zstandard.ZstdCompressor().compressobj()
    block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
    return lambda data: packer.compress(data) + packer.flush(block), packer.flush


def _extra(package: str, coding: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise UsageError(
            f"The coding {coding} needs the package {package}: pip install 'messages-mockapi[encodings]'."
        ) from None


_COMPRESSORS: Final[Mapping[str, Callable[[], tuple[Compress, Callable[[], bytes]]]]] = {
    "gzip": lambda: _zlib(31),
    "deflate": lambda: _zlib(15),
    "br": _brotli,
    "zstd": _zstd,
}
