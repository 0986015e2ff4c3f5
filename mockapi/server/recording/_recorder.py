"""Recording: forwarding a request, keeping what came back, and saying at the end what was done.

    the client's request -> upstream -> pieces to the client as they come
                                     -> whole: redacted, written, and only then the reply ends

A reply's last byte waits for the file: whoever has seen a reply's end finds it on disk, even if
this process is killed the moment after. All other bytes go out as they come. A recording that
cannot be written is told at once, goes on waiting in memory and is tried again with the next;
the client gets its reply all the same.

Not recorded, and told: a reply whose client left before its end, one that could not be decoded or
is too large for a cassette, a page of HTML where the API would have answered JSON (a captive portal,
a proxy), one that holds a secret in signed content, where nothing can be masked, and one that a rule
of the user's own could not be applied to.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from mockapi.server.recording._forwarding import BudgetSpentError, Forwarding, budget_spent
from mockapi.server.recording._interaction import finished_reply, interaction_of, not_the_api
from mockapi.server.recording._modes import parse_mode
from mockapi.server.recording._stats import RecordStats
from mockapi.server.recording._upstream import UpstreamFailed
from mockapi.server.recording._verifier import Verifier
from mockapi.server.recording._writing import WriterQueue
from mockapi.server.wire import play, play_live

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockapi.cassettes import Interaction, Recording
    from mockapi.exchange import Ending, Reply, Request
    from mockapi.server._console import Console
    from mockapi.server.aside import Helpers
    from mockapi.server.recording._forwarding import Budget
    from mockapi.server.recording._options import RecordOptions
    from mockapi.server.recording._upstream import Address, Incoming
    from mockapi.server.wire import Message
    from mockapi.sessions import ServerSession

Keep: TypeAlias = "Callable[[Interaction, Request], Awaitable[None]]"
"""Writes down what was asked and answered; returns when that was tried."""

_GRACE_SECONDS = 2.0


class Recorder:
    """Forwards requests and keeps the answers. Lives in the server's event loop.

    Args:
        options: where to ask and where to keep.
        console: where people are told what went wrong, at once.
        helpers: mask what is large, where that holds up nobody.
        budget: how often the upstream may be asked; None leaves it to the options.

    Raises:
        UsageError: the upstream's URL or the mode cannot work.
    """

    def __init__(
        self, options: RecordOptions, console: Console, helpers: Helpers, budget: Budget | None = None
    ) -> None:
        parse_mode(options.mode)
        options.rules.prepare()
        self.options = options
        self.stats = RecordStats()
        self._console = console
        self._forwarding = Forwarding(options, self.stats, console, budget)
        self._verifier = Verifier(self._forwarding, options, self.stats, console)
        self._writer = WriterQueue(options, self.stats, console, helpers, self.leave_out)

    async def forward(
        self,
        request: Request,
        keep: Keep | None,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        *,
        request_id: str,
    ) -> tuple[Reply, bool]:
        """Pass a request on and its answer back, and record both if the session says so.

        Args:
            request: what came.
            keep: writes down what was asked and answered, and returns when that was tried; None where
                nothing is recorded.
            scope: of the ASGI request, as `receive` and `send` are.
            receive: tells when the client leaves.
            send: takes the reply.
            request_id: of a reply that mockapi has to write itself.

        Returns:
            The reply as the client got it, its body decoded, and whether the client stayed.
        """
        try:
            incoming = await self._forwarding.ask(request, scope.get("server"))
        except UpstreamFailed as failure:
            reply = self._forwarding.failed(failure, request_id)
            return reply, await play(reply, scope, receive, send)
        except BudgetSpentError:
            reply = budget_spent(request_id)
            return reply, await play(reply, scope, receive, send)

        settled = False

        async def settle() -> Ending:
            nonlocal settled
            settled = True
            await incoming.done
            if keep is not None:
                await self._keep(request, incoming, keep)
            return incoming.ending

        try:
            stayed = await play_live(incoming, settle, scope, receive, send)
            if not stayed and keep is not None and not settled:
                if await incoming.rest(_GRACE_SECONDS):
                    await self._keep(request, incoming, keep)
                else:
                    self.leave_out(request, "the client left before its end")
        finally:
            incoming.done.cancel()
        return finished_reply(incoming, request.method), stayed

    def keeper(self, session: ServerSession) -> Keep | None:
        """Writes down what a session records; None if it records nothing."""
        if self.options.to is None or not session.records:
            return None
        return partial(self._writer.put, session)

    def replayed(
        self, request: Request, recording: Recording, session: ServerSession, server: Address
    ) -> None:
        """Count a request that a recording answered; compare it with the upstream if that is asked for.

        Args:
            request: what came.
            recording: what answered it.
            session: whose settings count.
            server: the address at which it came: it is not asked what it answers itself.
        """
        self.stats.replayed += 1
        if session.settings.record_mode == "verify":
            self._verifier.start(request, recording, server)

    async def aclose(self) -> None:
        """Finish what is being compared and written, and close all connections; it can go on afterwards."""
        await self._verifier.aclose()
        await self._writer.aclose()
        await self._forwarding.upstream.aclose()

    async def _keep(self, request: Request, incoming: Incoming, keep: Keep) -> None:
        reason = incoming.unrecordable or not_the_api(incoming)
        if reason is not None:
            self.leave_out(request, reason)
            return
        await keep(interaction_of(request, incoming), request)

    def leave_out(self, request: Request, reason: str) -> None:
        """Tell that a request is not recorded, and why; a clause."""
        line = self.options.rules.shown(f"{request.method} {request.path} was not recorded: {reason}")
        self.stats.left_out.append(line)
        self._console.problem(line)
