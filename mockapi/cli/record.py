"""`mockapi record`: a proxy that writes down what it sees."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mockapi import storage
from mockapi.cli._ended import cleaned_up
from mockapi.cli._operations import read_operations
from mockapi.cli._options import read_options, standing_options
from mockapi.cli._paths import FileToWrite
from mockapi.cli._project_options import ServerCommand, was_said
from mockapi.cli._recording import tell_summary, unused_of
from mockapi.cli.serve import run
from mockapi.errors import UsageError
from mockapi.server import recording

_ON_UNMATCHED = {"new": "record", "all": "record", "none": "fail", "verify": "passthrough"}


@click.command(cls=ServerCommand)
@click.option(
    "--summary",
    type=FileToWrite(),
    help="Write what was found to this file too, as Markdown.",
)
@standing_options
@click.pass_context
@cleaned_up()
def command(ctx: click.Context, /, summary: str | None, **values: Any) -> None:
    """Pass requests on to an upstream and record the answers.

    Point the client's base URL at the address that is printed and let it use its real key: the key
    goes upstream and nowhere else. What is recorded is redacted before it is written. What stands
    in the file or folder already is played.

    Ends with exit code 0 on Ctrl-C, SIGTERM or SIGHUP; 1 if the upstream answered otherwise than recorded
    (verify), if something could not be written, or if the budget did not suffice; 2 if it cannot start.
    """
    mode = recording.parse_mode(values["record_mode"])
    to = values["record_to"]
    if values["upstream"] is None:
        raise UsageError("Missing --upstream URL, such as --upstream https://api.anthropic.com")
    if to is None:
        raise UsageError("Where shall recordings be? Name a file or folder: --to tests/cassettes")
    if was_said(ctx, "on_unmatched"):
        raise UsageError("What `mockapi record` does with a request says --record-mode, not --on-unmatched.")
    if not was_said(ctx, "validation"):
        values["validation"] = "off"  # it is the upstream that says what it takes
    own = (to,) if Path(to).exists() else ()
    paths = (*own, *(path for path in values["cassettes"] if path not in own))
    options = read_options({**values, "on_unmatched": _ON_UNMATCHED[mode]})
    # Without recordings: none, not the starter cassettes.
    service = run(options._replace(paths=paths), read_operations(values))
    tell_summary(service)
    assert service.recorder is not None  # noqa: S101 - an upstream was named
    stats = service.recorder.stats
    if summary is not None:
        text = recording.markdown(stats, service.recorder.options, unused_of(service))
        try:
            storage.write_atomically(Path(summary), text.encode())
        except OSError as error:
            raise UsageError(f"The summary cannot be written to {summary}: {error.strerror}.") from error
    if stats.found_something:
        sys.exit(1)
