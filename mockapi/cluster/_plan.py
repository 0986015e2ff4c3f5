"""What the workers of one server are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from mockapi.cassettes import RedactionRules
    from mockapi.nodes import NodeOptions
    from mockapi.replies.scripts import Script
    from mockapi.server import Access, RecordOptions, Service, Settings
    from mockapi.server.recording import RecordStats
    from mockapi.sessions import SessionLimits
    from mockapi.storage import ReportedRecording

    Watch: TypeAlias = Callable[[Service], Awaitable[list[asyncio.Task[None]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPlan:
    """What every worker is told; it goes to them pickled.

    Attributes:
        workers: how many there are.
        paths: files and folders of cassettes.
        settings: how the default session answers.
        access: what opens which door.
        rules: what the console masks.
        root_path: the prefix under which a proxy shows the server; "" for none.
        recording: where requests may be forwarded to; None never calls out.
        script: of the default session.
        drain: seconds that requests in flight may take to their end.
        has_metrics: whether to count for Prometheus.
        log_format: of the console's lines, "text" or "json"; None tells nothing.
        verbose: whether the console tells every request.
        pem: certificate and key; None for plain HTTP.
        node: what makes the server one of several machines; None stands alone.
        limits: what holds for the sessions that are opened; None for what holds without options.
        watch: begins to watch files for the server, and returns the tasks that do; None watches nothing.
        folder: where the workers' doors are, and what else they share; closed to everybody else.
    """

    workers: int
    paths: tuple[str, ...]
    settings: Settings
    access: Access
    rules: RedactionRules
    root_path: str = ""
    recording: RecordOptions | None = None
    script: Script | None = None
    drain: float = 0.0
    has_metrics: bool = False
    log_format: str | None = "text"
    verbose: bool = False
    pem: bytes | None = field(default=None, repr=False)
    node: NodeOptions | None = None
    limits: SessionLimits | None = None
    watch: Watch | None = None
    folder: str = ""


@dataclass(slots=True)
class Outcome:
    """What a server has done, at its end.

    Attributes:
        stats: of recording; None where there is no upstream.
        recordings: all that it could play.
        played: those that it did play, by cassette and position.
    """

    stats: RecordStats | None = None
    recordings: list[ReportedRecording] = field(default_factory=list)
    played: set[tuple[str, int]] = field(default_factory=set)

    def add(self, other: Outcome) -> None:
        """Add what another worker has done."""
        if other.stats is not None:
            if self.stats is None:
                self.stats = other.stats
            else:
                self.stats.add(other.stats)
        self.recordings = self.recordings or other.recordings
        self.played |= other.played
