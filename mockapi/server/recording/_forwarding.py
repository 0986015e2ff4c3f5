"""Asking the upstream within a budget of calls, and the replies that say why there is no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockapi.exchange import Source
from mockapi.replies import error_reply
from mockapi.server.recording._upstream import PathRefused, Upstream, UpstreamFailed

if TYPE_CHECKING:
    from mockapi.exchange import Reply, Request
    from mockapi.server._console import Console
    from mockapi.server.recording._options import RecordOptions
    from mockapi.server.recording._stats import RecordStats
    from mockapi.server.recording._upstream import Address, Incoming


class BudgetSpentError(Exception):
    """No more requests may be forwarded."""


class Budget:
    """How often the upstream may be asked.

    Args:
        calls: so many times; None for any number.
    """

    def __init__(self, calls: int | None) -> None:
        self._left = calls

    def take(self) -> bool:
        """Whether it may be asked once more; then that counts."""
        if self._left is None:
            return True
        self._left -= 1
        return self._left >= 0


class Forwarding:
    """The way to the upstream.

    Args:
        options: where to ask, how often, how patiently.
        stats: where calls are counted.
        console: where people are told what went wrong, at once.
        budget: how often the upstream may be asked; None leaves it to the options.

    Raises:
        UsageError: the URL cannot be an upstream.
    """

    def __init__(
        self, options: RecordOptions, stats: RecordStats, console: Console, budget: Budget | None = None
    ) -> None:
        self.upstream = Upstream(options.upstream, read_seconds=options.read_seconds)
        self._options = options
        self._stats = stats
        self._console = console
        self._budget = budget or Budget(options.budget)

    async def ask(self, request: Request, server: Address) -> Incoming:
        """Pass a request on; returns when the head of the answer is there.

        Args:
            request: what came.
            server: the address at which it came: it is not asked what it answers itself.

        Raises:
            UpstreamFailed: no answer came.
            BudgetSpentError: the upstream may not be asked again.
        """
        if self.upstream.is_at(server):
            raise UpstreamFailed("is this very server: name the one that it stands in for")
        if not self._budget.take():
            self._stats.refused += 1
            if self._stats.refused == 1:
                calls = self._options.budget
                self._console.note(f"the budget of {calls} calls is spent; nothing more goes upstream")
            raise BudgetSpentError
        self._stats.forwarded += 1
        return await self.upstream.ask(request)

    def failed(self, failure: UpstreamFailed, request_id: str) -> Reply:
        """What the client is told where no answer came; people are told as well."""
        cause = self._options.rules.shown(str(failure))  # it may quote what came
        self._console.problem(f"the upstream {self.upstream.url} {cause}")
        message = f"mockapi: the upstream {self.upstream.url} {cause}."
        if isinstance(failure, PathRefused):
            return error_reply(400, "invalid_request_error", message, request_id, source=Source.INVALID)
        return error_reply(502, "api_error", message, request_id, source=Source.FORWARDED, retry=True)


def budget_spent(request_id: str) -> Reply:
    """What the client is told once the budget is spent."""
    message = "The budget of calls to the upstream is spent; raise it with --budget."
    return error_reply(422, "mockapi_budget_spent", message, request_id, source=Source.UNMATCHED)
