"""What recording adds: the time to the first byte of a reply, through the recorder and without it.

The upstream is a mockapi that plays a stream from memory, so that what is measured is the way
there and back and the recorder's own work. Both are asked in turn, over a connection each, one
request at a time; every request is written to the cassette before its reply ends.
"""

from __future__ import annotations

import socket
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks.report import Goal, Part, page  # noqa: E402 - a program has to find its package
from benchmarks.servers import ROOT, Server, mockapi  # noqa: E402 - as above
from benchmarks.workload import (  # noqa: E402 - as above
    HEADERS,
    PATH,
    cassette_folder,
    interaction,
    request_body,
)

if TYPE_CHECKING:
    from typing import Self

ROUNDS = 300


def recording_part(work: Path, *, rounds: int = ROUNDS) -> Part:
    """Ask directly and through the recorder, so many times each."""
    folder = cassette_folder(work, "upstream", [interaction(1, stream=True)])
    direct: list[float] = []
    through: list[float] = []
    whole: list[float] = []
    with mockapi("upstream", folder, work / "cache") as upstream:
        recorder = Server(
            "recorder",
            [
                *(sys.executable, "-m", "mockapi", "record", "--port", "{port}"),
                *("--upstream", f"http://127.0.0.1:{upstream.port}", "--to", str(work / "recorded")),
            ],
            environment={"MOCKAPI_CACHE": "off", "PYTHONPATH": str(ROOT)},
            ready="mockapi ready on",
        )
        with recorder, _Client(upstream.port) as near, _Client(recorder.port) as far:
            for _ in range(10):  # connections, caches, first imports
                near.ask()
                far.ask()
            for _ in range(rounds):
                direct.append(near.ask()[0])
                first, last = far.ask()
                through.append(first)
                whole.append(last)
    added = median(through) - median(direct)
    return Part(
        "Recording",
        f"A stream of 200 events, asked {rounds} times directly and {rounds} times through `mockapi record`,"
        " in turn. The last byte waits until the recording is on the disk.",
        ("", "p50 ms", "p99 ms"),
        [
            _row("first byte, directly", direct),
            _row("first byte, through the recorder", through),
            _row("last byte, through the recorder", whole),
        ],
        [Goal("added time to the first byte, p50", "< 5 ms", f"{added * 1000:.2f} ms", added < 0.005)],
    )


def _row(name: str, seconds: list[float]) -> tuple[str, str, str]:
    ordered = sorted(seconds)
    return name, f"{median(ordered) * 1000:.2f}", f"{ordered[int(len(ordered) * 0.99)] * 1000:.2f}"


class _Client:
    """A connection that asks the same again and again, and times the reply."""

    def __init__(self, port: int) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = request_body(1, stream=True)
        fields = {**HEADERS, "host": "127.0.0.1", "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._request = f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def ask(self) -> tuple[float, float]:
        """Seconds to the first byte of the body and to the end of the reply."""
        started = time.perf_counter()
        self._sock.sendall(self._request)
        seen = b""
        first = 0.0
        while not seen.endswith(b"\r\n0\r\n\r\n"):
            seen += self._sock.recv(1 << 20)
            if not first and seen.partition(b"\r\n\r\n")[2]:
                first = time.perf_counter() - started
        return first, time.perf_counter() - started


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder_:
        print(page([recording_part(Path(folder_))], "python benchmarks/recording.py"))
