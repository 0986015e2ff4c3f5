"""One account's rate limits in one session: what its replies say, and whether they are enforced."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mockapi.replies import RateLimits, faults, rate_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.exchange import Headers, Reply, Request


class Account:
    """The buckets of a session's keys.

    Args:
        ordered: limits that are enforced; None enforces nothing, and replies tell of the default ones.
    """

    def __init__(self, ordered: RateLimits | None) -> None:
        self.is_enforced = ordered is not None
        self.limits = ordered or RateLimits()
        self._state: rate_limits.State = {}

    def refuse(self, request: Request, at: float, next_request_id: Callable[[], str]) -> Reply | None:
        """Charge a request; a 429 if a bucket of its key is empty.

        Args:
            request: what came.
            at: seconds since 1970.
            next_request_id: makes the id of a reply.
        """
        if not rate_limits.is_limited(request):
            return None
        key = rate_limits.key_of(request)
        wait = rate_limits.seconds_to_wait(self.limits, self._state, key, at)
        if wait == 0:
            self._charge(key, at, requests=1)
            return None
        before = self.fields(request, at)
        refused = faults.error(429, retry_after=max(1, math.ceil(wait)))
        return rate_limits.with_fields(refused(faults.blank(next_request_id(), at)), before)

    def settle(self, request: Request, reply: Reply, at: float) -> Reply:
        """Charge the tokens that a reply states, and let it say what is left."""
        if reply.status != 200 or not rate_limits.is_limited(request):
            return reply
        input_tokens, output_tokens = reply.usage or rate_limits.usage_of(reply)
        levels = self._charge(
            rate_limits.key_of(request),
            at,
            requests=0 if self.is_enforced else 1,  # else it was charged when it was admitted
            input_tokens=input_tokens,
            output_tokens=output_tokens,
        )
        return rate_limits.settled(reply, self.limits, levels)

    def as_json(self) -> list[list[Any]]:
        """What the buckets hold: key and levels of each, the longest unused first."""
        return [[key, *levels] for key, levels in self._state.items()]

    def recall(self, buckets: list[list[Any]]) -> None:
        """Let the buckets hold what those of another process held."""
        self._state = {key: rate_limits.Levels(*levels) for key, *levels in buckets}

    def fields(self, request: Request, at: float) -> Headers:
        """What the buckets of a request's key hold now, as header fields."""
        levels = rate_limits.charge(self.limits, self._state.get(rate_limits.key_of(request)), at)
        return rate_limits.fields_of(self.limits, levels)

    def _charge(
        self, key: str, at: float, *, requests: int, input_tokens: int = 0, output_tokens: int = 0
    ) -> rate_limits.Levels:
        levels = rate_limits.charge(
            self.limits,
            self._state.get(key),
            at,
            requests=requests,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
        )
        rate_limits.keep(self._state, key, levels)
        return levels
