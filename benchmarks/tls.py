"""What TLS costs: the same recording over HTTPS and over plain HTTP, on connections that are kept."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks import workload
from benchmarks.load import Target, check, cost_ratio, interleaved, medians
from benchmarks.report import Goal, Part
from benchmarks.servers import mockapi

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = ("server", "requests/s", "p50 ms", "p99 ms", "CPU µs/request")
_WANTED = 0.7


def tls_part(work: Path, *, rounds: int) -> Part:
    """A 300-byte request for JSON, with one recording, over plain HTTP and over TLS."""
    folder = workload.cassette_folder(work, "tls", [workload.interaction(1)])
    with ExitStack() as running:
        servers = [
            running.enter_context(mockapi("mockapi, plain HTTP", folder, work / "cache")),
            running.enter_context(
                mockapi("mockapi, TLS 1.3", folder, work / "cache", "--tls", scheme="https")
            ),
        ]
        targets = [Target(server, 1) for server in servers]
        for target in targets:
            check(target, workload.json_reply(1))
        plain, secure = measured = interleaved(targets, work, rounds=rounds)
    share = cost_ratio(secure, plain)
    goal = Goal("JSON over TLS, as a share of plain HTTP", "≥ 70 %", f"{share:.0%}", share >= _WANTED)
    rows = []
    for target, figures in zip(targets, measured, strict=True):
        rate, p50, p99, cpu, _ = medians(figures)
        rows.append([target.server.name, f"{rate:,.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{cpu:.0f}"])
    return Part(
        "TLS",
        "The request and the reply of the part JSON, with one recording; each connection shakes hands once"
        " and is kept. The certificate is the one that `--tls` makes (ECDSA, P-256).",
        _COLUMNS,
        rows,
        [goal],
    )
