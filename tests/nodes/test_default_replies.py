"""Replies that this node plays: what the log is told of what the upstream has answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from mockapi.exchange import Chunk, Reply, Request, Source
from mockapi.nodes._default_replies import Ordered

if TYPE_CHECKING:
    from mockapi.server.recording import Keep

ASKED = Request("POST", "/v1/messages")
ANSWERED = Reply(200, (), (Chunk(0.0, b"{}"),), Source.FORWARDED)


class Told:
    """Stands for the default session; keeps what the log would be told."""

    session: Any = "default"

    def __init__(self) -> None:
        self.forwarded_: list[Any] = []

    def forwarded(self, *told: Any, **how: Any) -> None:
        """The upstream has answered."""
        self.forwarded_.append((told, how))


class Records:
    """Stands for a recorder; keeps what is written down."""

    def __init__(self, *, records: bool) -> None:
        self.kept: list[Any] = []
        self._records = records

    def keeper(self, session: object) -> Keep | None:
        """What the session records."""
        assert session == "default"
        return self._keep if self._records else None

    async def _keep(self, interaction: Any, request: Request) -> None:
        self.kept.append((interaction, request))


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_log_is_told_whether_an_answer_was_written_down(*, is_kept: bool) -> None:
    """What could not be recorded was asked to be, and stands in no cassette."""
    told: Any = Told()
    records: Any = Records(records=True)
    ordered = Ordered(told, "token", None)

    async def forward() -> None:
        keep = ordered.keeper(records)
        assert keep is not None
        if is_kept:
            interaction: Any = "what happened"
            await keep(interaction, ASKED)

    asyncio.run(forward())
    assert records.kept == ([("what happened", ASKED)] if is_kept else [])
    ordered.upstream_answered(ASKED, ANSWERED, 12.0, complete=True)
    ordered.seconds = 0.5
    ordered.ended()
    how = {"seconds": 0.5, "complete": True, "is_kept": is_kept}
    assert told.forwarded_ == [(("token", ASKED, ANSWERED, 12.0), how)]


def test_a_session_that_records_nothing_has_no_keeper() -> None:
    """So the upstream's answer is not held back for it."""
    told: Any = Told()
    records: Any = Records(records=False)
    assert Ordered(told, "token", None).keeper(records) is None
