"""What people read when a test has failed."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from mockapi import jsontext
from mockapi._printable import printable_lines
from mockapi.cassettes import DEFAULT
from mockapi.errors import UsageError
from mockapi.exchange import Source
from mockapi.storage import working_project
from mockapi.testing import ReceivedRequest
from pytest_mockapi._loopback import loopback_fault
from pytest_mockapi._marker import record_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.cassettes import RedactionRules
    from mockapi.sessions import JournalEntry
    from mockapi.testing import Session
    from mockapi.validation import Refusal, ValidationSettings
    from pytest_mockapi._options import Options

_WORDS = 60
_LATEST = 50  # of the journal; an agent that went round in circles has a thousand


class Judged(NamedTuple):
    """What is reported about a test.

    Attributes:
        session: the test's.
        options: of the run.
        nodeid: of the test.
        has_cassette: whether it plays a cassette.
        refused: what those were told who tried to reach the real API.
        looked_for: where its cassette was looked for, if it has to have one.
    """

    session: Session
    options: Options
    nodeid: str
    has_cassette: bool
    refused: list[str]
    looked_for: tuple[str, ...]


def problems(test: Judged) -> str:
    """What the code under test may have swallowed; "" if there is nothing."""
    session = test.session
    parts = []
    # First: a reply that failed while it was made is why a request was not answered.
    script = session.script if session.is_scripted else None
    if script is not None and script.defects:
        parts += [f"the test's own code failed while it made a reply:\n{text}" for text in script.defects]
    misses = session.misses
    if misses:
        parts.append(missed(test, misses))
    if any(not expected.is_met() for expected in session.expected):
        parts.append("the test expects a miss (expect_miss), and every request was answered.")
    unused = not_asked_for(test)
    if unused:
        parts.append(unused)
    return _told("\n\n".join(parts))


def not_asked_for(test: Judged) -> str:
    """The scripted replies that were not asked for; "" without any, or where that is all right."""
    session = test.session
    script = session.script if session.is_scripted else None
    unused = script.unused if script is not None and test.options.unused_replies == "fail" else []
    lines = []
    if unused:
        count = len(unused)
        lines = [f"{count} scripted {'reply was' if count == 1 else 'replies were'} not asked for:"]
        lines += [f"  {rule.words}" for rule in unused]
        came = session.server_session.journal.count
        fault = "" if came else loopback_fault(_server_url(session))
        if fault:  # advice about the test would lead nowhere
            return "\n".join([*lines, *(f"  {line}" for line in fault.splitlines())])
        if not came:
            lines.append("  No request has come: does the client read ANTHROPIC_BASE_URL, or get")
            lines.append("  base_url=messages_api.base_url?")
        lines.append("  If that is all right, say reply(..., optional=True), or set the ini option")
        lines.append("  mockapi_unused_replies = ignore.")
    return "\n".join(lines)


def missed(test: Judged, misses: list[JournalEntry]) -> str:
    """The misses, and what would repair them."""
    session = test.session
    session.explained(misses)
    count = len(misses)
    lines = [f"{count} {'request was' if count == 1 else 'requests were'} not answered (HTTP 422):"]
    for entry in misses[:5]:
        lines.append(f"  {_line(entry)}")
        lines += [f"    {line}" for line in _why(entry)]
    if count > 5:
        lines.append(f"  and {count - 5} more")
    if session.is_scripted:
        rules = session.script.rules
        lines.append("  What was given from the script:")
        lines += [f"    {_used(rule.used, rule.times)}  {rule.words}" for rule in rules]
        if any(entry.plain.asks_for_message for entry in misses):
            lines.append(
                "  Add what is missing: messages_api.reply(...), or always=True for any number of times."
            )
        if not all(entry.plain.asks_for_message for entry in misses):
            lines.append(
                '  Scripts answer POST /v1/messages. @pytest.mark.messages_api(on_unmatched="synthesize") has'
                " the rest made up, and messages without a reply too."
            )
    elif test.looked_for:
        lines.append("  The test has no cassette. Looked for:")
        lines += [f"    {name}" for name in test.looked_for]
    elif not test.has_cassette:
        lines.append("  The test has no cassette.")
    if not session.is_scripted:
        lines.append(f"  Record it: {record_command(test.nodeid, test.options)}")
    if test.looked_for and not session.is_scripted:
        lines.append('  Or let it have replies made up: @pytest.mark.messages_api(on_unmatched="synthesize")')
    lines.append("  A test that wants a miss says so: messages_api.expect_miss()")
    return _told("\n".join(lines))


def journal(test: Judged) -> str:
    """The requests of a test and what answered each."""
    session = test.session
    entries = session.entries
    left_out = len(entries) - _LATEST
    shown = [f"({left_out} earlier requests left out)"] if left_out > 0 else []
    for entry in entries[-_LATEST:]:
        shown.append(_line(entry))
        if entry.reply.source is Source.INVALID:
            shown += [f"  {text}" for text in _refusal(test, entry)]
    if any(entry.reply.source is Source.SYNTHESIZED for entry in entries):
        shown.append("(The test has no script and no cassette: replies were made up from the requests.)")
    if not entries:
        shown.append(f"no request has come to {session.base_url} or to the run's base URL")
        shown += loopback_fault(_server_url(session)).splitlines()
    shown += dict.fromkeys(test.refused)
    usage = session.usage
    if usage:
        shown.append("usage: " + ", ".join(f"{count:,} {name}" for name, count in usage.items() if count))
    return _told("\n".join(shown))


def _server_url(session: Session) -> str:
    """The base URL of the server, without the path of the session."""
    return session.base_url.partition("/s/")[0]


def _told(text: str) -> str:
    """A text that cannot steer a terminal and holds no key: a report ends in the logs of a build."""
    return printable_lines(_rules().shown(text))


def _rules() -> RedactionRules:
    try:
        return working_project().rules
    except UsageError:  # told elsewhere
        return DEFAULT


def _line(entry: JournalEntry) -> str:
    received = ReceivedRequest(entry)
    words = [f"{entry.number}. {received.method} {received.path}"]
    if received.model:
        words.append(received.model)
    text = _rules().shown(
        " ".join(received.last_user_text.split())
    )  # before it is cut: half a key looks like none
    if text:
        words.append(repr(text if len(text) <= _WORDS else f"{text[:_WORDS]}…"))
    by = f" {received.recording}" if received.recording else ""
    fault = entry.reply.header("x-mockapi-fault")
    return f"{' '.join(words)} -> {received.status} {received.source}{by}" + (
        f" (fault: {fault})" if fault else ""
    )


def _why(entry: JournalEntry) -> Iterator[str]:
    if not entry.is_explained or entry.miss is None:
        return
    miss = entry.miss.result()
    if miss.nearest is None:
        return
    yield f"nearest: {miss.nearest}"
    for difference in miss.differences:
        yield f"  {difference}"
    for remedy in miss.remedies:
        if not remedy.startswith("If the request changed"):  # the command for that stands below
            yield as_marker(remedy)


def as_marker(remedy: str) -> str:
    """A remedy that names options of the command line, with the marker's arguments instead."""
    options = re.search(r"(?<= )--.*(?= makes it match)", remedy)
    if options is None:
        return remedy.replace("--after-last repeat", 'messages_api(after_last="repeat")')
    matching: dict[str, Any] = {}
    arguments = {}
    words = iter(shlex.split(options[0]))
    for word in words:
        match word:
            case "--substitute" | "--ignore":
                matching.setdefault(word[2:], []).append(next(words))
            case "--compare":
                matching["compare"] = next(words)
            case "--rename-tool-ids":
                matching["rename_tool_ids"] = True
            case "--convert":
                arguments["convert"] = True
    if matching:
        arguments["matching"] = matching  # type: ignore[assignment] # one value is a flag, one a table
    told = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return remedy.replace(options[0], f"@pytest.mark.messages_api({told})")


def _refusal(test: Judged, entry: JournalEntry) -> Iterator[str]:
    body = jsontext.parse(entry.reply.body)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        yield f"{error.get('type')}: {error.get('message')}"
    rule = entry.reply.header("x-mockapi-rule")
    if rule is None:
        return
    refusal = _judged_again(test, entry)
    at = f" at {refusal.pointer}" if refusal is not None and refusal.pointer else ""
    yield f"rule {rule}{at}"
    hint = entry.reply.header("x-mockapi-hint")
    if rule == "model.not_found":
        model = ReceivedRequest(entry).model
        near = re.search(r"The nearest is (\S+)\.", hint or "")
        yield f"Is it spelt right? The nearest is {near[1]}." if near else "No known model is near it."
        yield f"If it exists, add it to the ini file: mockapi_models = {model}"
    elif hint is not None:
        yield hint
    settings = test.session.server_session.settings.validation
    ways = {
        f'disabled_rules=["{rule}"]': replace(settings, disabled=settings.disabled | {rule}),
        'validation="lenient"': replace(settings, mode="lenient"),
        'validation="off"': replace(settings, mode="off"),
    }
    helpful = [way for way, changed in ways.items() if _takes(changed, entry)]
    also = f" or {helpful[1]}" if len(helpful) > 1 else ""
    yield f"To take it anyway: @pytest.mark.messages_api({helpful[0]}){also}"


def _takes(settings: ValidationSettings, entry: JournalEntry) -> bool:
    from mockapi.validation import Validator

    return Validator(settings).check(entry.plain) is None


def _judged_again(test: Judged, entry: JournalEntry) -> Refusal | None:
    from mockapi.validation import Validator

    return Validator(test.session.server_session.settings.validation).check(entry.plain)


def _used(used: int, times: int | None) -> str:
    return f"{used} of {times} given" if times is not None else f"{used} given    "
