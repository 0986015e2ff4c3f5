"""`mockapi serve --workers N`: several processes that are one server."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mockapi import cluster, server
from mockapi.cli._ended import heeded
from mockapi.cli._recording import tell_stats
from mockapi.cli._report import write_outcome
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.cli._operations import Operations
    from mockapi.cli._options import ServerOptions
    from mockapi.cli._watch import WatchedFiles
    from mockapi.nodes import NodeOptions

    TellReady = Callable[..., None]

_MOST: Final = 256


def read_workers(text: str) -> int:
    """How many workers there shall be.

    Raises:
        UsageError: it is not a number of workers, or this system has no such workers.
    """
    count = cluster.usable_cpus() if text == "auto" else int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= count <= _MOST:
        raise UsageError(f"--workers takes a number from 1 to {_MOST}, or auto; got {text!r}.")
    if count > 1 and os.name == "nt":
        raise UsageError(
            "--workers needs Linux or macOS: on Windows a process cannot inherit the listening socket of"
            " another. Start several servers instead, each on a port of its own."
        )
    return count


def serve_workers(
    count: int,
    options: ServerOptions,
    operations: Operations,
    tell_ready: TellReady,
    *,
    node: NodeOptions | None = None,
    watched: WatchedFiles | None = None,
) -> None:
    """Serve with several workers until told to stop.

    Args:
        count: how many.
        options: of the server.
        operations: how it is watched and stopped.
        tell_ready: called once all workers take connections.
        node: what makes it one of several machines, if anything.
        watched: what is read again when it changes; None watches nothing.
    """
    from mockapi.cli._watch import begin_watching  # noqa: PLC0415 - one process alone does without, and loads this file

    server.allow_connections()  # the workers inherit it
    console = operations.console(verbose=options.verbose, rules=options.settings.matching.redaction)
    listener = options.listener
    with listener.listening() as sock, listener.tls() as tls:
        plan = cluster.WorkerPlan(
            workers=count,
            paths=options.paths,
            settings=options.settings,
            access=options.access,
            rules=options.settings.matching.redaction,
            root_path=listener.root_path,
            recording=options.recording,
            script=options.script,
            drain=operations.drain,
            limits=operations.limits,
            has_metrics=operations.metrics is not None,
            log_format=operations.log_format,
            verbose=options.verbose,
            pem=None if tls is None else tls.pem,
            node=node,
            watch=None if watched is None else partial(begin_watching, files=watched),
        )

        def ready() -> None:
            tell_ready(options, console, sock, tls, has_page=False)

        supervisor = cluster.Supervisor(plan, sock, console, ready)

        def stop(*_: Any) -> None:
            supervisor.stop()

        for number in (signal.SIGINT, signal.SIGTERM, *heeded("SIGHUP")):
            signal.signal(number, stop)
        outcome = supervisor.run()
    if options.report is not None:
        write_outcome(outcome, options.report)
    if outcome.stats is not None and options.recording is not None:
        unused = [f"{item[0]}#{item[1]}" for item in outcome.recordings if item[:2] not in outcome.played]
        tell_stats(console, outcome.stats, options.recording, unused)
