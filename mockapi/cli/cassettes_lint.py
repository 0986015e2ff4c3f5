"""`mockapi cassettes lint`."""

from __future__ import annotations

import sys

import click

from mockapi._printable import printable


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--skip-others", is_flag=True, help="Pass over YAML files that are no cassettes.")
def command(paths: tuple[str, ...], strict: bool, skip_others: bool) -> None:  # noqa: FBT001 - click's way
    """Check format, digests, secrets and stream grammar.

    Prints a line per finding, `FILE:LINE: severity code: message`. Exit code 1 if there is an
    error (with --strict: or a warning), 2 if a file cannot be read at all.
    """
    from mockapi.cassettes import VERSION_KEY, Severity, lint
    from mockapi.server._project import working_project
    from mockapi.server._store import iter_texts

    rules = working_project().rules
    files = 0
    counts = dict.fromkeys(Severity, 0)
    for path, text in iter_texts(paths):
        if skip_others and VERSION_KEY.encode() not in text:
            continue
        files += 1
        for finding in lint(text, path, rules):
            counts[finding.severity] += 1
            place = path if finding.line is None else f"{path}:{finding.line}"
            severity = click.style(finding.severity, fg="red" if finding.severity == "error" else "yellow")
            which = "" if finding.interaction is None else f"interaction {finding.interaction}: "
            click.echo(f"{place}: {severity} {finding.code}: {which}{printable(finding.message)}")
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    click.echo(f"{files} files, {errors} errors, {warnings} warnings", err=True)
    if errors or (strict and warnings):
        sys.exit(1)
