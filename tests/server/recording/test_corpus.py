"""Recording the replay of everything recorded: nothing is lost, and doing it again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from mockapi.cassettes.redaction import redact_interaction
from tests.support import corpus
from tests.support.recording import recorded, recording
from tests.support.server import PATIENCE, serving
from tests.support.shared import say

if TYPE_CHECKING:
    from pathlib import Path

    from mockapi.cassettes import Interaction
    from tests.support.shared import Row

INTERACTIONS = 441

pytestmark = pytest.mark.corpus


def test_what_is_recorded_is_what_was_played(tmp_path: Path) -> None:
    """All exact interactions, played by one server and recorded by another, are equal to the byte.

    So are the transport chunks where the corpus has them.
    """
    rows = _written(tmp_path / "corpus")
    first = _record(rows, tmp_path / "corpus", tmp_path / "first")
    assert len(first) == len(rows) == INTERACTIONS
    chunked = 0
    for row, interaction in zip(rows, first, strict=True):
        original = redact_interaction(corpus.interaction_of(row))
        expected = b"" if original.request.method == "HEAD" else original.response.body
        assert (interaction.response.status, interaction.response.body) == (row.fields["status"], expected)
        assert interaction.request.path == original.request.path, row.id
        if row.fields.get("response_chunks"):
            sizes = [chunk.size for chunk in interaction.response.chunks]
            assert sizes == [chunk.size for chunk in original.response.chunks if chunk.size], row.id
            chunked += 1
    say(f"recorded to the byte: {len(first)}, {chunked} of them with their chunks")


@pytest.mark.slow
def test_a_recording_of_a_recording_is_the_same_again(tmp_path: Path) -> None:
    """What was recorded, played and recorded in its turn, differs by its times alone."""
    rows = _written(tmp_path / "corpus")
    first = _record(rows, tmp_path / "corpus", tmp_path / "first")
    second = _record(rows, tmp_path / "first", tmp_path / "second")
    assert len(first) == INTERACTIONS
    assert list(map(_timeless, second)) == list(map(_timeless, first))


def _written(folder: Path) -> list[Row]:
    folder.mkdir()
    return [row for inside in corpus.write_cassettes(folder).values() for row in inside]


def _record(rows: list[Row], played: Path, to: Path) -> tuple[Interaction, ...]:
    with (
        serving(str(played), speed=1.0) as upstream,
        recording(upstream.base_url, to) as server,
        httpx.Client(base_url=server.base_url, timeout=PATIENCE, trust_env=False) as client,
    ):
        for row in rows:
            reply = client.request(
                row.fields["method"],
                row.fields["uri_path"] or "/v1/messages",
                content=row.request,
                headers=[
                    (name, value)
                    for name, value in row.fields["request_headers"]
                    if name.lower() not in {"host", "content-length", "connection", "accept-encoding"}
                ],
            )
            assert reply.headers["x-mockapi-source"] == "forwarded", row.id
    return tuple(recorded(to).interactions)


def _timeless(interaction: Interaction) -> Interaction:
    chunks = tuple(chunk._replace(delay=0.0) for chunk in interaction.response.chunks)
    return replace(interaction, recorded_at=None, response=replace(interaction.response, chunks=chunks))
