"""Many paced streams at once: how late the server's chunks are.

    python benchmarks/pacing.py [--streams 1000] [--events 30] [--seconds 10]

Starts a server on one core and a client on another that opens so many streams and only reads.
Each stream has so many events a second. What is told is the server's own lateness, of every
paced chunk, and the processor time it took; the bar is a p99 below 100 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))  # a program that is run by its path has to find its package

BAR_MS = 100.0
_AT_ONCE = 50
_NAP = 0.25  # the reader takes what has come since: reading each chunk at once costs more than sending it
_ASKED = orjson.dumps(
    {
        "model": "claude-sonnet-5",
        "max_tokens": 1024,
        "stream": True,
        "messages": [{"role": "user", "content": "Stream."}],
    }
)


def cassette(folder: Path, events: int, seconds: float) -> Path:
    """A cassette with a stream of text, an event a chunk, so many events a second."""
    from mockapi.cassettes import (
        Cassette,
        Interaction,
        RecordedChunk,
        RecordedRequest,
        RecordedResponse,
        dump,
    )
    from mockapi.messages import encode_event, events_of

    count = int(events * seconds)
    message = {
        "id": "msg_01BenchmarkBenchmarkBenc",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5",
        "content": [{"type": "text", "text": "word " * count}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": count},
    }
    frames = [encode_event(event) for event in events_of(message, sizes=lambda _kind: 5)]
    response = RecordedResponse(
        200,
        (("content-type", "text/event-stream"), ("transfer-encoding", "chunked")),
        b"".join(frames),
        tuple(RecordedChunk(1 / events, len(frame)) for frame in frames),
    )
    request = RecordedRequest("POST", "/v1/messages", "", (("content-type", "application/json"),), _ASKED)
    path = folder / "pacing.yaml"
    path.write_bytes(dump(Cassette(str(path), (Interaction(request, response),))))
    return path


def read_streams(base_url: str, streams: int) -> int:
    """Open all streams and read them to their ends; how many bytes came."""
    target = urlsplit(base_url)
    head = f"POST /v1/messages HTTP/1.1\r\nhost: {target.netloc}\r\ncontent-type: application/json\r\n"
    asked = f"{head}connection: close\r\ncontent-length: {len(_ASKED)}\r\n\r\n".encode() + _ASKED
    open_ones: list[socket.socket] = []
    for number in range(streams):
        sock = socket.create_connection((target.hostname or "", target.port or 0))
        sock.sendall(asked)
        sock.setblocking(False)
        open_ones.append(sock)
        if number % _AT_ONCE == 0:
            time.sleep(_AT_ONCE / streams)  # their events must not all be due at one moment
    total = 0
    while open_ones:
        time.sleep(_NAP)
        for sock in tuple(open_ones):
            with contextlib.suppress(BlockingIOError):
                data = sock.recv(1024 * 1024)
                total += len(data)
                if not data:
                    open_ones.remove(sock)
                    sock.close()
    return total


def processor_seconds(pid: int) -> tuple[float, float]:
    """What a process has used: its own time, and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / ticks, int(fields[12]) / ticks


def measure(streams: int, events: int, seconds: float) -> dict[str, float]:
    """One run: the server's lateness, and what it used."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        path = cassette(Path(folder), events, seconds)
        command = [sys.executable, "-m", "mockapi", "serve", str(path), "--port", "0", "--speed", "1"]
        server = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            preexec_fn=lambda: os.sched_setaffinity(0, {cores[0]}),  # noqa: PLW1509 - this program has one thread
        )
        os.sched_setaffinity(0, {cores[-1]})
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().split()[-1]
            before, begun = processor_seconds(server.pid), time.monotonic()
            total = read_streams(base_url, streams)
            elapsed = time.monotonic() - begun
            own, kernel = (
                after - at for after, at in zip(processor_seconds(server.pid), before, strict=True)
            )
            lateness = httpx.get(f"{base_url}/_mockapi/health", timeout=30).json()["lateness"]
        finally:
            server.terminate()
            server.wait(10)
    microseconds = 1e6 / lateness["chunks"]
    return {
        "streams": streams,
        "events_a_second": events,
        **lateness,
        "MiB": round(total / 2**20, 1),
        "seconds": round(elapsed, 1),
        "own_us_a_chunk": round(own * microseconds, 1),
        "kernel_us_a_chunk": round(kernel * microseconds, 1),
    }


def main() -> None:
    """Measure and tell; exit 1 beyond the bar."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    result = measure(options.streams, options.events, options.seconds)
    print(json.dumps(result))
    sys.exit(0 if result["p99_ms"] < BAR_MS else 1)


if __name__ == "__main__":
    main()
