"""What counting for Prometheus costs a request: one server with `--metrics` beside one without.

    python benchmarks/run.py --only metrics
    python -m benchmarks.metrics [--before CHECKOUT] [--rounds 15]

With `--before`, a server of another checkout (one that could not count yet) stands beside the two. The
same server without counting runs twice: how far its two rows lie apart is what the machine does to them all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks import workload  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.load import Target, check, cost_ratio, interleaved, medians, require_wrk  # noqa: E402 - as above
from benchmarks.report import Goal, Part  # noqa: E402 - as above
from benchmarks.servers import Server, mockapi  # noqa: E402 - as above

_MOST = 1.02
_COLUMNS = ("server", "CPU µs/request", "against off")


def metrics_part(work: Path, *, rounds: int, before: Path | None = None) -> Part:
    """A recorded reply of 500 bytes, counted and not."""
    folder = workload.cassette_folder(work, "json-1", [workload.interaction(1)])
    servers = [
        mockapi("off", folder, work / "cache"),
        mockapi("off, once more", folder, work / "cache"),
        mockapi("--metrics", folder, work / "cache", "--metrics"),
    ]
    if before is not None:
        servers.append(_of(before, folder, work / "cache"))
    with ExitStack() as running:
        targets = [Target(running.enter_context(server), 1) for server in servers]
        for target in targets:
            check(target, workload.json_reply(1))
        measured = interleaved(targets, work, rounds=rounds)
    off = measured[0]
    ratios = [1 / cost_ratio(figures, off) for figures in measured]
    rows = [
        (server.name, f"{medians(figures).cpu_microseconds:.1f}", f"{ratio:.3f}")
        for server, figures, ratio in zip(servers, measured, ratios, strict=True)
    ]
    counted = ratios[2]
    return Part(
        "Metrics",
        "The request of the first table, asked of one server that counts for Prometheus and of one that does"
        " not; the ratio of each round's neighbours. The server without counting runs twice, to show what a"
        " ratio of equals comes to on this machine.",
        _COLUMNS,
        rows,
        [
            Goal(
                "a recorded reply with --metrics, against without",
                "≤ 1.02",
                f"{counted:.3f}",
                counted <= _MOST,
            )
        ],
    )


def _of(checkout: Path, folder: Path, cache: Path) -> Server:
    program = "from mockapi.cli import main; main()"
    return Server(
        "before",
        [sys.executable, "-c", program, "serve", str(folder), "--port", "{port}"],
        environment={"MOCKAPI_CACHE": str(cache), "PYTHONPATH": str(checkout)},
        ready="mockapi ready on",
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--before", type=Path, help="a checkout to stand beside")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    require_wrk()
    work = Path(tempfile.gettempdir(), f"mockapi-benchmarks-{os.getuid()}")
    work.mkdir(parents=True, exist_ok=True)
    part = metrics_part(work, rounds=options.rounds, before=options.before)
    for row in (part.columns, *part.rows):
        print("".join(f"{cell:>20}" for cell in row))


if __name__ == "__main__":
    main()
