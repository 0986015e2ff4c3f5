"""Load from outside: wrk on a core of its own, asking for one recording after another."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import urllib.request
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.servers import LOAD_CORE
from benchmarks.workload import HEADERS, PATH, request_body, request_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.servers import Server

CONNECTIONS = 16
_WARM_UP = 3  # rounds that do not count: Node compiles what is hot, mockapi makes a reply when first asked
_SCRIPT = """
local head, tail, count, at = [==[{head}]==], [==[{tail}]==], {count}, 0
local headers = {{ {headers} }}
request = function()
  at = at % count + 1
  return wrk.format("POST", "{path}", headers, head .. string.format("%07d", at) .. tail)
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"errors":%d}}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
"""


class Figures(NamedTuple):
    """What a server did under load; latencies in milliseconds, memory in bytes."""

    rate: float
    p50: float
    p99: float
    cpu_microseconds: float
    rss: int


class Target(NamedTuple):
    """A server with what it is asked: how many recordings in turn, under which path, for a stream or not."""

    server: Server
    recordings: int
    stream: bool = False
    path: str = PATH


def require_wrk() -> None:
    """End with advice where there is no wrk."""
    for program, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing: on Debian and Ubuntu, `apt-get install {package}`.")


def check(target: Target, expected: bytes) -> None:
    """One reply, before anything is measured: a fast wrong answer is worth nothing."""
    body = request_body(1, stream=target.stream)
    request = urllib.request.Request(target.server.url + target.path, body, HEADERS)
    untrusting = ssl.create_default_context()
    untrusting.check_hostname = False
    untrusting.verify_mode = ssl.CERT_NONE  # the certificate is made for the run
    with urllib.request.urlopen(request, timeout=30, context=untrusting) as response:
        got = response.read()
    if expected not in got:
        raise RuntimeError(f"{target.server.name} answered {got[:300]!r}")


def measure(target: Target, work: Path, seconds: int) -> Figures:
    """One round of load on one server.

    Raises:
        RuntimeError: a reply was an error, or none came.
    """
    head, tail = request_parts(stream=target.stream)
    script = work / "load.lua"
    script.write_text(
        _SCRIPT.format(
            head=head,
            tail=tail,
            count=target.recordings,
            path=target.path,
            headers=", ".join(f'["{name}"]="{value}"' for name, value in HEADERS.items()),
        )
    )
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
    before = target.server.cpu_seconds()
    output = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE), "wrk", *options, target.server.url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    used = target.server.cpu_seconds() - before
    result = json.loads(output.split("RESULT ")[1])
    if result["errors"] or not result["requests"]:
        raise RuntimeError(f"{target.server.name} failed under load: {output}")
    return Figures(
        rate=result["requests"] / result["seconds"],
        p50=result["p50"],
        p99=result["p99"],
        cpu_microseconds=used / result["requests"] * 1e6,
        rss=target.server.rss_bytes(),
    )


def interleaved(
    targets: Sequence[Target], work: Path, *, rounds: int, seconds: int = 1
) -> list[list[Figures]]:
    """What every server did in each round that counts.

    The rounds go A B C, B C A, C A B: whatever else the machine does meanwhile, it does to all.
    """
    collected: list[list[Figures]] = [[] for _ in targets]
    for number in range(_WARM_UP + rounds):
        for place in range(len(targets)):
            which = (place + number) % len(targets)
            measured = measure(targets[which], work, seconds)
            if number >= _WARM_UP:
                collected[which].append(measured)
    return collected


def medians(rounds: Sequence[Figures]) -> Figures:
    """The median of each figure."""
    rate, p50, p99, cpu, rss = (median(values) for values in zip(*rounds, strict=True))
    return Figures(rate, p50, p99, cpu, int(rss))


def cost_ratio(rounds: Sequence[Figures], of: Sequence[Figures]) -> float:
    """How many times the processor time of the first a request costs the second, round by round.

    That is also how many times as many requests the first answers on the same core. Neighbours in
    time are compared, because a busy machine slows both alike.
    """
    return median(b.cpu_microseconds / a.cpu_microseconds for a, b in zip(rounds, of, strict=True))
