"""The options of a server that stands for itself, and is watched and stopped by others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from mockapi import server
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cassettes import RedactionRules

_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Operations:
    """What the options come to.

    Attributes:
        metrics: where to count for Prometheus, if anywhere.
        log_format: of the console's lines, "text" or "json".
        drain: seconds that requests in flight may take to their end when the server is told to stop.
    """

    drain: float
    metrics: server.Metrics | None
    log_format: str

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
    return Operations(
        drain=drain,
        metrics=server.Metrics() if values["metrics"] else None,
        log_format=values["log_format"],
    )
