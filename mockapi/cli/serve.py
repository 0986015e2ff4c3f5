"""`mockapi serve`: a server in the foreground."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from typing import TYPE_CHECKING, Any

import click

from mockapi import nodes, server
from mockapi._garbage import unsearched
from mockapi._wording import counted
from mockapi.cli._ended import cleaned_up, heeded
from mockapi.cli._nodes import check_prefix, nodes_options, read_nodes
from mockapi.cli._operations import read_operations
from mockapi.cli._options import read_options, standing_options
from mockapi.cli._progress import Progress
from mockapi.cli._project_options import ServerCommand
from mockapi.cli._recording import tell_summary
from mockapi.cli._report import write_report
from mockapi.cli._workers import read_workers, serve_workers
from mockapi.errors import UsageError

if TYPE_CHECKING:
    import socket

    from mockapi.cli._operations import Operations
    from mockapi.cli._options import ServerOptions
    from mockapi.cli._watch import WatchedFiles
    from mockapi.nodes import NodeOptions
    from mockapi.server.wire import TLS


@click.command(cls=ServerCommand)
@standing_options
@click.option(
    "--watch",
    is_flag=True,
    envvar="MOCKAPI_WATCH",
    show_envvar=True,
    help="Read cassettes, the script, models and betas again when they change.",
)
@click.option(
    "--workers",
    metavar="N|auto",
    default="1",
    show_default=True,
    envvar="MOCKAPI_WORKERS",
    show_envvar=True,
    help="How many processes serve; auto is one for each processor. Linux and macOS; docs/scale.md.",
)
@nodes_options
@cleaned_up()
def command(*, watch: bool, workers: str, **values: Any) -> None:
    """Serve the Messages API from cassettes.

    Point a client's base URL at the address that is printed (most want it without /v1) and give it
    any API key.
    With no CASSETTE or FOLDER, none in MOCKAPI_CASSETTES, and no script, the starter cassettes are played.
    Misses are explained on stderr.

    Ends with exit code 0 on Ctrl-C, SIGTERM or SIGHUP, 2 if it cannot start.
    """
    node = read_nodes(values)
    options = read_options(values)
    check_prefix(node, options.listener.root_path)
    watched = None
    if watch and node is not None and node.state is not None:
        raise UsageError(
            "--watch does not go with --state: POST /_mockapi/cassettes/reload has all servers read their"
            " cassettes again."
        )
    if watch:
        from mockapi.cli._watch import WatchedFiles, check_watchable  # noqa: PLC0415 - only this option needs it

        watched = WatchedFiles(
            tuple(values["cassettes"]), values["script"], values["models"], values["betas"]
        )
        check_watchable(watched, values["record_to"])
    count = read_workers(workers)
    if count > 1:
        serve_workers(count, options, read_operations(values), tell_ready, node=node, watched=watched)
    else:
        tell_summary(run(options, read_operations(values), watched, node))


def tell_trust(console: server.Console, tls: TLS) -> None:
    """Tell what clients have to trust, and how they are told to."""
    if tls.ca_file is None:
        return
    console.note(f"clients have to trust the authority of its certificate, {tls.ca_file}:")
    for name, value in tls.variables().items():
        console.note(f"  {name}={value}")


def tell_ready(
    options: ServerOptions,
    console: server.Console,
    sock: socket.socket,
    tls: TLS | None,
    *,
    has_page: bool = True,
) -> None:
    """Tell programs where the server is, and people what its clients need."""
    listener = options.listener
    where = server.url_of(sock, tls) if listener.uds is None else f"unix:{listener.uds}"
    print(f"mockapi ready on {where}", flush=True)
    page = listener.page_line(where, options.access) if has_page else None
    if page is not None:
        print(page, flush=True)
    if tls is not None:
        tell_trust(console, tls)
    if listener.has_strangers(options.access):
        console.token(options.access.token)


def run(
    options: ServerOptions,
    operations: Operations,
    watched: WatchedFiles | None = None,
    node: NodeOptions | None = None,
) -> server.Service:
    """Serve until told to stop; the service as it was at the end.

    Args:
        options: of the server.
        operations: how it is watched and stopped.
        watched: files that are read again when they change, if any.
        node: what makes it one of several machines, if anything.
    """
    loading = contextlib.ExitStack()
    loading.enter_context(unsearched())
    server.allow_connections()
    console = operations.console(verbose=options.verbose, rules=options.settings.matching.redaction)
    listener = options.listener
    # Bound before anything is read, so that a taken port is told at once.
    with loading, listener.listening() as sock, listener.tls() as tls:
        service = server.Service(
            options.paths,
            options.settings,
            console,
            Progress("reading cassettes") if operations.log_format == "text" else None,
            recording=options.recording,
            metrics=operations.metrics,
            limits=operations.limits,
        )
        if options.script is not None:
            service.sessions.default.play(options.script)
        server.tell_opening(service, options.script)

        def ready() -> None:
            tell_ready(options, console, sock, tls)

        def drain(in_flight: int) -> None:
            service.is_draining = True
            console.note(
                f"ending: {counted(in_flight, 'request')} in flight may take up to {operations.drain:g} s;"
                " a second signal ends at once",
                masks=False,
            )

        joined = None
        if node is not None:
            places = server.places_of(service, options.access)
            joined = nodes.Node(node, service, script=options.script, places=places, access=options.access)

        async def close() -> None:
            if joined is not None:
                await joined.aclose()
            await service.aclose()

        running = server.HTTPServer(
            server.build_app(service, options.access, listener.root_path, elsewhere=joined),
            ready,
            close,
            console.problem,
            tls,
            drain=operations.drain,
            on_drain=drain,
        )

        def stop(*_: object) -> None:
            running.stop()

        # uvicorn stops on these while it runs and raises them again when it has stopped; by then all
        # is done, and a server that was told to end has ended well. One that comes before counts too.
        # A terminal that is closed says SIGHUP.
        for number in (signal.SIGINT, signal.SIGTERM, *heeded("SIGHUP")):
            signal.signal(number, stop)
        # What is loaded stays, and so does the journal: looking through them again and again would stop
        # every stream. With Python's own thresholds that made one request in a hundred wait for 30 ms.
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        loading.close()
        loop = server.event_loop()
        watching: list[asyncio.Task[None]] = []
        if watched is not None:
            from mockapi.cli._watch import begin_watching  # noqa: PLC0415 - as above

            watching = loop.run_until_complete(begin_watching(service, watched))
        if joined is not None:
            loop.run_until_complete(joined.start())
        loop.run_until_complete(running.serve(sockets=[sock]))
        for task in watching:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_default_executor())  # the last misses are explained
        loop.close()
    if options.report is not None:
        write_report(service, options.report)
    return service
