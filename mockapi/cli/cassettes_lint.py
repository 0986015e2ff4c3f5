"""`mockapi cassettes lint`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mockapi import cassettes, storage, validation
from mockapi._clock import wall
from mockapi._wording import counted
from mockapi.cli._output import Styled, echo
from mockapi.errors import CassetteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes import Cassette
    from mockapi.storage import Project

_PAYLOAD = b'"<payload sha256:'  # a body whose images are kept as digests cannot be judged


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CASSETTE|FOLDER...", type=click.Path())
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--skip-others", is_flag=True, help="Pass over YAML files that are not cassettes.")
def command(paths: tuple[str, ...], strict: bool, skip_others: bool) -> None:  # noqa: FBT001 - click's way
    """Check format, digests, secrets, stream grammar, and today's rules for requests.

    Warns of requests that stand twice with different replies, and of recordings that are older than
    the `max_age` of pyproject.toml.

    Prints a line per finding, `FILE:LINE: severity code: message`. Exit code 1 if there is an
    error (with --strict: or a warning), 2 if a file cannot be read at all.
    """
    project = storage.working_project()
    now = wall()
    files = 0
    counts = dict.fromkeys(cassettes.LintSeverity, 0)
    for path, text in storage.iter_texts(paths):
        if skip_others and cassettes.VERSION_KEY.encode() not in text:
            continue
        files += 1
        loaded = _loaded(text, path)
        findings = [
            *cassettes.lint(text, path, project.rules),
            *_expired(loaded, project, now),
            *_refused_today(loaded),
        ]
        for finding in findings:
            counts[finding.severity] += 1
            place = path if finding.line is None else f"{path}:{finding.line}"
            severity = Styled(finding.severity, fg="red" if finding.severity == "error" else "yellow")
            which = "" if finding.interaction is None else f"interaction {finding.interaction}: "
            echo(f"{place}: ", severity, f" {finding.code}: {which}{finding.message}")
    errors, warnings = counts[cassettes.LintSeverity.ERROR], counts[cassettes.LintSeverity.WARNING]
    totals = {"file": files, "error": errors, "warning": warnings}
    echo(", ".join(counted(number, noun) for noun, number in totals.items()), err=True)
    if errors or (strict and warnings):
        sys.exit(1)


def _loaded(text: bytes, path: str) -> cassettes.Cassette:
    """The cassette; one without interactions if it does not load, which `lint` tells."""
    try:
        return cassettes.load(text, path)
    except CassetteError:
        return cassettes.Cassette(path, ())


def _expired(cassette: Cassette, project: Project, now: float) -> Iterator[cassettes.LintFinding]:
    """That there are recordings older than the project's `max_age`, and the oldest of them."""
    old = storage.expired(cassette, project, now)
    if old:
        oldest = max(old, key=lambda position: old[position])
        days, allowed = old[oldest]
        yield cassettes.LintFinding(
            cassettes.LintSeverity.WARNING,
            "expired",
            f"{days:.0f} days old, and pyproject.toml allows {allowed:g}"
            + (f"; so are {len(old) - 1} more here, none of them older" if len(old) > 1 else "")
            + ". Record again with the record mode `all`, or compare with `verify`.",
            interaction=oldest,
        )


def _refused_today(cassette: Cassette) -> Iterator[cassettes.LintFinding]:
    """Requests that the API took when they were recorded and would refuse today."""
    for position, interaction in enumerate(cassette.interactions):
        request = interaction.request
        if interaction.response.status != 200 or request.method != "POST" or _PAYLOAD in request.body:
            continue
        refusals = validation.check_body(
            request.body, dict(request.headers), request.path, validation.ValidationSettings(rules="live")
        )
        for refusal in refusals[:1]:
            yield cassettes.LintFinding(
                cassettes.LintSeverity.WARNING,
                "outdated",
                f"today's API would refuse the request with {refusal.status}:"
                f" {refusal.message} ({refusal.rule})",
                interaction=position,
            )
