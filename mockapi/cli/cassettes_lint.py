"""`mockapi cassettes lint`."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option("--strict", is_flag=True, help="Warnings fail too.")
def command(paths: tuple[str, ...], strict: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Check format, digests, secrets and stream grammar.

    Prints a line per finding, `FILE:LINE: severity code: message`. Exit code 1 if there is an
    error (with --strict: or a warning), 2 if a file cannot be read at all.
    """
    from mockapi.cassettes import Severity, lint
    from mockapi.server._store import iter_texts

    files = 0
    counts = dict.fromkeys(Severity, 0)
    for path, text in iter_texts(paths):
        files += 1
        for finding in lint(text, path):
            counts[finding.severity] += 1
            place = path if finding.line is None else f"{path}:{finding.line}"
            severity = click.style(finding.severity, fg="red" if finding.severity == "error" else "yellow")
            which = "" if finding.interaction is None else f"interaction {finding.interaction}: "
            click.echo(f"{place}: {severity} {finding.code}: {which}{finding.message}")
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    click.echo(f"{files} files, {errors} errors, {warnings} warnings", err=True)
    if errors or (strict and warnings):
        sys.exit(1)
