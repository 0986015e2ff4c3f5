"""What counting for Prometheus costs a recorded reply, in processor time.

    python benchmarks/run.py --only metrics
    python -m benchmarks.metrics [--before CHECKOUT] [--rounds 400]

A share of a hundredth drowns in what two servers under load differ by anyway. So one server is asked in
slices of a few milliseconds, counting in one and not in the next, and neighbours are compared. The client is
a process of its own, and its time does not count. Replies are counted, some hundreds together, when the
journal is full and has to drop the oldest: it is filled first, so a slice that counts pays for as many as it
has asked for. With `--before`, the cheapest slice of another checkout,
one that could not count yet, stands beside the cheapest one here.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, os.environ.get("MOCKAPI_CHECKOUT", str(_ROOT)))
sys.path.append(str(_ROOT))

from benchmarks import workload  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.report import Goal, Part  # noqa: E402 - as above

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_MOST = 1.02
_CONNECTIONS = 16
_REQUESTS = 256  # of a slice: as many as are counted together
_BYTES = 64 * 1024  # as much as is read at once
_COLUMNS = ("counting", "processor time, against off")


def _ask(orders: Connection) -> None:
    """The client: on each order, send the requests of a slice, one at a time on each connection."""
    address, request = orders.recv()
    connections = [socket.create_connection(address) for _ in range(_CONNECTIONS)]
    with contextlib.suppress(EOFError):  # nobody is left to order
        while orders.recv():
            replies = []
            for _ in range(_REQUESTS // _CONNECTIONS):
                for connection in connections:
                    connection.sendall(request)
                replies += [connection.recv(_BYTES) for connection in connections]
            orders.send([reply.partition(b"\r\n")[0] for reply in replies])


class Requests:
    """One kind of request to a server in this process.

    Args:
        work: where its cassette is kept.
    """

    def __init__(self, work: Path) -> None:
        import mockapi

        self._orders, theirs = multiprocessing.Pipe()
        multiprocessing.get_context("fork").Process(target=_ask, args=(theirs,), daemon=True).start()
        folder = workload.cassette_folder(work, "json-1", [workload.interaction(1)])
        self._metrics: Any = None
        self._server = mockapi.Server([str(folder)])
        self._server.start()
        gc.freeze()  # as `mockapi serve` does, thresholds too
        gc.set_threshold(50_000, 20, 100)
        body = workload.request_body(1)
        fields = {**workload.HEADERS, "content-length": str(len(body)), "host": "127.0.0.1"}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        request = f"POST {workload.PATH} HTTP/1.1\r\n{head}\r\n".encode() + body
        at = urlsplit(self._server.base_url)
        self._orders.send(((at.hostname, at.port), request))

    def fill(self) -> None:
        """Ask until each request has the journal drop an entry, and all else is as it stays, too."""
        while not self._server.service.sessions.default.journal.dropped:
            self.slice()

    def slice(self, metrics: Any = None) -> float:
        """Seconds of the server's processor time for some requests, counted or not.

        Args:
            metrics: where to count as many as are asked for, the oldest in the journal.

        Raises:
            RuntimeError: a request was not answered with 200.
        """
        began = time.process_time()
        if metrics is not self._metrics:
            self._count(metrics)
        self._orders.send(True)
        lines = self._orders.recv()
        used = time.process_time() - began
        if lines != [b"HTTP/1.1 200 OK"] * _REQUESTS:
            raise RuntimeError(f"Requests were answered with {set(lines)}.")
        return used

    def _count(self, metrics: Any) -> None:
        """Count, or count no more."""
        service = self._server.service
        self._metrics = service.metrics = metrics
        service.sessions.count_for(metrics)

    def counted(self, metrics: Any) -> int:
        """How many replies were counted."""
        family = next(metrics.families(self._server.service.totals()))
        return sum(int(sample.value) for sample in family.samples)

    def close(self) -> None:
        """Stop the server; the client ends when nobody is left to order."""
        self._orders.close()
        self._server.stop()


def _ratios(work: Path, rounds: int) -> tuple[float, float]:
    """What a slice that counts, and one more that does not, cost as multiples of their neighbour."""
    from mockapi.server import Metrics

    metrics = Metrics()
    counted, control = [], []
    with contextlib.closing(Requests(work)) as requests:
        requests.fill()
        for number in range(rounds):
            costs = [requests.slice(way) for way in (None, metrics, None)]
            counted.append(costs[1] / ((costs[0] + costs[2]) / 2))
            control.append(costs[2] / costs[0] if number % 2 else costs[0] / costs[2])
        replies = requests.counted(metrics)
        if replies != rounds * _REQUESTS:
            raise RuntimeError(f"{replies} replies were counted, of {rounds * _REQUESTS}.")
    return median(counted), median(control)


def metrics_part(work: Path, *, rounds: int) -> Part:
    """A recorded reply of 500 bytes, counted and not."""
    counted, control = _ratios(work, rounds)
    return Part(
        "Metrics",
        "The request of the first table, to a server that counts for Prometheus (`--metrics`) and does not,"
        f" in turn: the median ratio of neighbours, {_REQUESTS} requests each. The second row is what equals"
        " come to on this machine.",
        _COLUMNS,
        [("on", f"{counted:.3f}"), ("off, once more", f"{control:.3f}")],
        [
            Goal(
                "a recorded reply with --metrics, against without",
                "≤ 1.02",
                f"{counted:.3f}",
                counted <= _MOST,
            )
        ],
    )


def _cheapest(work: Path, rounds: int) -> float:
    with contextlib.closing(Requests(work)) as requests:
        requests.fill()
        return min([requests.slice() for _ in range(rounds)])


def _before(checkout: Path, rounds: int) -> tuple[float, float]:
    """Microseconds of a request in the cheapest slice there and here, asked in turn."""
    found: dict[Path, float] = {}
    for place in (checkout, _ROOT) * 5:
        command = [sys.executable, __file__, "--cheapest", "--rounds", str(rounds)]
        environment = {**os.environ, "MOCKAPI_CHECKOUT": str(place)}
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        found[place] = min(float(done.stdout), found.get(place, 1e9))
    return found[checkout], found[_ROOT]


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--before", type=Path, help="a checkout to stand beside")
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--cheapest", action="store_true", help="print the cheapest request of many, in µs")
    options = parser.parse_args()
    work = Path(tempfile.gettempdir(), f"mockapi-benchmarks-{os.getuid()}")
    work.mkdir(parents=True, exist_ok=True)
    if options.cheapest:
        print(_cheapest(work, options.rounds) / _REQUESTS * 1e6)
    elif options.before is not None:
        there, here = _before(options.before, options.rounds)
        print(f"before {there:.2f} µs, here with metrics off {here:.2f} µs: {here / there:.3f}")
    else:
        for row in metrics_part(work, rounds=options.rounds).rows:
            print("".join(f"{cell:>16}" for cell in row))


if __name__ == "__main__":
    main()
