"""What a session does to its replies on purpose: rate limits, faults, pace; and their state.

    rate limits refuse -> a fault replaces the reply -> (the reply is found) -> pace -> other faults
                                                                             -> rate limits are told

What refuses or replaces comes before a reply is looked for, so that a client which tries again
gets the recording or the scripted reply that it would have got. The pace comes before the other
faults: a delay that a fault orders stays as it was ordered.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mockapi.replies import faults
from mockapi.server._answer import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Reply, Request
    from mockapi.replies._rate_limits import State
    from mockapi.server._settings import Settings


class Mishaps:
    """The faults, limits and pace of one session.

    Args:
        settings: the session's; at least one of the three is ordered there.
    """

    def __init__(self, settings: Settings) -> None:
        self._orders = settings.faults
        self._counts = faults.start(self._orders)
        self._limits = settings.rate_limits
        self._levels: State = {}
        self._pace = settings.pace

    def around(
        self, request: Request, now: float, next_request_id: Callable[[], str], find: Callable[[], Answer]
    ) -> Answer:
        """The answer to a request after all that was ordered for it.

        Args:
            request: what came.
            now: seconds since 1970.
            next_request_id: makes the id of a reply that mockapi writes.
            find: finds the answer that there would have been.
        """
        refusal = self._admit(request, now, next_request_id)
        if refusal is not None:
            return Answer(refusal)
        due, self._counts = faults.due(self._orders, self._counts, request)
        if any(order.replaces for order in due):
            date = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
            due = tuple(sorted(due, key=lambda order: not order.replaces))
            answer = Answer(faults.blank(next_request_id(), date))
        else:
            answer = find()
            if answer.reply is None:  # the upstream's reply is passed on as it comes: nothing to change
                return answer
            if self._pace is not None:
                from mockapi.replies._pace import paced  # noqa: PLC0415 - only where one is ordered

                answer = answer._replace(reply=paced(answer.reply, self._pace))
        reply = answer.reply
        assert reply is not None  # noqa: S101 - a forwarded one was given back above
        if due:
            reply = faults.apply(reply, due)
        return answer._replace(reply=self._settle(request, reply, now))

    def _admit(self, request: Request, now: float, next_request_id: Callable[[], str]) -> Reply | None:
        if self._limits is None:
            return None
        from mockapi.replies import _rate_limits  # noqa: PLC0415 - only where they are ordered

        if not _rate_limits.is_limited(request):
            return None
        id_ = next_request_id()
        refusal, self._levels = _rate_limits.admit(self._limits, self._levels, request, now, id_)
        return refusal

    def _settle(self, request: Request, reply: Reply, now: float) -> Reply:
        if self._limits is None:
            return reply
        from mockapi.replies import _rate_limits  # noqa: PLC0415 - only where they are ordered

        if not _rate_limits.is_limited(request):
            return reply
        told, self._levels = _rate_limits.settle(self._limits, self._levels, request, reply, now)
        return told
