"""The options of a server that stands for itself, and is watched and stopped by others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from mockapi import server
from mockapi.errors import UsageError
from mockapi.sessions import MAX_LIFETIME, MAX_SESSIONS, SessionLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import RedactionRules

_A_DAY: Final = 86_400


class Operations(NamedTuple):
    """What the options come to.

    Attributes:
        metrics: where to count for Prometheus, if anywhere.
        log_format: of the console's lines, "text" or "json".
        limits: what holds for the sessions that are opened.
        drain: seconds that requests in flight may take to their end when the server is told to stop.
    """

    drain: float
    metrics: server.Metrics | None
    log_format: str
    limits: SessionLimits

    def console(self, *, verbose: bool, rules: RedactionRules) -> server.Console:
        """Where people, or programs, are told things."""
        return server.console_of(self.log_format, verbose=verbose, rules=rules)


def operation_options(option: Callable[..., Callable[[Any], Any]]) -> tuple[Callable[[Any], Any], ...]:
    """The options; `option` makes one."""
    return (
        option(
            "--drain",
            type=click.FloatRange(0, _A_DAY),
            default=0,
            show_default=True,
            metavar="SECONDS",
            help="How long requests in flight may take to their end when a signal ends the server, while new"
            " ones get 503; a second signal ends the wait.",
        ),
        option(
            "--session-lifetime",
            type=click.FloatRange(0, MAX_LIFETIME, min_open=True),
            metavar="SECONDS",
            help="Sessions that nobody has used for so long end, unless they were opened with a lifetime of"
            " their own.  [default: they stay]",
        ),
        option(
            "--sessions-per-owner",
            type=click.IntRange(1, MAX_SESSIONS),
            metavar="N",
            help="How many sessions may be open at once with the same `owner`; one more is refused with 429."
            "  [default: any number]",
        ),
        option(
            "--metrics",
            is_flag=True,
            help="Count for Prometheus, under /_mockapi/metrics; needs messages-mockapi[metrics].",
        ),
        option(
            "--log-format",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="How stderr is written: in words, or as one JSON object a line; docs/operations.md.",
        ),
    )


def read_operations(values: dict[str, Any]) -> Operations:
    """What the options come to.

    Raises:
        UsageError: with what to write instead.
    """
    drain = values["drain"]
    if math.isnan(drain):
        raise UsageError("--drain takes seconds, such as 30; got nan.")
    if values["session_lifetime"] is not None and math.isnan(values["session_lifetime"]):
        raise UsageError("--session-lifetime takes seconds, such as 3600; got nan.")
    return Operations(
        drain=drain,
        metrics=server.Metrics() if values["metrics"] else None,
        log_format=values["log_format"],
        limits=SessionLimits(values["session_lifetime"], values["sessions_per_owner"]),
    )
