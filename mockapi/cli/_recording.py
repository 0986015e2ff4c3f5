"""The options of commands that may call out, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mockapi.server import recording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockapi.cassettes import RedactionRules
    from mockapi.server import Console, Service
    from mockapi.server.recording import RecordOptions, RecordStats


def recording_options(option: Callable[..., Callable[[Any], Any]]) -> tuple[Callable[[Any], Any], ...]:
    """The options; `option` makes one."""
    return (
        option("--upstream", metavar="URL", help="The one place that requests may be forwarded to."),
        option(
            "--record-to",
            "--to",
            metavar="PATH",
            help="File (.yaml) or folder that recordings are added to.",
        ),
        option(
            "--record-mode",
            default="new",
            show_default=True,
            metavar="new|all|none|verify",
            help="Record what is new; all again, in the place of what is recorded; none, never calling out;"
            " or verify: compare, write nothing.",
        ),
        option("--replace", is_flag=True, help="Changes nothing: the mode `all` replaces by itself."),
        option(
            "--budget",
            type=click.IntRange(0),
            metavar="N",
            help="Forward at most so many requests.",
        ),
        option(
            "--upstream-timeout",
            type=click.FloatRange(0, min_open=True),
            default=600,
            show_default=True,
            metavar="SECONDS",
            help="How long the upstream may be silent.",
        ),
    )


def read_recording(values: dict[str, Any], rules: RedactionRules) -> recording.RecordOptions | None:
    """What the options come to; None if no upstream is named."""
    mode = recording.parse_mode(values["record_mode"])
    if values["upstream"] is None:
        return None
    return recording.RecordOptions(
        upstream=values["upstream"],
        to=values["record_to"],
        mode=mode,
        budget=values["budget"],
        rules=rules,
        read_seconds=values["upstream_timeout"],
    )


def tell_summary(service: Service) -> None:
    """Say what was recorded and what was not."""
    if service.recorder is not None:
        tell_stats(service.console, service.recorder.stats, service.recorder.options, unused_of(service))


def tell_stats(console: Console, stats: RecordStats, options: RecordOptions, unused: Sequence[str]) -> None:
    """Say what was recorded and what was not.

    Args:
        console: where.
        stats: what was done.
        options: what was asked for.
        unused: recordings that answered nothing.
    """
    for line in recording.summary(stats, options, unused):
        console.note(line)


def unused_of(service: Service) -> list[str]:
    """The recordings that answered nothing."""
    return [str(item) for item in service.library.recordings if item not in service.library.played]
