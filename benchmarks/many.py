"""Thousands of connections at once on two workers: paced streams with a load beside them, and idle ones.

    python benchmarks/run.py --only many
    python -m benchmarks.many [--streams 3000] [--events 30] [--seconds 10] [--idle 20000] [--workers 2]

How late chunks are is the server's own count, of all workers. The processor time is told apart: the server's
for a chunk, and the client's. Server and client share all cores of the machine. Beside the streams, one
connection asks for a recorded reply, one after the other, up to 200 a second. Memory is that of all
processes of the server, where what they share counts once (PSS).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks import workload  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.crowd import Beside, Crowd, allow_descriptors  # noqa: E402 - as above
from benchmarks.pacing import ASKED, cassette, processor_seconds, written  # noqa: E402 - as above
from benchmarks.processes import family_of, pss_bytes  # noqa: E402 - as above
from benchmarks.report import Goal, Part  # noqa: E402 - as above
from benchmarks.servers import Server  # noqa: E402 - as above
from benchmarks.workers import request_to  # noqa: E402 - as above

_LATE_MS, _STREAM_KB = 50.0, 25.0
_OPENING = 2.0
_CROWDS = 4
"""Processes that hold idle connections: few users may have so many in one."""
_SETTLED = 1.0


def _server(path: Path, cache: Path, workers: int) -> Server:
    options = ("--speed", "1", "--on-unmatched", "fail", "--workers", str(workers))
    return Server(
        "many",
        [sys.executable, "-m", "mockapi", "serve", str(path), "--port", "{port}", *options],
        environment={"MOCKAPI_CACHE": str(cache), "PYTHONPATH": str(_ROOT)},
        ready="mockapi ready on",
        pinned=False,
    )


def _memory(server: Server) -> int:
    return sum(map(pss_bytes, family_of(server.pid)))


def _processor(server: Server) -> float:
    return sum(sum(processor_seconds(pid)) for pid in family_of(server.pid))


def _health(server: Server) -> dict[str, float]:
    with urllib.request.urlopen(f"{server.url}/_mockapi/health", timeout=30) as response:
        lateness: dict[str, float] = json.load(response)["lateness"]
    return lateness


def streams(count: int, events: int, seconds: float, workers: int) -> dict[str, float]:
    """Streams at once with a load beside them: the server's lateness, and what it takes of all."""
    allow_descriptors(count)
    with tempfile.TemporaryDirectory() as name:
        path = cassette(Path(name), events, seconds + _OPENING, workload.interaction(1))
        with _server(path, Path(name), workers) as server, Crowd() as crowd:
            beside = Beside(server.url, request_to("", server.port, 1))
            before, idle, own = _processor(server), _memory(server), time.process_time()
            asked = written(server.url, ASKED, "connection: close\r\n")
            crowd.open([server.url], count, asked, over=_OPENING)
            held = _memory(server) - idle
            crowd.read_to_the_end(beside)
            own = time.process_time() - own
            used = _processor(server) - before
            lateness = _health(server)
            beside.close()
    microseconds = 1e6 / lateness["chunks"]
    return {
        "streams": count,
        "events_a_second": events,
        "workers": workers,
        **lateness,
        "beside": beside.answered,
        "kB_a_stream": round(held / count / 1000, 1),
        "server_us_a_chunk": round(used * microseconds, 1),
        "client_us_a_chunk": round(own * microseconds, 1),
    }


def _line(crowd: subprocess.Popen[str]) -> str:
    assert crowd.stdout is not None
    return crowd.stdout.readline()


def idle(count: int, workers: int) -> dict[str, float]:
    """Connections on which nothing happens any more: how many there are, and what they take."""
    with tempfile.TemporaryDirectory() as name:
        path = cassette(Path(name), 1, 1)
        with _server(path, Path(name), workers) as server:
            before = _memory(server)
            share = count // _CROWDS
            crowds = [
                subprocess.Popen(
                    [sys.executable, "-m", "benchmarks.crowd", server.url, str(share)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=_ROOT,
                )
                for _ in range(_CROWDS)
            ]
            answered = sum(int(_line(crowd)) for crowd in crowds)
            held = _memory(server) - before
            time.sleep(_SETTLED)  # whatever the opening left to do is not the idleness
            used = _processor(server)
            time.sleep(_SETTLED)
            used = _processor(server) - used
            begun = time.perf_counter()
            _health(server)
            waited = time.perf_counter() - begun
            for crowd in crowds:
                crowd.communicate()
    return {
        "connections": count,
        "workers": workers,
        "answered": answered,
        "kB_a_connection": round(held / count / 1000, 1),
        "processor_share_while_idle": round(used / _SETTLED, 3),
        "health_ms": round(waited * 1000, 1),
    }


def many_part(*, streams_at_once: int = 3_000, idle_ones: int = 20_000, seconds: float = 10.0) -> Part:
    """The promised streams and idle connections, on two workers."""
    found = streams(streams_at_once, 30, seconds, 2)
    quiet = idle(idle_ones, 2)
    rows = [
        (f"{found['streams']:,} streams, {name.replace('_', ' ')}", f"{value:,}")
        for name, value in found.items()
        if name != "streams"
    ]
    rows += [
        (f"{quiet['connections']:,} idle connections, {name.replace('_', ' ')}", f"{value:,}")
        for name, value in quiet.items()
        if name != "connections"
    ]
    goals = (
        Goal(
            "lateness of a chunk by the server's count, a load beside it, p99",
            f"{_LATE_MS:.0f} ms",
            f"{found['p99_ms']:.1f} ms",
            found["p99_ms"] <= _LATE_MS,
        ),
        Goal(
            "memory of a stream",
            f"{_STREAM_KB:.0f} kB",
            f"{found['kB_a_stream']} kB",
            found["kB_a_stream"] <= _STREAM_KB,
        ),
        Goal(
            "idle connections that are all answered",
            f"{idle_ones:,}",
            f"{quiet['answered']:,}",
            quiet["answered"] == idle_ones,
        ),
    )
    about = (__doc__ or "").partition("\n\n")[2].partition("\n\n")[2].replace("\n", " ").strip()
    return Part("Many connections", about, ("", ""), rows, goals)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--streams", type=int, default=3_000)
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--idle", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if options.streams:
        print(json.dumps(streams(options.streams, options.events, options.seconds, options.workers)))
    if options.idle:
        print(json.dumps(idle(options.idle, options.workers)))


if __name__ == "__main__":
    main()
