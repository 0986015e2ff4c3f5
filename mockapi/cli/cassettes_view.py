"""`mockapi cassettes view`: recordings as a page that needs no server."""

from __future__ import annotations

from pathlib import Path

import click

from mockapi import cassettes, report, storage
from mockapi._wording import counted
from mockapi.cli._output import echo
from mockapi.cli._paths import FileToWrite
from mockapi.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option(
    "--output",
    "-o",
    type=FileToWrite(),
    metavar="FILE.html",
    help="The file to write.  [default: the name of the first path, with .html, in the working folder]",
)
def command(paths: tuple[str, ...], output: str | None) -> None:
    """Write recordings as one HTML file: conversations, replies, streams on a time axis.

    The views are those of the page that a server has at /_mockapi/ui. The file needs no server and no
    network. It may leave the project: it is masked as recordings are. Digests are not checked, as in `show`.
    """
    written = Path(output or f"{Path(paths[0]).resolve().stem}.html")
    rules = storage.working_project().rules
    document = report.ReportDocument(", ".join(paths))
    interactions = 0
    for path, text in storage.iter_texts(paths):
        cassette = cassettes.load(text, path, check_seals=False)
        interactions += len(cassette.interactions)
        views = (
            report.recorded_view(item, path, position, rules)
            for position, item in enumerate(cassette.interactions)
        )
        document.add(path, views)
    if not interactions:
        raise UsageError(f"There is no interaction in {', '.join(paths)}.")
    page = report.report_html(document, ", ".join(paths))
    try:
        storage.write_atomically(written, page)
    except OSError as error:
        raise UsageError(f"{written} cannot be written: {error.strerror}.") from error
    what = f"{counted(interactions, 'interaction')} of {counted(len(document), 'cassette')}"
    echo(f"{written}: {what}, {len(page):,} bytes; open it in a browser")
