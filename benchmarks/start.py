"""Starts: from the command to the ready line, with few cassettes and with many, and the memory held."""

from __future__ import annotations

import shutil
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import bare_server, workload
from benchmarks.report import Goal, Part
from benchmarks.servers import Server, aimock, bare, mockapi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LARGE = 10_000
_PER_FILE = 10


def start_part(work: Path, other: Path | None, *, rounds: int) -> Part:
    """Ten cassettes of five interactions, against the bare server."""
    answers = bare_server.write_answers(work, workload.json_reply(1), workload.stream_reply(1))
    items = (workload.interaction(number, stream=number % 2 == 0) for number in range(1, 51))
    folder = workload.cassette_folder(work, "ten", items, per_file=5)
    fixtures = workload.aimock_fixtures(work, "aimock-ten", range(1, 51))
    starts: dict[str, Callable[[], Server]] = {
        "bare": lambda: bare("bare", answers),
        "mockapi, ten cassettes": lambda: mockapi("mockapi", folder, work / "cache"),
    }
    if other is not None:
        starts["aimock, 50 fixtures"] = lambda: aimock("aimock", other, fixtures)
    seen: dict[str, list[Server]] = {name: [] for name in starts}
    for number in range(rounds + 1):
        for name, make in starts.items():
            with make() as server:
                if number:  # the first start compiles and fills the cache
                    seen[name].append(server)
    walls = {name: median(server.start_seconds for server in servers) for name, servers in seen.items()}
    costs = {name: median(server.start_cpu_seconds for server in servers) for name, servers in seen.items()}
    pairs = list(zip(seen["mockapi, ten cassettes"], seen["bare"], strict=True))
    ratio = median(ours.start_cpu_seconds / floor.start_cpu_seconds for ours, floor in pairs)
    told = f"{ratio:.2f} x ({median(a.start_seconds / b.start_seconds for a, b in pairs):.2f} x by the clock)"
    return Part(
        "Start",
        f"From the command to the ready line (aimock: to the first connection), {rounds} starts of each in"
        " turn. Byte code and the cassettes' cache are there, as they are from the second start on.",
        ("server", "seconds", "CPU seconds"),
        [(name, f"{walls[name]:.3f}", f"{costs[name]:.3f}") for name in starts],
        [Goal("start with ten cassettes, against the bare server", "≤ 1.5 x", told, ratio <= 1.5)],
    )


def library_part(work: Path, *, rounds: int) -> Part:
    """10,000 interactions of 5 kB in 1,000 files: the first start, and the next ones."""
    items = (workload.large_interaction(number) for number in range(1, _LARGE + 1))
    folder = workload.cassette_folder(work, "library", items, per_file=_PER_FILE)
    size = sum(file.stat().st_size for file in folder.iterdir())
    answers = bare_server.write_answers(work, workload.json_reply(1), workload.stream_reply(1))
    with bare("bare", answers) as server:
        floor = server.rss_bytes()
    cache = work / "cache-library"
    shutil.rmtree(cache, ignore_errors=True)
    with mockapi("first", folder, cache) as first:
        first_rss = first.rss_bytes()
    later: list[tuple[float, float, int]] = []
    for _ in range(rounds):
        with mockapi("again", folder, cache) as server:
            later.append((server.start_seconds, server.start_cpu_seconds, server.rss_bytes()))
    again, again_cpu, again_rss = (median(values) for values in zip(*later, strict=True))
    allowed = floor + 3 * size
    largest = max(first_rss, *(rss for _, _, rss in later))
    return Part(
        "Many cassettes",
        f"{_LARGE:,} interactions in {_LARGE // _PER_FILE:,} files, {size / 1e6:.0f} MB. The first start"
        f" reads YAML and fills the cache; the next ones ({rounds}, the median is given) read the cache.",
        ("start", "seconds", "CPU seconds", "RSS MB"),
        [
            (
                "first",
                f"{first.start_seconds:.2f}",
                f"{first.start_cpu_seconds:.2f}",
                f"{first_rss / 1e6:.0f}",
            ),
            ("again", f"{again:.2f}", f"{again_cpu:.2f}", f"{again_rss / 1e6:.0f}"),
        ],
        [
            Goal(
                f"first start with {_LARGE:,} interactions",
                "≤ 8 s",
                f"{first.start_seconds:.1f} s",
                first.start_seconds <= 8,
            ),
            Goal("the same again", "≤ 1.5 s", f"{again:.2f} s", again <= 1.5),
            Goal(
                "RSS then: the bare server's and 3 times the files",
                f"≤ {allowed / 1e6:.0f} MB",
                f"{largest / 1e6:.0f} MB",
                largest <= allowed,
            ),
        ],
    )


def _row(name: str, seconds: float, cpu_seconds: float, rss: float) -> tuple[str, ...]:
    return name, f"{seconds:.2f}", f"{cpu_seconds:.2f}", f"{rss / 1e6:.0f}"
