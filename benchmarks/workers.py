"""What a second worker costs a reply, in processor time of all processes of the server together.

    python benchmarks/run.py --only workers
    python -m benchmarks.workers [--rounds 45] [--requests 1000]

The connections are chosen by where they landed, which Linux tells: so a reply that another worker owns is
measured by itself, not as half of a mixture. One request at a time is in flight on each connection. The
load's own processor time is not counted.

A processor may run at half its speed for seconds, because of what else its machine does. All cases of a round
are measured within a second, so each is compared with one process in the same round, and the round in the
middle tells.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import statistics
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from benchmarks import workload  # noqa: E402 - a program that is run by its path has to find its package
from benchmarks.processes import children_of  # noqa: E402 - as above
from benchmarks.report import Goal, Part  # noqa: E402 - as above
from benchmarks.servers import LOAD_CORE, Server, mockapi  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Generator

_CONNECTIONS = 8
_WARM_UP, _WARM_UP_AGAIN = 500, 80
_FLAT, _FOREIGN = 1.1, 2.0
_ABOUT = (
    "A recording is asked for over eight connections that landed where the row says. The time is that of all"
    " processes of the server together, on one core; the load's own does not count. Both numbers are medians"
    " of rounds; the share is against what one process takes in the same round for the same kind of reply."
)
_COLUMNS = ("reply", "processor time, us", "against one process")


class Case(NamedTuple):
    """One kind of reply.

    Attributes:
        name: what the table calls it.
        workers: how many processes serve.
        owner: the worker that has the session; None for the default session.
        lands: the worker on which the connections land.
        against: where the case stands with which it is compared.
    """

    name: str
    workers: int
    owner: int | None
    lands: int
    against: int


CASES = (
    Case("one process, the default session's", 1, None, 0, 0),
    Case("one process, of a session", 1, 0, 0, 1),
    Case("two, the default session's, at its owner", 2, None, 0, 0),
    Case("two, the default session's, at the other", 2, None, 1, 0),
    Case("two, of a session of the same worker", 2, 1, 1, 1),
    Case("two, of a session of the other worker", 2, 0, 1, 1),
)


def workers_of(server: Server) -> list[int]:
    """The process ids of the workers, by number; of one process its own."""
    return children_of(server.pid) or [server.pid]  # they are forked in the order of their numbers


def _cpu_seconds(pids: set[int]) -> float:
    tasks = (task for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _connection_at(server: Server, pid: int) -> socket.socket:
    """A connection that has landed on a process."""
    others = []
    try:
        while True:
            sock = socket.create_connection(("127.0.0.1", server.port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(b"GET /_mockapi/livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
            size_of_reply(sock)
            if _inode(server.port, sock.getsockname()[1]) in _sockets_of(pid):
                return sock
            others.append(sock)
    finally:
        for sock in others:
            sock.close()


def _inode(local: int, remote: int) -> str:
    """The inode of the server's end of a connection."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{local:04X}") and fields[2].endswith(f":{remote:04X}"):
            return fields[9]
    raise RuntimeError("the kernel does not know a connection that was just made")


def _sockets_of(pid: int) -> set[str]:
    found = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(handle.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def _session_of(server: Server, case: Case) -> str:
    """The path prefix of a session that the case's owner has; "" for the default session."""
    if case.owner is None:
        return ""
    beginning = "" if case.workers == 1 else f"w{case.owner}."
    while True:
        unlimited = b'{"max_requests": 0}'
        request = urllib.request.Request(f"{server.url}/_mockapi/sessions", unlimited, method="POST")
        with urllib.request.urlopen(request, timeout=30) as response:
            id_ = str(json.load(response)["id"])
        if id_.startswith(beginning):
            return f"/s/{id_}"


def request_to(prefix: str, port: int, number: int, size: int = workload.REQUEST_BYTES) -> bytes:
    """A request for a recording by its number, as it is written to a connection."""
    body = workload.request_body(number, size=size)
    fields = "".join(f"{name}: {value}\r\n" for name, value in workload.HEADERS.items())
    head = f"POST {prefix}{workload.PATH} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{fields}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def size_of_reply(sock: socket.socket) -> int:
    """Read a reply whole; its size."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += sock.recv(65536)
    head = seen.partition(b"\r\n\r\n")[0]
    length = re.search(rb"content-length: (\d+)", head)
    whole = None if length is None else len(head) + 4 + int(length[1])
    while len(seen) < whole if whole is not None else not seen.endswith(b"\r\n0\r\n\r\n"):
        seen += sock.recv(65536)
    return len(seen)


def ask(connections: list[socket.socket], request: bytes, size: int, count: int) -> None:
    """Ask for as many replies of one size, over all connections at a time."""
    for _ in range(count // len(connections)):
        for sock in connections:
            sock.sendall(request)
        for sock in connections:
            left = size
            while left:
                came = len(sock.recv(left))
                if not came:
                    raise RuntimeError("the server closed a connection")
                left -= came


def _measured(server: Server, case: Case, requests: int) -> Generator[float]:
    """Microseconds of processor time for a request, round by round."""
    pids = workers_of(server)
    every = {server.pid, *pids}
    request = request_to(_session_of(server, case), server.port, 1)
    connections = [_connection_at(server, pids[case.lands]) for _ in range(_CONNECTIONS)]
    try:
        connections[0].sendall(request)
        size = size_of_reply(connections[0])
        ask(connections, request, size, _WARM_UP)
        while True:
            ask(connections, request, size, _WARM_UP_AGAIN)  # the case before has had the processor's caches
            before = _cpu_seconds(every)
            ask(connections, request, size, requests)
            yield (_cpu_seconds(every) - before) / requests * 1e6
    finally:
        for sock in connections:
            sock.close()


def workers_part(work: Path, *, rounds: int, requests: int = 1_000) -> Part:
    """The costs of all cases, measured in turn, round by round."""
    folder = workload.cassette_folder(work, "json-1", [workload.interaction(1)])
    options = ("--on-unmatched", "fail")
    with (
        mockapi("one", folder, work / "cache", *options) as one,
        mockapi("two", folder, work / "cache", "--workers", "2", *options) as two,
    ):
        running = [_measured(one if case.workers == 1 else two, case, requests) for case in CASES]
        measured = [[next(case) for case in running] for _ in range(rounds)]
        for case in running:
            case.close()
    costs = [statistics.median(times) for times in zip(*measured, strict=True)]
    shares = [
        statistics.median(times[place] / times[case.against] for times in measured)
        for place, case in enumerate(CASES)
    ]
    rows = [
        (case.name, f"{cost:.1f}", f"{share:.2f}")
        for case, cost, share in zip(CASES, costs, shares, strict=True)
    ]
    *flat, foreign = shares
    goals = (
        Goal(
            "a reply that is played where it lands, against one process",
            f"{_FLAT}",
            f"{max(flat):.2f}",
            max(flat) <= _FLAT,
        ),
        Goal("a reply that another worker owns", f"{_FOREIGN}", f"{foreign:.2f}", foreign <= _FOREIGN),
    )
    return Part("Several workers", _ABOUT, _COLUMNS, rows, goals)


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=45)
    parser.add_argument("--requests", type=int, default=1_000, help="of a round")
    options = parser.parse_args()
    work = Path(tempfile.gettempdir(), f"mockapi-benchmarks-{os.getuid()}")
    work.mkdir(parents=True, exist_ok=True)
    os.sched_setaffinity(0, {LOAD_CORE})
    for row in workers_part(work, rounds=options.rounds, requests=options.requests).rows:
        print(f"{row[0]:>52}{row[1]:>10}{row[2]:>8}")


if __name__ == "__main__":
    main()
