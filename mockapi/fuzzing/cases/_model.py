"""What a case is: a reply, and what a correct client makes of it.

A case is of one of two levels. `sse` is plain framing: bytes, and the events that the WHATWG text
makes of them. `messages` is a stream of the Messages API, or what stands in its place. Each case
of that level is labelled with what a correct client does:

    WHOLE       gives the message, and no error
    ERROR       reports an error; what it has cannot be taken for a whole answer
    EITHER      the stream breaks the grammar, but nothing is lost: an error conforms, the whole
                message is tolerable
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mockapi.exchange import Chunk, Ending, Reply, Source
from mockapi.replies import wire_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockapi.exchange import Headers

Level: TypeAlias = Literal["sse", "messages"]
Triple: TypeAlias = tuple[str, str, str]
"""An event: type, data, last event id."""

APART = 0.02
"""Seconds between chunks whose cut is what a case is about: a busy system joins what comes sooner."""

STREAM_HEADERS = (
    wire_field("content-type", "text/event-stream; charset=utf-8"),
    wire_field("cache-control", "no-cache"),
)


class Want(enum.StrEnum):
    """What a correct client does with a case of the level `messages`."""

    WHOLE = "the message"
    ERROR = "an error"
    EITHER = "an error, or the message"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that a client has to live with; large values stay out of its `repr`.

    Attributes:
        id: GROUP/NAME, unique.
        level: `sse` or `messages`.
        make: gives the body in the chunks it is sent in, anew each time; large ones are never
            held as a whole.
        why: the rule, in a sentence.
        events: of the level `sse`, what comes out; also of `messages` cases that are plain streams.
        want: of the level `messages`, what a correct client does.
        messages: the messages that are right; several where the rule leaves a choice.
        ignore: members of the message that do not count.
        status: HTTP status.
        headers: the reply's fields.
        ending: how the reply ends.
        delay: seconds before each chunk but the first; a kernel joins what comes without a pause.
        size: bytes of the body, about, its coding undone; small cases go first in reports.
        heavy: takes much time or memory on purpose.
        over_http: cannot be told by bytes alone (status, headers, endings, silence).
        seconds: what a client may take of the processor, beyond its own time limits.
        quarter: gives a body of the same kind at a quarter of the size, to measure what grows.
        growth: bytes of memory a reader may take from the quarter to the whole; None for any.
        before: what earlier requests get, in their order; the case's own reply is that of all later ones.
        body: what the chunks are when their content coding is undone, where that is at hand.
    """

    id: str
    level: Level
    make: Callable[[], Iterable[bytes]] = field(repr=False)
    why: str
    events: tuple[Triple, ...] | None = field(default=None, repr=False)
    want: Want = Want.WHOLE
    messages: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    ignore: frozenset[str] = frozenset()
    status: int = 200
    headers: Headers = STREAM_HEADERS
    ending: Ending = Ending.CLEAN
    delay: float = 0.0
    size: int = 0
    heavy: bool = False
    over_http: bool = False
    seconds: float = 5.0
    quarter: Callable[[], Iterable[bytes]] | None = field(default=None, repr=False)
    growth: int | None = None
    before: tuple[Case, ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def group(self) -> str:
        """What stands before the slash."""
        return self.id.partition("/")[0]

    def chunks(self) -> Iterator[bytes]:
        """The body, chunk by chunk."""
        return iter(self.make())

    def with_body(self, body: bytes) -> Case:
        """The same case, whose chunks are this when their content coding is undone."""
        return replace(self, body=body, size=len(body))

    def reply(self) -> Reply:
        """The case as a reply."""
        pieces = tuple(
            Chunk(self.delay if number else 0.0, data) for number, data in enumerate(self.chunks())
        )
        return Reply(
            self.status,
            (*self.headers, wire_field("x-mockapi-source", Source.SCRIPTED)),
            pieces,
            Source.SCRIPTED,
            self.ending,
        )


def of_bytes(id_: str, level: Level, body: bytes, why: str, *chunks: bytes, **more: Any) -> Case:
    """A case of a small body: in one chunk, or in these, which then are the body."""
    pieces = chunks or ((body,) if body else ())
    body = b"".join(pieces)
    return Case(id_, level, lambda: pieces, why, size=len(body), body=body, **more)
