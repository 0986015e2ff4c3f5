"""What happened, as a cassette: entries of a journal, masked as recording masks, some of them edited."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mockapi import cassettes
from mockapi.cassettes import Cassette, Interaction, RecordedChunk, RecordedRequest, RecordedResponse
from mockapi.exchange import Source
from mockapi.replies import for_this_hop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockapi.cassettes import RedactionRules
    from mockapi.exchange import Headers, Reply
    from mockapi.sessions import JournalEntry


def interaction_of(entry: JournalEntry, answered: bytes | None = None) -> Interaction:
    """An entry as what would be recorded of it, nothing masked yet.

    Args:
        entry: what happened.
        answered: another body of the reply, which makes the recording an edited one.
    """
    request, reply = entry.request, entry.reply
    body = reply.body if answered is None else answered
    recorded = None if entry.recording is None else entry.recording.interaction
    chunks = tuple(RecordedChunk(chunk.delay, len(chunk.data)) for chunk in reply.chunks)
    if recorded is not None and recorded.response.body == body:
        chunks = recorded.response.chunks  # played at once, it still was recorded in its time
    at = datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Interaction(
        RecordedRequest(request.method, request.path, request.query, _text(request.headers), request.body),
        RecordedResponse(
            reply.status,
            _text(_kept(reply, len(body), request.method)),
            body,
            chunks if answered is None else (),
            reply.ending,
        ),
        recorded_at=at if recorded is None else recorded.recorded_at,
        origin=_origin(entry),
        edited=answered is not None or (recorded is not None and recorded.edited),
    )


def cassette_text(
    entries: Iterable[tuple[JournalEntry, bytes | None]], name: str, rules: RedactionRules
) -> bytes:
    """The text of a cassette that holds these entries, sealed.

    Args:
        entries: what happened, each with another body for its reply or None.
        name: what messages call it.
        rules: what is masked.

    Raises:
        UnwritableError: it has no place in the format.
    """
    happened = (interaction_of(entry, answered) for entry, answered in entries)
    interactions = [cassettes.redact_interaction(interaction, rules) for interaction in happened]
    return cassettes.dump(Cassette(name, tuple(interactions)))


def _kept(reply: Reply, size: int, method: str) -> Headers:
    return for_this_hop(_text(reply.headers), status=reply.status, method=method, size=size)


def _origin(entry: JournalEntry) -> str | None:
    if entry.recording is not None:
        return entry.recording.interaction.origin
    source = entry.reply.source
    return None if source is Source.FORWARDED else f"mockapi's own reply ({source}), not the API's"


def _text(fields: Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
