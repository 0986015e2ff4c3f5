"""`mockapi cassettes lint`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mockapi._printable import printable
from mockapi._wording import counted
from mockapi.errors import CassetteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes import Cassette, LintFinding
    from mockapi.storage import Project

_PAYLOAD = b'"<payload sha256:'  # a body whose images are kept as digests cannot be judged


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--skip-others", is_flag=True, help="Pass over YAML files that are no cassettes.")
def command(paths: tuple[str, ...], strict: bool, skip_others: bool) -> None:  # noqa: FBT001 - click's way
    """Check format, digests, secrets, stream grammar, and today's rules for requests.

    Warns of requests that stand twice with different replies, and of recordings that are older than
    the `max_age` of pyproject.toml.

    Prints a line per finding, `FILE:LINE: severity code: message`. Exit code 1 if there is an
    error (with --strict: or a warning), 2 if a file cannot be read at all.
    """
    from mockapi._clock import wall
    from mockapi.cassettes import VERSION_KEY, LintSeverity, lint
    from mockapi.storage import iter_texts, working_project

    project = working_project()
    now = wall()
    files = 0
    counts = dict.fromkeys(LintSeverity, 0)
    for path, text in iter_texts(paths):
        if skip_others and VERSION_KEY.encode() not in text:
            continue
        files += 1
        loaded = _loaded(text, path)
        findings = [
            *lint(text, path, project.rules),
            *_expired(loaded, project, now),
            *_refused_today(loaded),
        ]
        for finding in findings:
            counts[finding.severity] += 1
            place = path if finding.line is None else f"{path}:{finding.line}"
            severity = click.style(finding.severity, fg="red" if finding.severity == "error" else "yellow")
            which = "" if finding.interaction is None else f"interaction {finding.interaction}: "
            click.echo(f"{place}: {severity} {finding.code}: {which}{printable(finding.message)}")
    errors, warnings = counts[LintSeverity.ERROR], counts[LintSeverity.WARNING]
    totals = {"file": files, "error": errors, "warning": warnings}
    click.echo(", ".join(counted(number, noun) for noun, number in totals.items()), err=True)
    if errors or (strict and warnings):
        sys.exit(1)


def _loaded(text: bytes, path: str) -> Cassette:
    """The cassette; one without interactions if it does not load, which `lint` tells."""
    from mockapi.cassettes import Cassette, load

    try:
        return load(text, path)
    except CassetteError:
        return Cassette(path, ())


def _expired(cassette: Cassette, project: Project, now: float) -> Iterator[LintFinding]:
    """That there are recordings older than the project's `max_age`, and the oldest of them."""
    from mockapi.cassettes import LintFinding, LintSeverity
    from mockapi.storage import expired

    old = expired(cassette, project, now)
    if old:
        oldest = max(old, key=lambda position: old[position])
        days, allowed = old[oldest]
        yield LintFinding(
            LintSeverity.WARNING,
            "expired",
            f"{days:.0f} days old, and pyproject.toml allows {allowed:g}"
            + (f"; so are {len(old) - 1} more here, none of them older" if len(old) > 1 else "")
            + ". Record again with the record mode `all`, or compare with `verify`.",
            interaction=oldest,
        )


def _refused_today(cassette: Cassette) -> Iterator[LintFinding]:
    """Requests that the API took when they were recorded and would refuse today."""
    from mockapi.cassettes import LintFinding, LintSeverity
    from mockapi.validation import ValidationSettings, check_body

    for position, interaction in enumerate(cassette.interactions):
        request = interaction.request
        if interaction.response.status != 200 or request.method != "POST" or _PAYLOAD in request.body:
            continue
        refusals = check_body(
            request.body, dict(request.headers), request.path, ValidationSettings(rules="live")
        )
        for refusal in refusals[:1]:
            yield LintFinding(
                LintSeverity.WARNING,
                "outdated",
                f"today's API would refuse the request with {refusal.status}:"
                f" {refusal.message} ({refusal.rule})",
                interaction=position,
            )
