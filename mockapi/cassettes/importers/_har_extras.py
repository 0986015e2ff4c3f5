"""What a cassette holds and HAR 1.2 has no place for: the `_mockapi` member of an entry.

HAR lets writers add members whose names begin with an underscore, and readers skip them. This is
the one place that knows what ours means, for the writer and for the reader.

    _mockapi: {recorded_at, path, query, origin, edited, chunks, ending}

`recorded_at` may be null, where an entry must have some time. Path and query stand beside the URL
because a URL can spell them another way. An entry with this member is ours: its text is UTF-8
whatever the charset says, and its header fields are as recorded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockapi.cassettes._checks import FormatError
from mockapi.cassettes._model import Fields, Interaction, RecordedChunk
from mockapi.exchange import Ending

if TYPE_CHECKING:
    from mockapi.cassettes.importers._exchange import Exchange
    from mockapi.options import Path


def extras(interaction: Interaction) -> dict[str, Any]:
    """The member for an interaction."""
    request, response = interaction.request, interaction.response
    found: dict[str, Any] = {
        "recorded_at": interaction.recorded_at,
        "path": request.path,
        "query": request.query,
    }
    if interaction.origin is not None:
        found["origin"] = interaction.origin
    if interaction.edited:
        found["edited"] = True
    if response.chunks:
        found["chunks"] = [[chunk.delay, chunk.size] for chunk in response.chunks]
    if response.ending is not Ending.CLEAN:
        found["ending"] = response.ending.value
    return found


def as_written(value: Any) -> Fields:
    """The header fields of an entry of ours, blanks and all."""
    return tuple((str(item["name"]), str(item["value"])) for item in value or [])


def restored(exchange: Exchange, member: Any, path: Path) -> Exchange:
    """The exchange with what the member says; unchanged without one.

    Raises:
        Fault: a member that mockapi would not have written.
    """
    if not isinstance(member, dict):
        return exchange
    here: Path = (*path, "_mockapi")
    old = exchange.interaction
    try:
        ending = Ending(member.get("ending", Ending.CLEAN))
        chunks = tuple(RecordedChunk(float(delay), int(size)) for delay, size in member.get("chunks", []))
    except (ValueError, TypeError) as error:
        raise FormatError(here, f"not what mockapi writes: {error}.") from error
    if chunks and sum(chunk.size for chunk in chunks) != len(old.response.body):
        chunks = ()  # the content was edited after the export
    texts = {key: member.get(key) for key in ("recorded_at", "origin")}
    if any(text is not None and not isinstance(text, str) for text in texts.values()):
        raise FormatError(here, "`recorded_at` and `origin` are text.")
    request = replace(
        old.request,
        path=str(member.get("path", old.request.path)),
        query=str(member.get("query", old.request.query)),
    )
    response = replace(old.response, chunks=chunks, ending=ending)
    interaction = Interaction(request, response, **texts, edited=member.get("edited") is True)
    return replace(exchange, interaction=interaction, lost=frozenset(), ours=True)
