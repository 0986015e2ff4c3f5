"""What counting for Prometheus costs a recorded reply, in processor time.

    python benchmarks/run.py --only metrics
    python -m benchmarks.metrics [--before CHECKOUT] [--rounds 400]

A share of a hundredth drowns in what two servers under load differ by anyway. So one process takes requests
through the whole of it but the kernel (parser, application, journal, writing the reply) in slices of a few
milliseconds, counting in one and not in the next, and neighbours are compared. The kernel's part would make
the share smaller. With `--before`, the cheapest slice of another checkout, one that could not count yet,
stands beside the cheapest one here.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, os.environ.get("MOCKAPI_CHECKOUT", str(_ROOT)))
sys.path.append(str(_ROOT))

from benchmarks import workload  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.report import Goal, Part  # noqa: E402 - as above

_MOST = 1.02
_REQUESTS = 256  # of a slice: as many as are counted together
_COLUMNS = ("counting", "processor time, against off")


class _Wire:
    """A connection that takes all that is written."""

    def __init__(self) -> None:
        self.replies = 0

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def writelines(self, parts: Any) -> None:
        b"".join(parts)
        self.replies += 1


class Requests:
    """One kind of request to a server in this process.

    Args:
        work: where its cassette is kept.
    """

    def __init__(self, work: Path) -> None:
        from mockapi import server
        from mockapi.server.wire._protocol import Protocol

        folder = workload.cassette_folder(work, "json-1", [workload.interaction(1)])
        self.service = server.Service([str(folder)], server.Settings(), server.Console(quiet=True))
        running = server.HTTPServer(server.build_app(self.service), lambda: None)
        running.config.load()
        gc.freeze()  # as `mockapi serve` does, thresholds too
        gc.set_threshold(50_000, 20, 100)
        self._wire = _Wire()
        self._protocol = Protocol(
            config=running.config,
            server_state=running.server_state,
            app_state={},
            _loop=asyncio.get_running_loop(),
        )
        self._protocol.connection_made(self._wire)  # type: ignore[arg-type] # a stand-in
        body = workload.request_body(1)
        fields = {**workload.HEADERS, "content-length": str(len(body)), "host": "127.0.0.1"}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._request = f"POST {workload.PATH} HTTP/1.1\r\n{head}\r\n".encode() + body

    async def slice(self, metrics: Any = None) -> float:
        """Seconds of processor time for some requests, counted or not.

        Raises:
            RuntimeError: a request was not answered at once.
        """
        self.service.metrics = metrics
        before = self._wire.replies
        began = time.thread_time()
        for _ in range(_REQUESTS):
            self._protocol.data_received(self._request)
            await asyncio.sleep(0)
        used = time.thread_time() - began
        if self._wire.replies - before != _REQUESTS:
            raise RuntimeError(f"{self._wire.replies - before} of {_REQUESTS} requests were answered.")
        return used


async def _ratios(work: Path, rounds: int) -> tuple[float, float]:
    """What a slice that counts, and one more that does not, cost as multiples of their neighbour."""
    from mockapi.server import Metrics

    requests, metrics = Requests(work), Metrics()
    for _ in range(20):
        await requests.slice()
        await requests.slice(metrics)
    counted, control = [], []
    for number in range(rounds):
        ways = [None, metrics, None]
        costs = [await requests.slice(way) for way in ways]
        counted.append(costs[1] / ((costs[0] + costs[2]) / 2))
        control.append(costs[2] / costs[0] if number % 2 else costs[0] / costs[2])
    return median(counted), median(control)


def metrics_part(work: Path, *, rounds: int) -> Part:
    """A recorded reply of 500 bytes, counted and not."""
    counted, control = asyncio.run(_ratios(work, rounds))
    return Part(
        "Metrics",
        "The request of the first table without the kernel's part, in one process, counted for Prometheus"
        f" (`--metrics`) and not, in turn: the median ratio of neighbours, {_REQUESTS} requests"
        " each. The second row is what equals come to on this machine.",
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


async def _cheapest(work: Path, rounds: int) -> float:
    requests = Requests(work)
    return min([await requests.slice() for _ in range(rounds)])


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
        print(asyncio.run(_cheapest(work, options.rounds)) / _REQUESTS * 1e6)
    elif options.before is not None:
        there, here = _before(options.before, options.rounds)
        print(f"before {there:.2f} µs, here with metrics off {here:.2f} µs: {here / there:.3f}")
    else:
        for row in metrics_part(work, rounds=options.rounds).rows:
            print("".join(f"{cell:>16}" for cell in row))


if __name__ == "__main__":
    main()
