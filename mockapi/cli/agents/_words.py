"""What the control API tells as JSON, in the words that the console has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from mockapi import cassettes
from mockapi._wording import counted
from mockapi.exchange import Request
from mockapi.replies.synthesis import view_of
from mockapi.testing import ParsedRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHOWN: Final = 60
_LONGEST: Final = 2_000


def session_line(session: dict[str, Any]) -> str:
    """A session: its id, who opened it, what came, how much was played, where clients reach it."""
    name = f" {session['name']!r}" if session["name"] else ""
    played = f"{session['played']} of {counted(session['recordings'], 'recording')} played"
    return (
        f"{session['id']}{name}: {counted(session['requests'], 'request')}, {played}, {session['base_url']}"
    )


def entry_line(entry: dict[str, Any]) -> str:
    """One exchange: what was asked, and what answered."""
    request, reply = entry["request"], entry["reply"]
    words = [f"{entry['number']}. {request['method']} {request['path']}"]
    if isinstance(request.get("json"), dict):
        asked = ParsedRequest(view_of(Request("POST", "/v1/messages", body=body_of(entry))))
        words += [asked.model] if asked.model else []
        text = " ".join(asked.last_user_text.split())
        words += [repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")] if text else []
    recording = entry["recording"]
    by = "" if recording is None else f" {_recording(recording)}"
    took = "" if reply["seconds"] is None else f" {reply['seconds'] * 1000:.1f} ms"
    return f"{' '.join(words)} -> {reply['status']} {reply['source']}{by}{took}"


def miss_lines(entry: dict[str, Any], session: str) -> Iterator[str]:
    """Why a request was not answered, and what would repair it."""
    request, miss = entry["request"], entry["miss"]
    whose = "" if session == "default" else f" (session {session})"
    yield f"no recording matches {request['method']} {request['path']}{whose}"
    if miss["nearest"] is not None:
        yield f"  nearest: {_recording(miss['nearest'])}"
    for told in miss["differences"]:
        yield f"    {cassettes.Difference(told['path'], told['recorded'], told['received'])}"
    for remedy in miss["remedies"]:
        yield f"  {remedy}"


def refusal_lines(shown: dict[str, Any]) -> Iterator[str]:
    """The rule that refused a request, of the document of an entry; nothing where no rule did."""
    refusal = shown["refusal"]
    if refusal is None:
        return
    yield f"  {refusal['status']} {refusal['type']}: {refusal['message']}"
    where = f" at {refusal['pointer']}" if refusal["pointer"] else ""
    page = "" if refusal["summary"] is None else f"  (docs/rules.md#{refusal['rule']})"
    yield f"  rule {refusal['rule']}{where}{page}"
    for name in ("summary", "source", "confidence"):
        if refusal[name]:
            yield f"  {name}: {refusal[name]}"
    if refusal["hint"] is not None:
        yield f"  {refusal['hint']}"


def body_of(entry: dict[str, Any]) -> bytes:
    """The body of a request in the journal, as JSON or text."""
    request = entry["request"]
    return orjson.dumps(request["json"]) if "json" in request else str(request.get("text", "")).encode()


def cassette_lines(told: dict[str, Any]) -> Iterator[str]:
    """What a server plays, and what nobody has asked for yet."""
    if not told["cassettes"]:
        yield "The server plays no cassette."
    for cassette in told["cassettes"]:
        yield f"{cassette['name']}: {counted(cassette['interactions'], 'interaction')}"
    if told["not_played"]:
        yield "not played yet:"
        yield from (f"  {_recording(recording)}" for recording in told["not_played"])


def script_line(told: dict[str, Any]) -> str:
    """A session's script: how many replies it has, and how often each was given."""
    if not told["replies"]:
        return f"session {told['session']} has no script"
    then = "" if told["then"] is None else f"; then {told['then']}"
    used = ", ".join(map(str, told["used"]))
    return f"session {told['session']}: {told['replies']} scripted, given so often: {used}{then}"


def fault_lines(told: dict[str, Any]) -> Iterator[str]:
    """The faults that are ordered for a session, and how often each was done."""
    if not told["faults"]:
        yield f"session {told['session']} has no faults"
    for order in told["faults"]:
        times = "always" if order["times"] is None else f"{order['times']} times"
        yield f"session {told['session']}: {order['fault']} ({times}), done {order['done']} times"


def shortened(value: Any) -> Any:
    """A JSON value whose long texts are cut, with their length."""
    if isinstance(value, dict):
        return {name: shortened(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shortened(item) for item in value]
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}… ({len(value):,} characters)"
    return value


def together(lines: Iterable[str]) -> str:
    """Lines as one text."""
    return "\n".join(lines)


def _recording(told: dict[str, Any]) -> str:
    return f"{told['cassette']}#{told['interaction']}"
