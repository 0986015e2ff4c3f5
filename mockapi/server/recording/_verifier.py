"""Comparing recordings with what the upstream answers today, beside the requests that they answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mockapi.cassettes import RedactionError, drift, redact_interaction
from mockapi.server.recording._forwarding import BudgetSpentError
from mockapi.server.recording._interaction import interaction_of
from mockapi.server.recording._upstream import UpstreamFailed

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction, Recording, RedactionRules
    from mockapi.exchange import Request
    from mockapi.server._console import Console
    from mockapi.server.recording._forwarding import Forwarding
    from mockapi.server.recording._options import RecordOptions
    from mockapi.server.recording._stats import RecordStats
    from mockapi.server.recording._upstream import Address

_CHECKS_AT_ONCE = 8


class Verifier:
    """Asks the upstream what recordings answered, a few at a time, and notes what differs.

    Args:
        forwarding: the way to the upstream.
        options: what is masked on both sides before they are compared, and how patient it is.
        stats: where it counts and keeps what differs.
        console: where people are told what differs, at once.
    """

    def __init__(
        self, forwarding: Forwarding, options: RecordOptions, stats: RecordStats, console: Console
    ) -> None:
        self._forwarding = forwarding
        self._options = options
        self._stats = stats
        self._console = console
        self._checks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(_CHECKS_AT_ONCE)

    def start(self, request: Request, recording: Recording, server: Address) -> None:
        """Begin to compare a recording with what the upstream answers now."""
        task = asyncio.ensure_future(self._check(request, recording, server))
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def aclose(self) -> None:
        """Finish what is being compared."""
        while self._checks:
            await asyncio.wait(set(self._checks))

    async def _check(self, request: Request, recording: Recording, server: Address) -> None:
        rules = self._options.rules
        async with self._turn:
            try:
                incoming = await self._forwarding.ask(request, server)
                await incoming.rest(self._options.read_seconds)
            except BudgetSpentError:
                return
            except UpstreamFailed as failure:
                lines = [rules.shown(f"the upstream {failure}")]
            else:
                lines = (
                    [f"not compared: {incoming.unrecordable}"]
                    if incoming.unrecordable is not None
                    else _differences(recording.interaction, interaction_of(request, incoming), rules)
                )
        self._stats.checked += 1
        if lines:
            self._stats.drifted.append((str(recording), lines))
            self._console.drift(recording, lines)


def _differences(recorded: Interaction, fresh: Interaction, rules: RedactionRules) -> list[str]:
    try:
        return drift(redact_interaction(recorded, rules), redact_interaction(fresh, rules))
    except RedactionError as error:
        return [f"not compared: {error}"]
