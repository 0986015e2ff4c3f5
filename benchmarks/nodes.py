"""What an ordered reply costs on nodes that share a log in Redis, against one process that stands alone.

    python benchmarks/run.py --only nodes
    python -m benchmarks.nodes [--rounds 9] [--requests 800]

Every node does every entry of the log, so the time of a reply is that of all nodes together; that of Redis
stands beside it. Needs redis-server, and messages-mockapi[state].
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import socket
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks import workload  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.report import Part  # noqa: E402 - as above
from benchmarks.servers import LOAD_CORE, Server, mockapi  # noqa: E402 - as above
from benchmarks.workers import ask, request_to, size_of_reply  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Generator

_CONNECTIONS = 8
_WARM_UP = 200
_ORDERED, _ALONE = 1, 2
"""The numbers of a recording that is one of two on its key, and of one that is alone there."""
_COLUMNS = ("reply", "nodes, us", "Redis, us", "nodes against one process")
_ABOUT = (
    "A recorded reply of the default session is asked for over eight connections to one of the nodes. The"
    " processor time is that of all nodes together, and of Redis, on one core; the load's own does not count."
    " An ordered reply is one of several recordings on a key: it goes through the log. Of each the cheapest"
    " round stands here: other work on the machine only adds to it. Client of Redis: {client}."
)


class Case(NamedTuple):
    """One kind of reply.

    Attributes:
        name: what the table calls it.
        nodes: how many there are; 0 for one process without Redis.
        recording: which one is asked for.
    """

    name: str
    nodes: int
    recording: int


CASES = (
    Case("one process, ordered", 0, _ORDERED),
    Case("one process, alone on its key", 0, _ALONE),
    Case("one node, ordered", 1, _ORDERED),
    Case("one node, alone on its key", 1, _ALONE),
    Case("three nodes, ordered", 3, _ORDERED),
    Case("three nodes, alone on its key", 3, _ALONE),
)


class Costs(NamedTuple):
    """Microseconds of processor time for one reply: of all nodes, and of Redis."""

    nodes: float
    redis: float


def missing() -> str | None:
    """What has to be there and is not; None if nothing is missing."""
    if shutil.which("redis-server") is None:
        return "no redis-server on the path; Debian's package has it"
    if importlib.util.find_spec("redis") is None:
        return "no client of Redis; pip install 'messages-mockapi[state]'"
    return None


def _redis(work: Path) -> Server:
    options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(work))
    return Server("redis", ["redis-server", "--port", "{port}", *options])


def _measured(case: Case, servers: list[Server], redis: Server, requests: int) -> Generator[Costs]:
    """The costs of a reply, round by round; the load goes to the first of the servers."""
    asked = servers[0]
    request = request_to("", asked.port, case.recording)
    connections = [socket.create_connection(("127.0.0.1", asked.port)) for _ in range(_CONNECTIONS)]
    try:
        connections[0].sendall(request)
        size = size_of_reply(connections[0])
        ask(connections, request, size, _WARM_UP)
        while True:
            before = sum(server.cpu_seconds() for server in servers), redis.cpu_seconds()
            ask(connections, request, size, requests)
            after = sum(server.cpu_seconds() for server in servers), redis.cpu_seconds()
            nodes, store = (1e6 * (end - begin) / requests for begin, end in zip(before, after, strict=True))
            yield Costs(nodes, store)
    finally:
        for sock in connections:
            sock.close()


def nodes_part(work: Path, *, rounds: int, requests: int = 800) -> Part:
    """The costs of all cases, measured in turn, round by round."""
    if (why := missing()) is not None:
        return Part("Several machines", f"Left out: {why}.", _COLUMNS, ())
    recordings = [workload.interaction(number) for number in (_ORDERED, _ORDERED, _ALONE)]
    folder = workload.cassette_folder(work, "json-ordered", recordings)
    with ExitStack() as stack:
        redis = stack.enter_context(_redis(work))
        servers = {}
        for count in sorted({case.nodes for case in CASES}):
            state = f"redis://127.0.0.1:{redis.port}/0?prefix=nodes-{count}"
            options = ("--on-unmatched", "fail", *(("--state", state) if count else ()))
            servers[count] = [
                stack.enter_context(mockapi(f"{count}-{number}", folder, work / "cache", *options))
                for number in range(max(count, 1))
            ]
        running = [_measured(case, servers[case.nodes], redis, requests) for case in CASES]
        measured = [[next(case) for case in running] for _ in range(rounds)]
        for generator in running:
            generator.close()
    cheapest = [
        Costs(*(min(column) for column in zip(*costs, strict=True))) for costs in zip(*measured, strict=True)
    ]
    alone = {
        case.recording: costs.nodes for case, costs in zip(CASES, cheapest, strict=True) if case.nodes == 0
    }
    rows = [
        (
            case.name,
            f"{costs.nodes:.0f}",
            f"{costs.redis:.0f}" if case.nodes else "",
            f"{costs.nodes / alone[case.recording]:.1f}",
        )
        for case, costs in zip(CASES, cheapest, strict=True)
    ]
    return Part("Several machines", _ABOUT.format(client=_client()), _COLUMNS, rows)


def _client() -> str:
    return "redis-py with hiredis" if importlib.util.find_spec("hiredis") else "redis-py without hiredis"


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=800, help="of a round")
    options = parser.parse_args()
    work = Path(tempfile.gettempdir(), f"mockapi-benchmarks-{os.getuid()}")
    work.mkdir(parents=True, exist_ok=True)
    os.sched_setaffinity(0, {LOAD_CORE})
    part = nodes_part(work, rounds=options.rounds, requests=options.requests)
    if not part.rows:
        raise SystemExit(part.about)
    for name, nodes, redis, share in part.rows:
        print(f"{name:>34}{nodes:>8}{redis:>8}{share:>8}")


if __name__ == "__main__":
    main()
