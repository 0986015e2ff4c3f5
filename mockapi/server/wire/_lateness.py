"""How late the server's own chunks are: the measure of whether a paced stream can be trusted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from mockapi.server.wire._histogram import Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lateness(Histogram):
    """What lies between the moment at which a paced chunk is due and its write; early is not late.

    Attributes:
        streams: how many replies are being sent that take time.
    """

    __slots__ = ("streams",)

    def __init__(self) -> None:
        super().__init__()
        self.streams = 0

    @contextlib.contextmanager
    def streaming(self) -> Iterator[None]:
        """Count a reply that is awaited or sent."""
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1

    def as_json(self) -> dict[str, float | int]:
        """Count, and p50, p99 and worst in milliseconds."""
        return {
            "chunks": self.count,
            "p50_ms": round(self.quantile(0.5) * 1000, 3),
            "p99_ms": round(self.quantile(0.99) * 1000, 3),
            "worst_ms": round(self.worst * 1000, 3),
        }
