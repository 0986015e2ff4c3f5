"""One exchange as a JSON document: what was asked, what answered and why, from a journal or a cassette.

docs/page.md describes the document; the page's views take it. It is made on demand, when somebody looks at
the exchange.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mockapi import cassettes, validation
from mockapi._printable import encodable
from mockapi.cassettes import CREDENTIAL_HEADERS
from mockapi.inspector._bodies import shown_body
from mockapi.replies import faults, surfaces
from mockapi.sessions import miss_as_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes import Interaction, Recording
    from mockapi.exchange import Reply
    from mockapi.sessions import JournalEntry, ServerSession
    from mockapi.validation import Refusal

_MOST_CHUNKS: Final = 20_000


def entry_view(entry: JournalEntry, session: ServerSession) -> dict[str, Any]:
    """An entry of a session's journal as a document; credentials in headers are hidden.

    Args:
        entry: what happened.
        session: where.
    """
    request, recording = entry.request, entry.recording
    surface = surfaces.surface_of(request)
    plain = entry.plain
    miss = entry.miss.result() if entry.is_explained and entry.miss is not None else None
    return {
        "session": session.id,
        "session_name": session.name,
        "number": entry.number,
        "at": entry.at,
        "seconds": entry.seconds,
        "complete": entry.complete,
        "sent_again_from": entry.sent_again_from,
        "request": {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "surface": None if surface is None else surface.name,
            "headers": [_shown(name, value) for name, value in _decoded(request.headers)],
            "body": shown_body(request.body),
            "plain": None if plain is request else shown_body(plain.body),
        },
        "reply": _reply(entry.reply),
        "recording": None if recording is None else _recorded(recording, entry.reply),
        "refusal": None if entry.refusal is None else _refusal(entry.refusal),
        "miss": None if miss is None else miss_as_json(miss),
        "faults": _faults(entry.reply),
    }


def interaction_view(
    interaction: Interaction, cassette: str | None = None, position: int | None = None
) -> dict[str, Any]:
    """A recorded interaction as a document: what was recorded is what answered.

    Args:
        interaction: what was recorded.
        cassette: the name of its cassette, for people.
        position: its place there, from 0.
    """
    request, response = interaction.request, interaction.response
    recorded_at = interaction.recorded_at
    chunks = [[delay, size] for delay, size in response.chunks]
    return {
        "session": None,
        "session_name": None,
        "number": None,
        "at": _seconds(recorded_at),
        "seconds": sum(delay for delay, _ in response.chunks) if chunks else None,
        "complete": True,
        "sent_again_from": None,
        "request": {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "surface": None,
            "headers": [_shown(name, value) for name, value in request.headers],
            "body": shown_body(request.body),
            "plain": None,
        },
        "reply": {
            "status": response.status,
            "source": "recorded",
            "headers": [_shown(name, value) for name, value in response.headers],
            "body": shown_body(response.body),
            "chunks": chunks[:_MOST_CHUNKS] or [[0.0, len(response.body)]],
            "hold": 0.0,
            "ending": response.ending,
        },
        "recording": {
            "cassette": None if cassette is None else encodable(cassette),
            "interaction": position,
            **_of_interaction(interaction),
            "differs": False,
        },
        "refusal": None,
        "miss": None,
        "faults": [],
    }


def _reply(reply: Reply) -> dict[str, Any]:
    chunks = [[chunk.delay, len(chunk.data)] for chunk in reply.chunks[:_MOST_CHUNKS]]
    return {
        "status": reply.status,
        "source": reply.source,
        "headers": [_shown(name, value) for name, value in _decoded(reply.headers)],
        "body": shown_body(reply.body),
        "chunks": chunks,
        "hold": reply.hold,
        "ending": reply.ending,
    }


def _recorded(recording: Recording, reply: Reply) -> dict[str, Any]:
    return {
        "cassette": encodable(recording.cassette.name),
        "interaction": recording.position,
        **_of_interaction(recording.interaction),
        "differs": reply.body != recording.interaction.response.body,
    }


def _of_interaction(interaction: Interaction) -> dict[str, Any]:
    response = interaction.response
    return {
        "summary": cassettes.summarize(interaction),
        "recorded_at": interaction.recorded_at,
        "origin": interaction.origin,
        "edited": interaction.edited,
        "chunks": [[delay, size] for delay, size in response.chunks[:_MOST_CHUNKS]],
        "ending": response.ending,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    rule = next((item for item in validation.all_rules() if item.id == refusal.rule), None)
    return {
        "rule": refusal.rule,
        "status": refusal.status,
        "type": refusal.type,
        "message": refusal.message,
        "pointer": refusal.pointer,
        "hint": refusal.hint,
        "summary": None if rule is None else rule.summary,
        "source": None if rule is None else rule.source,
        "confidence": None if rule is None else rule.confidence,
        "models": "" if rule is None else rule.models,
    }


def _faults(reply: Reply) -> list[dict[str, Any]]:
    """The faults that were done to a reply, and the orders that did not fit it."""
    done = reply.header("x-mockapi-fault")
    skipped = reply.header("x-mockapi-fault-skipped")
    found = [_fault(name, None) for name in ([] if done is None else done.split(", "))]
    if skipped is not None:
        name, _, why = skipped.partition(": ")
        found.append(_fault(name, why))
    return found


def _fault(name: str, skipped: str | None) -> dict[str, Any]:
    known = faults.TABLE.get(name)
    return {"name": name, "summary": None if known is None else known.summary, "skipped": skipped}


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _shown(name: str, value: str) -> list[str]:
    return [name, "[hidden]" if name.lower() in CREDENTIAL_HEADERS else value]


def _seconds(recorded_at: str | None) -> float | None:
    """A moment in seconds since 1970 (UTC), where it is one."""
    if recorded_at is None:
        return None
    try:
        moment = datetime.fromisoformat(recorded_at)
    except ValueError:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
