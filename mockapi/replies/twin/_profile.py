"""What a profile of recorded traffic holds: numbers, names of models, types of errors, and no text.

    TwinProfile         how often what answers: errors, broken streams, models; and what replies are like
      ReplyProfile      of all replies, or of one model's: their sizes, kinds, caching and times
        Outcome         a kind of reply: why it stops, how many tools it calls, how long it is; requests
                      that offer tools and those that offer none have kinds of their own
        CacheUse        what the prompt cache did for requests that asked for it
        StreamTimes     seconds to the first token and from piece to piece
        SizedTimes      seconds that grow with a size

Shares are parts of 1. All values are immutable, and equal profiles are written alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockapi.replies.twin._distribution import Distribution

VERSION: Final = 1
"""Of the profile's form."""
MAX_SECONDS: Final = 3600
MAX_SIZE: Final = 1_000_000_000
MAX_OUTPUT: Final = 200_000
"""The most that a profile tells of a time, of a size, and of output tokens: twins keep to them."""


@dataclass(frozen=True, slots=True)
class ErrorShare:
    """An error that came in place of a reply.

    Attributes:
        status: of HTTP.
        type: the API's error type.
        share: of the exchanges that were not refused; of a refusal, of all exchanges.
        seconds: until it came; None where nothing was timed.
        retry_after: the seconds that it asked clients to wait; None where it asked for none.
    """

    status: int
    type: str
    share: float
    seconds: Distribution | None = None
    retry_after: Distribution | None = None


@dataclass(frozen=True, slots=True)
class Interruption:
    """A stream that began well and did not end well.

    Attributes:
        type: of the error event that ended it; None where the connection broke.
        share: of the streams.
    """

    type: str | None
    share: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A kind of reply.

    Attributes:
        stop_reason: why it stops.
        tool_calls: how many tools of the client's it calls.
        share: of the replies to requests that offer tools, or of those to requests that offer none.
        output_tokens: how long it is.
    """

    stop_reason: str
    tool_calls: int
    share: float
    output_tokens: Distribution


@dataclass(frozen=True, slots=True)
class CacheUse:
    """What the prompt cache did for requests that asked for it. Parts are of all input tokens.

    Attributes:
        hits: the share of them of which something was read from the cache.
        read: the part that was read, of those; None without any.
        written_on_hit: the part that was written, of those.
        written_on_miss: the part that was written, of the others; None without any.
    """

    hits: float
    read: Distribution | None
    written_on_hit: Distribution | None
    written_on_miss: Distribution | None


@dataclass(frozen=True, slots=True)
class SizedTimes:
    """Seconds, and how they go with a size.

    Attributes:
        seconds: of all.
        size: of all.
        follows: how closely the seconds follow the size: 0 for not at all, 1 for wholly, below 0 where
            the larger are the faster.
    """

    seconds: Distribution
    size: Distribution
    follows: float


@dataclass(frozen=True, slots=True)
class StreamTimes:
    """The times of streams. A piece is what comes at one moment.

    Attributes:
        first: seconds to the first piece of content, by the bytes of the request.
        between: seconds from piece to piece; None where no stream had two.
        alike: how alike the gaps of one stream are: 0 for not at all, 1 for all the same.
        characters: how many a piece has.
    """

    first: SizedTimes
    between: Distribution | None
    alike: float
    characters: Distribution | None


@dataclass(frozen=True, slots=True)
class ReplyProfile:
    """What replies are like.

    Attributes:
        replies: how many it was learned from.
        streamed: the share of them that came as streams.
        request_bytes: the size of the requests' bodies.
        input_tokens: all that was read, cached or not.
        with_tools: the kinds of replies to requests that offer tools of the client's.
        without_tools: the kinds of replies to requests that offer none. One of the two may be empty.
        thinking: the part of the output that was thinking, where it was on; None where it never was.
        cache: what the prompt cache did; None where no request asked for it.
        streams: the times of streams; None where none was timed.
        whole: the seconds of replies that came in one piece, by output tokens; None likewise.
    """

    replies: int
    streamed: float
    request_bytes: Distribution
    input_tokens: Distribution
    with_tools: tuple[Outcome, ...]
    without_tools: tuple[Outcome, ...]
    thinking: Distribution | None = None
    cache: CacheUse | None = None
    streams: StreamTimes | None = None
    whole: SizedTimes | None = None


@dataclass(frozen=True, slots=True)
class TwinProfile:
    """A small profile of recorded traffic, which a twin answers like.

        mockapi.Settings(twin=mockapi.parse_twin(json.loads(text)), speed=1)

    Attributes:
        exchanges: how many it was learned from.
        models: the models that were asked, and the share of each, refused requests aside.
        errors: what a good request may meet too; a twin answers with these.
        refusals: errors that say that a request was bad; they are told, and a twin judges by rules.
        interruptions: streams that did not end well.
        replies: what all replies are like.
        by_model: what those of one model are like, where there were enough of them.
    """

    exchanges: int
    models: tuple[tuple[str, float], ...]
    errors: tuple[ErrorShare, ...]
    refusals: tuple[ErrorShare, ...]
    interruptions: tuple[Interruption, ...]
    replies: ReplyProfile
    by_model: tuple[tuple[str, ReplyProfile], ...] = ()

    def of(self, model: str) -> ReplyProfile:
        """What replies of a model are like: its own, or those of all."""
        return next((own for name, own in self.by_model if name == model), self.replies)
