"""Requests as fast as they can be answered: JSON among more and more recordings, and streams."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks import bare_server, workload
from benchmarks.load import Figures, Target, check, cost_ratio, interleaved, medians
from benchmarks.report import Goal, Part
from benchmarks.servers import aimock, bare, mockapi

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_COLUMNS = ("server", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "RSS MB")


def json_part(work: Path, other: Path | None, *, rounds: int, counts: Sequence[int]) -> Part:
    """A 300-byte request for JSON, asked of each server with so many recordings."""
    answers = bare_server.write_answers(work, workload.json_reply(1), workload.stream_reply(1))
    with ExitStack() as running:
        targets = [Target(running.enter_context(bare("bare", answers)), 1)]
        check(targets[0], workload.json_reply(1))
        for count in counts:
            items = (workload.interaction(number) for number in range(1, count + 1))
            folder = workload.cassette_folder(work, f"json-{count}", items)
            server = mockapi(f"mockapi, {count:,} recordings", folder, work / "cache")
            targets.append(Target(running.enter_context(server), count))
            check(targets[-1], workload.json_reply(1))
        for count in counts if other else ():
            assert other is not None
            fixtures = workload.aimock_fixtures(work, f"aimock-{count}", range(1, count + 1))
            server = aimock(f"aimock, {count:,} recordings", other, fixtures)
            targets.append(Target(running.enter_context(server), count))
            check(targets[-1], workload.json_answer(1).encode())
        measured = interleaved(targets, work, rounds=rounds)
    floor, ours, theirs = measured[0], measured[1 : len(counts) + 1], measured[len(counts) + 1 :]
    share = cost_ratio(ours[0], floor)
    goals = [Goal("JSON, as a share of the bare server", "≥ 85 %", f"{share:.0%}", share >= 0.85)]
    if len(counts) > 1:
        growth = max(1 / cost_ratio(figures, ours[0]) for figures in ours[1:]) - 1
        what = f"cost of a request among up to {max(counts):,} recordings, against 1"
        goals.append(Goal(what, "≤ +15 %", f"{growth:+.0%}", growth <= 0.15))
    for count, wanted in ((1, 1.4), (10_000, 7.0)):
        if theirs and count in counts:
            at = list(counts).index(count)
            times = cost_ratio(ours[at], theirs[at])
            recordings = "1 recording" if count == 1 else f"{count:,} recordings"
            goals.append(
                Goal(
                    f"JSON, against aimock with {recordings}",
                    f"≥ {wanted} x",
                    f"{times:.1f} x",
                    times >= wanted,
                )
            )
    return Part(
        "JSON",
        "A request of 300 bytes, answered with a message of 500. Requests go through all recordings in turn,"
        " so that no server lives on having just answered the same; mockapi's journal is on, its other"
        " settings are those of `mockapi serve`. The bare server is uvicorn and Starlette with a fixed"
        " answer, set up alike.",
        _COLUMNS,
        [_row(target, figures) for target, figures in zip(targets, measured, strict=True)],
        goals,
    )


def stream_part(work: Path, other: Path | None, *, rounds: int) -> Part:
    """A stream of 200 events, sent as fast as it goes."""
    answers = bare_server.write_answers(work, workload.json_reply(1), workload.stream_reply(1))
    folder = workload.cassette_folder(work, "stream", [workload.interaction(1, stream=True)])
    with ExitStack() as running:
        floor = running.enter_context(bare("bare, in one write", answers))
        ours = running.enter_context(mockapi("mockapi", folder, work / "cache"))
        targets = [
            Target(floor, 1, stream=True, path="/stream"),
            Target(floor, 1, stream=True, path="/events"),
            Target(ours, 1, stream=True),
        ]
        if other is not None:
            fixtures = workload.aimock_fixtures(work, "aimock-stream", range(1, 2), workload.stream_answer())
            targets.append(Target(running.enter_context(aimock("aimock", other, fixtures)), 1, stream=True))
        for target in targets:
            check(target, b"event: message_stop")
        measured = interleaved(targets, work, rounds=rounds)
    goals = []
    if other is not None:
        times = cost_ratio(measured[2], measured[3])
        goals.append(Goal("stream of 200 events, against aimock", "≥ 8 x", f"{times:.1f} x", times >= 8))
    rows = [list(_row(target, figures)) for target, figures in zip(targets, measured, strict=True)]
    rows[1][0] = "bare, a write an event"
    return Part(
        "Streams",
        "A stream of 200 events, without delays. mockapi sends the recorded bytes in one write, aimock makes"
        " events of a text and writes each, the bare server does either.",
        _COLUMNS,
        rows,
        goals,
    )


def _row(target: Target, rounds: Sequence[Figures]) -> tuple[str, ...]:
    figures = medians(rounds)
    return (
        target.server.name,
        f"{figures.rate:,.0f}",
        f"{figures.p50:.2f}",
        f"{figures.p99:.2f}",
        f"{figures.cpu_microseconds:,.1f}",
        f"{figures.rss / 1e6:,.0f}",
    )
