"""What is wrong or doubtful in a cassette, beyond what stops it from loading."""

from __future__ import annotations

import enum
import shlex
from typing import TYPE_CHECKING, NamedTuple

from mockapi.cassettes import _yaml
from mockapi.cassettes._decode import load
from mockapi.cassettes._ignored import ignored_texts
from mockapi.cassettes._key import request_key
from mockapi.cassettes._model import Matching
from mockapi.cassettes._packed import as_request
from mockapi.cassettes._redaction_rules import DEFAULT, RedactionError, RedactionRules
from mockapi.cassettes._secret_table import CREDENTIAL_HEADERS
from mockapi.cassettes._secrets import masked_member
from mockapi.cassettes._summary import summarize
from mockapi.cassettes.redaction import sightings
from mockapi.errors import CassetteError, MockapiError
from mockapi.exchange import Ending
from mockapi.messages import Severity, check_events, decode_events, is_framed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes._model import Cassette, Fields, Interaction
    from mockapi.cassettes._secrets import Secret

_MASKS = ("", "redacted", "[redacted]", "<redacted>", "***")


class LintSeverity(enum.StrEnum):
    """How bad a finding is: an error fails the check, a warning is only told."""

    ERROR = "error"
    WARNING = "warning"


class LintFinding(NamedTuple):
    """One thing found in one file.

    Attributes:
        severity: error or warning.
        code: a short name of the kind of finding, such as "secret".
        message: what was found, where, and what to do.
        line: in the file, from 1, where known.
        interaction: position in the cassette, from 0, where known.
    """

    severity: LintSeverity
    code: str
    message: str
    line: int | None = None
    interaction: int | None = None


def lint(text: bytes, name: str, rules: RedactionRules = DEFAULT) -> list[LintFinding]:
    """All findings of a cassette's text.

    Args:
        text: the file's bytes.
        name: what messages call the file.
        rules: what counts as a secret.
    """
    try:
        cassette = load(text, name)
    except CassetteError as error:
        return [
            LintFinding(
                LintSeverity.ERROR, "format", f"{item.cause} {item.remedy}", item.line, item.interaction
            )
            for item in error.problems
        ]
    try:
        return _looked_at(cassette, text, rules)
    except RedactionError as error:
        return [LintFinding(LintSeverity.ERROR, "secret", f"secrets could not be looked for: {error}.")]


def _looked_at(cassette: Cassette, text: bytes, rules: RedactionRules) -> list[LintFinding]:
    placeless = list(_findings(cassette, text, rules))
    lines = _yaml.lines_of(text, [("interactions", finding.interaction or 0) for finding in placeless])
    findings = [finding._replace(line=line) for finding, line in zip(placeless, lines, strict=True)]
    return [*findings, *_ignored_secrets(text, cassette, rules)]


def _findings(cassette: Cassette, text: bytes, rules: RedactionRules) -> Iterator[LintFinding]:
    written = _yaml.parse(text)["interactions"]
    yield from _repeated(cassette)
    for position, interaction in enumerate(cassette.interactions):
        findings = [*_secrets(interaction, rules), *_stream(interaction)]
        if "digest" not in written[position]["response"]:
            remedy = f"Seal it: `mockapi cassettes reseal {shlex.quote(cassette.name)}`."
            findings.append(
                LintFinding(LintSeverity.WARNING, "unsealed", f"the response has no digest. {remedy}")
            )
        for finding in findings:
            yield finding._replace(interaction=position)


def _repeated(cassette: Cassette) -> Iterator[LintFinding]:
    """Requests that stand twice with different replies: often an old recording that plays before the new.

    A request that is tried again after an error, or a look at something that goes on, is recorded
    twice on purpose.
    """
    first: dict[bytes, int] = {}
    for position, interaction in enumerate(cassette.interactions):
        response = interaction.response
        if interaction.request.method != "POST" or not 200 <= response.status < 300:
            continue
        before = first.setdefault(request_key(as_request(interaction), Matching()), position)
        if cassette.interactions[before].response.body != response.body:
            yield LintFinding(
                LintSeverity.WARNING,
                "repeated",
                f"interaction {before} is the same request with another reply, and is played first."
                " If that one is out of date, take it out, or record both again with the record mode `all`.",
                interaction=position,
            )


def _secrets(interaction: Interaction, rules: RedactionRules) -> Iterator[LintFinding]:
    yield from _credential_fields("request", interaction.request.headers)
    yield from _credential_fields("response", interaction.response.headers)
    for place, secret, signed in sightings(interaction, rules):
        remedy = (
            "It stands in signed content and cannot be masked: drop the interaction"
            if signed
            else "Take it out, then reseal"
        )
        yield LintFinding(
            LintSeverity.ERROR,
            "secret",
            f"{place} holds what looks like {secret.kind} ({secret.start})."
            f" {remedy}; revoke it if the file was ever shared.",
        )


def _ignored_secrets(text: bytes, cassette: Cassette, rules: RedactionRules) -> Iterator[LintFinding]:
    """Secrets in what loading ignores: comments, summaries, members of people's own."""
    summaries = {summarize(interaction) for interaction in cassette.interactions}
    for place, line, name, value in ignored_texts(text):
        if value in summaries:
            continue  # made of a body that was looked at, and cut: a mask that was cut in two cannot be told
        found: list[Secret] = []
        rules.mask(masked_member(name, value, found), found)
        for secret in found:
            yield LintFinding(
                LintSeverity.ERROR,
                "secret",
                f"{place} that loading ignores holds what looks like {secret.kind} ({secret.start})."
                " Take it out; revoke it if the file was ever shared.",
                line=line,
            )


def _credential_fields(side: str, fields: Fields) -> Iterator[LintFinding]:
    for name, value in fields:
        if name.lower() in CREDENTIAL_HEADERS and value.lower() not in _MASKS:
            yield LintFinding(
                LintSeverity.ERROR,
                "secret",
                f"the {side} keeps the header {name}: it is a credential or points at a person. Take it out.",
            )


def _stream(interaction: Interaction) -> Iterator[LintFinding]:
    request, response = interaction.request, interaction.response
    own = response.is_stream and request.path == "/v1/messages"
    if not own and not is_framed(response.body):
        return
    try:
        violations = check_events(decode_events(response.body))
    except MockapiError as error:
        yield LintFinding(LintSeverity.WARNING, "stream", f"the stream cannot be read: {error}")
        return
    for violation in violations:
        expected = violation.code == "truncated" and response.ending is not Ending.CLEAN
        if violation.severity is Severity.VIOLATION and not expected:
            yield LintFinding(LintSeverity.WARNING, "stream", violation.message)
