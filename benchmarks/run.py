"""Measures what mockapi costs, against bare servers and others of its kind, and writes results.md.

    python benchmarks/run.py                    everything, about an hour; writes results.md
    python benchmarks/run.py --only json        one part: json, peers, synthesis, stream, pace,
                                                start, library, linear, waiting, metrics, tls,
                                                workers, worker-memory, many, nodes
    python benchmarks/run.py --quick            fewer rounds and recordings: to see that it runs

Needs Linux, two cores, wrk and taskset (`apt-get install wrk util-linux`). aimock and WireMock are
installed from npm into the work folder where there is Node, and left out where there is none, as nginx
is where it is not installed, WireMock without Java, and the part `nodes` without redis-server. A part or
a quick run prints its page instead of writing it, unless `--output` names a file.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks import npm  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.linear import SIZE, linear_part  # noqa: E402 - as above
from benchmarks.load import require_wrk  # noqa: E402 - as above
from benchmarks.many import many_part  # noqa: E402 - as above
from benchmarks.metrics import metrics_part  # noqa: E402 - as above
from benchmarks.nodes import nodes_part  # noqa: E402 - as above
from benchmarks.pacing import pace_part  # noqa: E402 - as above
from benchmarks.peers import peers_part  # noqa: E402 - as above
from benchmarks.report import page  # noqa: E402 - as above
from benchmarks.servers import LOAD_CORE  # noqa: E402 - as above
from benchmarks.start import library_part, start_part  # noqa: E402 - as above
from benchmarks.synthesis import synthesis_part  # noqa: E402 - as above
from benchmarks.throughput import json_part, stream_part  # noqa: E402 - as above
from benchmarks.tls import tls_part  # noqa: E402 - as above
from benchmarks.waiting import waiting_part  # noqa: E402 - as above
from benchmarks.worker_memory import memory_part  # noqa: E402 - as above
from benchmarks.workers import workers_part  # noqa: E402 - as above

PARTS = (
    *("json", "peers", "synthesis", "stream", "pace", "start", "library", "linear", "waiting", "metrics"),
    *("tls", "workers", "worker-memory", "many", "nodes"),
)
_RESULTS = _ROOT / "benchmarks" / "results.md"


def main() -> None:
    """Run the parts that were asked for."""
    options = _options()
    require_wrk()
    other = npm.installation(options.work, npm.AIMOCK)
    quick = options.quick
    rounds = 3 if quick else 15
    counts = (1, 1_000) if quick else (1, 1_000, 10_000, 100_000)
    makers = {
        "json": lambda: json_part(options.work, other, rounds=rounds, counts=counts),
        "peers": lambda: peers_part(options.work, rounds=rounds),
        "synthesis": lambda: synthesis_part(options.work, rounds=rounds),
        "stream": lambda: stream_part(options.work, other, rounds=rounds),
        "pace": lambda: pace_part(seconds=2.0 if quick else 10.0),
        "start": lambda: start_part(options.work, other, rounds=rounds),
        "library": lambda: library_part(options.work, rounds=1 if quick else 5),
        "linear": lambda: linear_part(size=SIZE // 4 if quick else SIZE),
        "waiting": lambda: waiting_part(quick=quick),
        "metrics": lambda: metrics_part(options.work, rounds=50 if quick else 1_000),
        "tls": lambda: tls_part(options.work, rounds=rounds),
        "workers": lambda: workers_part(options.work, rounds=3 * rounds),
        "many": lambda: many_part(idle_ones=2_000 if quick else 20_000, seconds=3.0 if quick else 10.0),
        "nodes": lambda: nodes_part(options.work, rounds=rounds),
        "worker-memory": lambda: memory_part(options.work, interactions=1_000 if quick else 10_000),
    }
    # This process reads the paced streams: it stays off the servers' core, as wrk does.
    os.sched_setaffinity(0, {LOAD_CORE})
    parts = []
    for name in options.only or PARTS:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        parts.append(makers[name]())
    written = page(parts, " ".join(["python benchmarks/run.py", *sys.argv[1:]]))
    if options.output is None and (quick or options.only):
        print(written)
    else:
        (options.output or _RESULTS).write_text(written)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0], epilog="The file's head says more."
    )
    parser.add_argument("--only", action="append", choices=PARTS, help="run this part; may be repeated")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and recordings")
    parser.add_argument("--output", type=Path, help="write the page to this file")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir(), f"mockapi-benchmarks-{os.getuid()}"),
        help="where cassettes, caches and npm's packages are kept between runs (default: %(default)s)",
    )
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
