"""Odd upstreams and the recorder: the client gets every byte, and what is written can be read again.

A new kind of upstream is a row of `ODD`. Limits are lowered for them; one slow test has the real ones.
"""

from __future__ import annotations

import gzip
import importlib
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx
import pytest

from mockapi.cassettes import MAX_BYTES
from mockapi.server.recording._decoding import MAX_BODY
from tests.support.process import Serving, run
from tests.support.recording import Upstream, recorded, recording, saying
from tests.support.server import ask, message
from tests.support.streams import HALVES
from tests.support.workers import one_process

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

LIMIT: Final = 10_000
TYPE: Final = b"content-type: application/json\r\n"
TOO_LARGE: Final = "more than a cassette takes"


def answer(body: bytes, fields: bytes = b"") -> bytes:
    """An answer with a length."""
    return b"HTTP/1.1 200 OK\r\n%b%bcontent-length: %d\r\n\r\n%b" % (TYPE, fields, len(body), body)


def zlibbed(body: bytes, window: int) -> bytes:
    """The body in one of zlib's frames."""
    encoder = zlib.compressobj(wbits=window)
    return encoder.compress(body) + encoder.flush()


def in_pieces(body: bytes, size: int) -> bytes:
    """An answer in chunks of a size."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\n%btransfer-encoding: chunked\r\n\r\n%b0\r\n\r\n" % (TYPE, chunks)


NESTED: Final = b'event: content_block_start\ndata: {"type":"content_block_start","index":%b}\n\n' % (
    b"[" * 990 + b"]" * 990
)
GZIP, DEFLATE = b"content-encoding: gzip\r\n", b"content-encoding: deflate\r\n"
NULS, FITS = bytes(LIMIT + 1), bytes(LIMIT)


class Odd(NamedTuple):
    """What an upstream says, and why it is not recorded; empty if it is."""

    says: bytes
    left_out: str = ""


ODD: Final = {
    "NULs that just fit": Odd(answer(FITS)),
    "NULs": Odd(answer(NULS), TOO_LARGE),
    "NULs in gzip that just fit": Odd(answer(gzip.compress(FITS), GZIP)),
    "NULs in gzip": Odd(answer(gzip.compress(NULS), GZIP), TOO_LARGE),
    "many NULs in gzip": Odd(answer(gzip.compress(bytes(1000 * LIMIT)), GZIP), TOO_LARGE),
    "NULs in zlib": Odd(answer(zlibbed(NULS, zlib.MAX_WBITS), DEFLATE), TOO_LARGE),
    "NULs in raw deflate": Odd(answer(zlibbed(NULS, -zlib.MAX_WBITS), DEFLATE), TOO_LARGE),
    "gzip with rubbish behind it": Odd(answer(gzip.compress(b"{}") + bytes(50 * LIMIT), GZIP)),
    "gzip that is damaged": Odd(answer(b"\x1f\x8b rubbish", GZIP), "is not valid gzip"),
    "brotli that nobody asked for": Odd(answer(b"\x0b", b"content-encoding: br\r\n"), "was not asked for"),
    "zstd that nobody asked for": Odd(
        answer(b"\x28\xb5", b"content-encoding: zstd\r\n"), "was not asked for"
    ),
    "gzip in gzip": Odd(
        answer(gzip.compress(gzip.compress(b"{}")), b"content-encoding: gzip, gzip\r\n"), "was not asked for"
    ),
    "a character in halves": Odd(answer(HALVES)),
    "an index nested deep": Odd(answer(NESTED)),
    "a thousand layers": Odd(
        answer(b"{}", b"content-encoding: %b\r\n" % b",".join([b"gzip"] * 1000)), "asked"
    ),
    "more pieces than are kept": Odd(in_pieces(b"x" * 150, 1), "in more than 100 pieces"),
    "every byte there is": Odd(answer(bytes(range(256)) * 20)),
    "every control character": Odd(answer("".join(map(chr, range(0xA0))).encode() * 20)),
    "line ends of all kinds": Odd(answer("\r\n\r\u2028\u2029\x85\n".encode() * 20)),
    "blanks alone": Odd(answer(b" \n\t " * 100)),
    "half a character": Odd(answer("€".encode()[:2])),
}


@pytest.fixture
def _low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockapi.server.recording._decoding.MAX_BODY", LIMIT)
    monkeypatch.setattr("mockapi.server.recording._decoding.MAX_CHUNKS", 100)


_QUICK: Final = {
    "NULs in gzip",
    "an index nested deep",
    "gzip with rubbish behind it",
    "every control character",
}


@pytest.mark.usefixtures("_low_limits")
@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(odd, id=name, marks=() if name in _QUICK else pytest.mark.slow)
        for name, odd in ODD.items()
    ],
)
def test_every_byte_reaches_the_client_and_what_is_written_is_read_again(odd: Odd, tmp_path: Path) -> None:
    """What is left out is told; the recording beside it is written as ever."""
    told = io.StringIO()
    body = odd.says.partition(b"\r\n\r\n")[2]
    with (
        Upstream(saying(odd.says)) as upstream,
        recording(upstream.url, tmp_path / "r", stream=told) as server,
        httpx.Client(trust_env=False) as client,
        client.stream(
            "POST",
            f"{server.base_url}/v1/messages",
            json=message("hi"),
            headers={"accept-encoding": "gzip, deflate"},
        ) as reply,
    ):
        raw = b"".join(reply.iter_raw())
    assert raw == (body if b"chunked" not in odd.says else b"x" * 150)
    assert len(recorded(tmp_path / "r").interactions) == (not odd.left_out)
    assert (odd.left_out in told.getvalue()) if odd.left_out else not told.getvalue()


def _another_each_time(upstream: Upstream, connection: socket.socket) -> None:
    """Two kilobytes that no reply before had."""
    connection.sendall(answer(b'"%b"' % (b"%d" % len(upstream.requests) * 2000)))


@pytest.mark.parametrize("folder", [True, False], ids=["a folder", "one file"])
def test_a_cassette_near_its_limit_gets_no_more(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    folder: bool,  # noqa: FBT001 - a column
) -> None:
    """In a folder the next file is begun; of a file that was named, people are told what is left out."""
    monkeypatch.setattr("mockapi.cassettes._encode.MAX_BYTES", 5000)
    to = tmp_path / "r" if folder else tmp_path / "r.yaml"
    told = io.StringIO()
    with (
        Upstream(_another_each_time) as upstream,
        recording(upstream.url, to, stream=told) as server,
    ):
        for text in ("one", "two", "three"):
            assert ask(server.base_url, message(text)).status_code == 200
    files = sorted(to.glob("*.yaml")) if folder else [to]
    assert all(file.stat().st_size <= 5000 for file in files)
    if folder:
        assert len(recorded(to).interactions) == 3
        assert not told.getvalue()
    else:
        assert len(recorded(to).interactions) == 1
        assert told.getvalue().count("a cassette has at most 5,000") == 2


def test_what_the_format_has_no_place_for_keeps_nothing_else_out(tmp_path: Path) -> None:
    """A method that no cassette can hold: told and left out, and what comes with it is written."""
    told = io.StringIO()
    with (
        Upstream(saying(answer(b"{}"))) as upstream,
        recording(upstream.url, tmp_path / "r", stream=told) as server,
        httpx.Client(trust_env=False) as client,
    ):
        assert client.request("M-SEARCH", f"{server.base_url}/v1/other").status_code == 200
        assert ask(server.base_url, message("hi")).status_code == 200
    assert len(recorded(tmp_path / "r").interactions) == 1
    assert "M-SEARCH /v1/other was not recorded" in told.getvalue()


@pytest.mark.parametrize("place", ["_encode.summarize", "redaction._redacted_request"])
@one_process
def test_a_defect_in_one_recording_keeps_nothing_else_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    """It is told with its traceback, and the request that met it is left out; the next is written."""
    module = importlib.import_module(f"mockapi.cassettes.{place.partition('.')[0]}")
    real = getattr(module, place.partition(".")[2])

    def broken(*given: Any) -> Any:
        if b"bad" in repr(given).encode():
            raise ZeroDivisionError("a defect")
        return real(*given)

    told = io.StringIO()
    with (
        Upstream(saying(answer(b"{}"))) as upstream,
        recording(upstream.url, tmp_path / "r", stream=told) as server,
    ):
        monkeypatch.setattr(module, place.partition(".")[2], broken)
        for text in ("bad", "good"):
            assert ask(server.base_url, message(text)).status_code == 200
        monkeypatch.undo()
    (kept,) = recorded(tmp_path / "r").interactions
    assert b"good" in kept.request.body
    assert "POST /v1/messages was not recorded: a defect of mockapi" in told.getvalue()
    assert "ZeroDivisionError" in caplog.text


def _gigabyte(connection: socket.socket, pieces: Iterator[bytes]) -> None:
    head = b"HTTP/1.1 200 OK\r\n%b%btransfer-encoding: chunked\r\n\r\n" % (TYPE, GZIP)
    connection.sendall(head)
    for piece in pieces:
        if piece:
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
    connection.sendall(b"0\r\n\r\n")


def _zeros(size: int) -> Callable[[Upstream, socket.socket], None]:
    """Say so many NULs, in gzip."""

    def talk(_: Upstream, connection: socket.socket) -> None:
        encoder = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
        mega = bytes(1 << 20)
        pieces = (encoder.compress(mega) for _ in range(size >> 20))
        _gigabyte(connection, (piece for part in (pieces, (encoder.flush() for _ in "1")) for piece in part))

    return talk


def _peak(pid: int) -> int:
    """The most memory that a process has had, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells it of others")
@pytest.mark.parametrize("size", [1 << 30, MAX_BODY], ids=["a gigabyte of NULs", "NULs that just fit"])
def test_a_bomb_costs_a_bounded_amount_of_memory(size: int, tmp_path: Path) -> None:
    """The gigabyte is forwarded in full and left out; the largest body that fits is read again."""
    to = tmp_path / "r.yaml"
    with (
        Upstream(_zeros(size)) as upstream,
        Serving("record", "--port", "0", "--upstream", upstream.url, "--to", str(to)) as served,
        httpx.Client(trust_env=False, timeout=100) as client,
    ):
        received = 0
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        with client.stream(
            "POST", f"{served.url}/v1/files", content=b"{}", headers={"x-api-key": "k"}
        ) as reply:
            for raw in reply.iter_raw():
                received += len(decoder.decompress(raw))
        peak = _peak(served.process.pid)
    assert received == size
    assert peak < (150 if size > MAX_BODY else 1000), peak
    if size > MAX_BODY:
        assert not to.exists()
    else:
        assert to.stat().st_size <= MAX_BYTES
        assert run("cassettes", "lint", str(to), env={"MOCKAPI_CACHE": "off"}).code == 0
