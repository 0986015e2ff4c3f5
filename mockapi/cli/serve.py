"""`mockapi serve`: a server in the foreground."""

from __future__ import annotations

import signal
from typing import Any

import click

from mockapi.cli._options import read_options, server_options


@click.command()
@server_options
def command(**values: Any) -> None:
    """Serve the Messages API from cassettes.

    Point a client's base URL at the address that is printed (without /v1) and give it any API key.
    With no CASSETTE or FOLDER the starter cassettes are played. Misses are explained on stderr.

    Ends with exit code 0 on Ctrl-C or SIGTERM, 2 if it cannot start.
    """
    from mockapi.cli._progress import Progress
    from mockapi.cli._report import write_report
    from mockapi.server import Console, HTTPServer, Service, build_app, event_loop, listen, url_of

    options = read_options(values)
    console = Console(verbose=options.verbose)
    sock = listen(options.host, options.port)
    service = Service(options.paths, options.settings, console, Progress("reading cassettes"))
    library = service.library
    console.note(f"playing {len(library.recordings)} interactions of {len(library.cassettes)} cassettes")

    def ready() -> None:
        print(f"mockapi ready on {url_of(sock)}", flush=True)

    server = HTTPServer(build_app(service, options.allowed_hosts), ready)
    # uvicorn stops on these while it runs and raises them again when it has stopped; by then all
    # is done, and a server that was told to end has ended well.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    event_loop().run_until_complete(server.serve(sockets=[sock]))
    if options.report is not None:
        write_report(service, options.report)
