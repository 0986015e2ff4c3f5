"""What several workers hold in memory together, against one process.

    python benchmarks/run.py --only worker-memory
    python -m benchmarks.worker_memory [--interactions 10000]

The memory is that of all processes of the server, where what they share counts once (PSS): idle, and after
every recording has been played once. Each server has been asked for its health before, as probes do: one
process imports the control API with the first request to it, workers before they are forked.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks import workload  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.processes import family_of, pss_bytes  # noqa: E402 - as above
from benchmarks.report import Goal, Part  # noqa: E402 - as above
from benchmarks.servers import Server, mockapi  # noqa: E402 - as above
from benchmarks.workers import request_to, size_of_reply  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import Interaction

_MOST = 1.3
_CONNECTIONS = 8
_WORKERS = (1, 2, 4)
_MB = 2**20
_ABOUT = (
    "The memory of all processes of a server together, what they share counted once (PSS), before and after"
    " each recording is played once from the default session over eight connections. It includes the journal"
    " of those requests. Each server has been asked for its health once, as probes do."
)
_COLUMNS = ("recordings", "processes", "idle, MiB", "against one", "after the load, MiB", "against one")


class _Kind(NamedTuple):
    name: str
    size: int
    interaction: Callable[[int], Interaction]


_KINDS = (
    _Kind("small", workload.REQUEST_BYTES, workload.interaction),
    _Kind("of 5 kB", 1700, workload.large_interaction),
)


def _memory(server: Server) -> float:
    return sum(map(pss_bytes, family_of(server.pid))) / _MB


def _play_all(server: Server, size: int, interactions: int) -> None:
    connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(_CONNECTIONS)]
    try:
        for number in range(interactions):
            sock = connections[number % _CONNECTIONS]
            sock.sendall(request_to("", server.port, number, size))
            size_of_reply(sock)
    finally:
        for sock in connections:
            sock.close()


def _measured(folder: Path, work: Path, kind: _Kind, workers: int, interactions: int) -> tuple[float, float]:
    start = partial(mockapi, f"{workers}", folder, work / "cache", "--workers", str(workers))
    with start("--on-unmatched", "fail"):
        pass  # the cache is filled
    with start("--on-unmatched", "fail") as server:
        urllib.request.urlopen(f"{server.url}/_mockapi/health", timeout=30).close()
        idle = _memory(server)
        _play_all(server, kind.size, interactions)
        return idle, _memory(server)


def memory_part(work: Path, *, interactions: int = 10_000) -> Part:
    """Memory of one process, of two and of four workers."""
    rows, goals = [], []
    for kind in _KINDS:
        name = f"{kind.name}-{interactions}".replace(" ", "-")
        folder = workload.cassette_folder(work, name, map(kind.interaction, range(interactions)))
        found = {workers: _measured(folder, work, kind, workers, interactions) for workers in _WORKERS}
        for workers, (idle, loaded) in found.items():
            shares = idle / found[1][0], loaded / found[1][1]
            cells = (f"{idle:.0f}", f"{shares[0]:.2f}", f"{loaded:.0f}", f"{shares[1]:.2f}")
            rows.append((f"{interactions:,} {kind.name}", f"{workers}", *cells))
            if workers > 1:
                what = f"memory of {workers} workers against one process, {kind.name}, after the load"
                goals.append(Goal(what, f"{_MOST}", f"{shares[1]:.2f}", shares[1] <= _MOST))
    return Part("Memory of several workers", _ABOUT, _COLUMNS, rows, goals)


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--interactions", type=int, default=10_000)
    options = parser.parse_args()
    work = Path(tempfile.gettempdir(), f"mockapi-benchmarks-{os.getuid()}")
    work.mkdir(parents=True, exist_ok=True)
    for row in memory_part(work, interactions=options.interactions).rows:
        print("".join(f"{cell:>14}" for cell in row))


if __name__ == "__main__":
    main()
