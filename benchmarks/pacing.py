"""Recorded pace: how late the chunks of many streams at once are, by the server's own count.

    python benchmarks/pacing.py                             the loads that something is promised for
    python benchmarks/pacing.py --streams 2000 --events 10  any other

Starts a server on one core and a client on another that opens so many streams and only reads.
Each stream has so many events a second. What is told is the server's own lateness, of every
paced chunk, as `/_mockapi/health` tells it, and the processor time it took. How late a client sees a
chunk is the client's business too: it is not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import orjson

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))
from benchmarks.crowd import Crowd  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.report import Goal, Part  # noqa: E402 - as above
from benchmarks.servers import LOAD_CORE, SERVER_CORE  # noqa: E402 - as above

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction


@dataclass(frozen=True)
class Load:
    """Streams at once, and what is promised of them.

    Attributes:
        streams: how many.
        events: of each, in a second.
        bar_ms: 99 of 100 chunks are less late than this; None promises nothing.
    """

    streams: int
    events: int
    bar_ms: float | None


LOADS = (Load(50, 40, 2.0), Load(1000, 30, 5.0))
ASKED = orjson.dumps(
    {
        "model": "claude-sonnet-5",
        "max_tokens": 1024,
        "stream": True,
        "messages": [{"role": "user", "content": "Stream."}],
    }
)


def cassette(folder: Path, events: int, seconds: float, *more: Interaction) -> Path:
    """A cassette with a stream of text, an event a chunk, so many events a second, and what else is given."""
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
    request = RecordedRequest("POST", "/v1/messages", "", (("content-type", "application/json"),), ASKED)
    path = folder / "pacing.yaml"
    path.write_bytes(dump(Cassette(str(path), (Interaction(request, response), *more))))
    return path


def read_streams(base_url: str, streams: int) -> int:
    """Open all streams and read them to their ends; how many bytes came."""
    with Crowd() as crowd:
        crowd.open([base_url], streams, written(base_url, ASKED, "connection: close\r\n"), over=1.0)
        return crowd.read_to_the_end()


def written(base_url: str, body: bytes, fields: str = "") -> bytes:
    """A request for a message as it is written to a connection."""
    target = urlsplit(base_url)
    head = f"POST {target.path}/v1/messages HTTP/1.1\r\nhost: {target.netloc}\r\n"
    fields += "content-type: application/json\r\n"
    return f"{head}{fields}content-length: {len(body)}\r\n\r\n".encode() + body


def processor_seconds(pid: int) -> tuple[float, float]:
    """What a process has used: its own time, and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / ticks, int(fields[12]) / ticks


def waited_seconds(pid: int) -> float:
    """How long the threads of a process have waited for a core that somebody else had."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[1]) for task in tasks) / 1e9


def measure(load: Load, seconds: float) -> dict[str, float]:
    """One run: the server's lateness, and what it used."""
    with tempfile.TemporaryDirectory() as folder:
        path = cassette(Path(folder), load.events, seconds)
        command = [sys.executable, "-m", "mockapi", "serve", str(path), "--port", "0", "--speed", "1"]
        server = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),  # noqa: PLW1509 - this program has one thread
        )
        os.sched_setaffinity(0, {LOAD_CORE})
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().split()[-1]
            before, begun = processor_seconds(server.pid), time.monotonic()
            waited = waited_seconds(server.pid)
            total = read_streams(base_url, load.streams)
            elapsed = time.monotonic() - begun
            waited = waited_seconds(server.pid) - waited
            own, kernel = (
                after - at for after, at in zip(processor_seconds(server.pid), before, strict=True)
            )
            lateness = httpx.get(f"{base_url}/_mockapi/health", timeout=30).json()["lateness"]
        finally:
            server.terminate()
            server.wait(10)
    microseconds = 1e6 / lateness["chunks"]
    return {
        "streams": load.streams,
        "events_a_second": load.events,
        **lateness,
        "MiB": round(total / 2**20, 1),
        "seconds": round(elapsed, 1),
        "waited_ms_a_second": round(waited / elapsed * 1000, 1),
        "own_us_a_chunk": round(own * microseconds, 1),
        "kernel_us_a_chunk": round(kernel * microseconds, 1),
    }


def pace_part(*, seconds: float) -> Part:
    """The promised loads, for so many seconds each."""
    rows, goals = [], []
    for load in LOADS:
        found = measure(load, seconds)
        times = [f"{found[name]:.2f}" for name in ("p50_ms", "p99_ms", "worst_ms")]
        times.append(f"{found['waited_ms_a_second']:.0f}")
        rows.append(
            [f"{load.streams:,} streams, {load.events} events/s each", f"{found['chunks']:,.0f}", *times]
        )
        bar = load.bar_ms or 0.0
        what = f"lateness of a chunk by the server's count, {load.streams:,} streams at once, p99"
        goals.append(Goal(what, f"< {bar:.0f} ms", f"{found['p99_ms']:.2f} ms", found["p99_ms"] < bar))
    return Part(
        "Recorded pace",
        f"Streams at once with `--speed 1`, {seconds:.0f} s of each. Lateness is what `/_mockapi/health`"
        " tells: from the moment a chunk is due to the server's write. Quantiles are upper bounds, true"
        " within ten percent. While the server waits for a core that another program has, chunks are late,"
        " too; on a quiet machine it waits less than 1 ms a second.",
        ("load", "chunks", "p50 ms", "p99 ms", "largest ms", "waited, ms/s"),
        rows,
        goals,
    )


def main() -> None:
    """Measure and tell; exit 1 beyond what is promised."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int)
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    loads = (Load(options.streams, options.events, None),) if options.streams else LOADS
    late = 0
    for load in loads:
        result = measure(load, options.seconds)
        print(json.dumps(result))
        late += load.bar_ms is not None and result["p99_ms"] >= load.bar_ms
    sys.exit(1 if late else 0)


if __name__ == "__main__":
    main()
