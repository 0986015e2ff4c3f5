"""Sealing a cassette anew after a wanted edit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockapi.cassettes import _yaml
from mockapi.cassettes._decode import load
from mockapi.cassettes._encode import dump
from mockapi.cassettes._model import Interaction, RecordedChunk, digest_of


def reseal(text: bytes, name: str) -> tuple[bytes, list[int]]:
    """The cassette with digests and chunk sizes made true to its bodies.

    An interaction whose body no longer fits its digest is marked `edited`; one that never had a
    digest is only given one. Comments are not kept: the file is written anew.

    Returns:
        The new text, and the positions of the interactions that changed.

    Raises:
        CassetteError: the file is wrong in other ways too.
    """
    cassette = load(text, name, check_seals=False)
    written = _yaml.parse(text)["interactions"]
    interactions: list[Interaction] = []
    changed: list[int] = []
    for position, interaction in enumerate(cassette.interactions):
        sealed = _resealed(interaction, written[position]["response"])
        if sealed is not interaction:
            changed.append(position)
        interactions.append(sealed)
    return dump(replace(cassette, interactions=tuple(interactions))), changed


def _resealed(interaction: Interaction, written: dict[str, Any]) -> Interaction:
    body = interaction.response.body
    digest = written.get("digest")
    if digest == digest_of(body) and (interaction.response.chunks or not written.get("chunks")):
        return interaction
    chunks = tuple(RecordedChunk(float(delay), size) for delay, size in written.get("chunks", []))
    response = replace(interaction.response, chunks=_recut(body, chunks))
    changed = digest not in (None, digest_of(body))
    return replace(interaction, response=response, edited=interaction.edited or changed)


def _recut(body: bytes, chunks: tuple[RecordedChunk, ...]) -> tuple[RecordedChunk, ...]:
    """As many chunks with the same delays, cut in proportion, at the ends of events where it has any.

    The API's own chunks end where an event ends; an edited body should look no different.
    """
    total = sum(chunk.size for chunk in chunks)
    if total == len(body):
        return chunks
    if not total:
        return tuple(RecordedChunk(chunk.delay, len(body)) for chunk in chunks[:1])
    cut: list[RecordedChunk] = []
    seen = start = 0
    for chunk in chunks:
        seen += chunk.size
        end = round(len(body) * seen / total)
        event_end = body.find(b"\n\n", max(end - 2, start))
        if event_end != -1 and seen < total:
            end = event_end + 2
        end = len(body) if seen == total else max(end, start)
        cut.append(RecordedChunk(chunk.delay, end - start))
        start = end
    return tuple(cut)
