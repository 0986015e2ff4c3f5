"""The rate-limit header fields of a session: what is left in the current minute.

Nothing is refused here (that is a fault's work); the fields are for clients that read them. Limits
are those of a mid-tier account. As with the API, remaining tokens are rounded to thousands and
`reset` is a time in whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockapi.exchange import Headers

_REQUESTS: Final = 4_000
_INPUT: Final = 400_000
_OUTPUT: Final = 80_000
_WINDOW: Final = 60


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What was used in a minute.

    Attributes:
        window: the minute, counted since 1970.
        requests: made in it.
        input_tokens: sent in it, without those read from the cache.
        output_tokens: received in it.
    """

    window: int = 0
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def after(self, at: float, input_tokens: int, output_tokens: int) -> RateLimits:
        """The same with one request more, made `at` seconds since 1970."""
        window = int(at) // _WINDOW
        if window != self.window:
            return RateLimits(window, 1, input_tokens, output_tokens)
        return RateLimits(
            window,
            self.requests + 1,
            self.input_tokens + input_tokens,
            self.output_tokens + output_tokens,
        )

    def fields(self) -> Headers:
        """The header fields, in the API's order."""
        reset = _timestamp((self.window + 1) * _WINDOW)
        return (
            *_INPUT_LIMIT,
            (b"anthropic-ratelimit-input-tokens-remaining", _left(_INPUT, self.input_tokens)),
            (b"anthropic-ratelimit-input-tokens-reset", reset),
            *_OUTPUT_LIMIT,
            (b"anthropic-ratelimit-output-tokens-remaining", _left(_OUTPUT, self.output_tokens)),
            (b"anthropic-ratelimit-output-tokens-reset", reset),
            *_REQUESTS_LIMIT,
            (b"anthropic-ratelimit-requests-remaining", str(max(0, _REQUESTS - self.requests)).encode()),
            (b"anthropic-ratelimit-requests-reset", reset),
            *_TOKENS_LIMIT,
            (
                b"anthropic-ratelimit-tokens-remaining",
                _left(_INPUT + _OUTPUT, self.input_tokens + self.output_tokens),
            ),
            (b"anthropic-ratelimit-tokens-reset", reset),
        )


def _limit(name: bytes, value: int) -> Headers:
    return ((b"anthropic-ratelimit-" + name + b"-limit", str(value).encode()),)


_INPUT_LIMIT: Final = _limit(b"input-tokens", _INPUT)
_OUTPUT_LIMIT: Final = _limit(b"output-tokens", _OUTPUT)
_REQUESTS_LIMIT: Final = _limit(b"requests", _REQUESTS)
_TOKENS_LIMIT: Final = _limit(b"tokens", _INPUT + _OUTPUT)


def _left(limit: int, used: int) -> bytes:
    return str(max(0, limit - used + 500) // 1000 * 1000).encode()


@lru_cache(maxsize=4)
def _timestamp(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
