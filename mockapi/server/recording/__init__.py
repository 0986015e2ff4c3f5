"""Recording: asking the upstream, and keeping what came back."""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.server.recording._forwarding import Budget
    from mockapi.server.recording._modes import parse_mode
    from mockapi.server.recording._options import READ_SECONDS, RecordOptions
    from mockapi.server.recording._recorder import Keep, Recorder
    from mockapi.server.recording._stats import RecordStats, markdown, summary
    from mockapi.server.recording._upstream import Address, Upstream, UpstreamFailed

__all__ = [
    "READ_SECONDS",
    "Address",
    "Budget",
    "Keep",
    "RecordOptions",
    "RecordStats",
    "Recorder",
    "Upstream",
    "UpstreamFailed",
    "markdown",
    "parse_mode",
    "summary",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_forwarding": "Budget",
        "_modes": "parse_mode",
        "_options": "READ_SECONDS RecordOptions",
        "_recorder": "Keep Recorder",
        "_stats": "RecordStats markdown summary",
        "_upstream": "Address Upstream UpstreamFailed",
    },
)
