"""Hypothesis strategies for streams, each with what a correct client does about it.

    messages()        whole messages of every kind of block
    events()          the events of one, in pieces of any length, pings anywhere
    spellings()       bytes for lines: line ends, comments, marks, unknown fields
    chunkings()       the same bytes, cut anywhere
    violations()      changes or a damage in a sequence of events, and what follows for a client
    sse_cases()       a plain event stream as a case, its events by mockapi's own codec
    message_cases()   a stream of the API as a case: whole, changed, broken or cut
    large_cases()     a stream of megabytes as a case, and a quarter of it

A case (`mockapi.fuzzing.cases.Case`) carries its label: `want` and `messages`, or `events`.
`turn` says which of them are drawn most often: each batch of a hunt has its own.
Nothing here reads a clock or keeps state, so a seed gives the same streams again. What makes a stream
unusual are its features, by name: they stand in the id of a case, and `without` leaves them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from mockapi.exchange import Ending
from mockapi.fuzzing._changes import CHANGES, EXTRA, Told
from mockapi.fuzzing._content import described_messages, in_turn, some
from mockapi.fuzzing._damage import DAMAGES, Damaged, frames_of
from mockapi.fuzzing._large_streams import large_cases
from mockapi.fuzzing._plain_streams import sse_cases
from mockapi.fuzzing._spelled import pieces, spelled
from mockapi.fuzzing.cases import PING, Case, Want, of_bytes
from mockapi.messages import events_of

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "chunkings",
    "events",
    "features_of",
    "large_cases",
    "message_cases",
    "messages",
    "spellings",
    "sse_cases",
    "violations",
]

Event = dict[str, Any]
_NAMELESS: Final = {"whole", "stream"}


def messages(without: Collection[str] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """Whole messages."""
    return described_messages(without).map(lambda told: told[0])


@st.composite
def events(draw: st.DrawFn, of: dict[str, Any]) -> list[Event]:
    """The events of a message: pieces of any length, pings anywhere before the end."""
    size = draw(st.integers(1, 9) | st.just(1_000))
    if len(str(of["content"])) > 1_000:
        size = max(size, 200)  # thousands of events say nothing that a hundred do not
    told = events_of(of, sizes=lambda _kind: size, ping=False)
    for place in draw(st.lists(st.integers(0, len(told) - 1), max_size=2)):
        told.insert(place, PING)
    return told


@st.composite
def spellings(draw: st.DrawFn, body: bytes, without: Collection[str] = ()) -> bytes:
    """The same stream in other bytes."""
    frames = [frame + b"\n\n" for frame in body.split(b"\n\n")]
    frames[-1] = frames[-1][:-2]
    return spelled(draw, [frame for frame in frames if frame], without)[0]


@st.composite
def chunkings(draw: st.DrawFn, body: bytes) -> tuple[bytes, ...]:
    """The body in pieces, some of which may be empty."""
    return pieces(draw, body)


@st.composite
def violations(draw: st.DrawFn, told: list[Event], without: Collection[str] = ()) -> Damaged:
    """One thing broken: the frames of the events, what a correct client does, and words for it."""
    return _damaged(draw, told, without)[0]


def _damaged(
    draw: st.DrawFn, told: list[Event], without: Collection[str], turn: int = 0
) -> tuple[Damaged, str]:
    """A damage that fits the events, and its name."""
    names = in_turn(DAMAGES, without, turn)
    if names:
        first, place = draw(st.sampled_from(names)), draw(st.integers(0, len(told) - 1))
        at = names.index(first)
        for name in (*names[at:], *names[:at]):
            if found := DAMAGES[name](told, place):
                return found, name
    return Damaged(frames_of(told), Want.WHOLE, "the whole message"), ""


def _changed(draw: st.DrawFn, told: Told, without: Collection[str], turn: int) -> tuple[Told, list[str]]:
    """A stream with some of the changes that a client has to take, and their names."""
    made: list[str] = []
    for name in some(draw, CHANGES, without, 3, turn):
        found = CHANGES[name](told, draw(st.integers(0, len(told.events) - 1)))
        if found is not None:
            told = found
            made.append(name)
    return told, made


_DAMAGED: Final = 6
"""So many in nine: there are many ways to damage a stream, and few to cut it."""
_SHOWN_OR_NOT: Final = frozenset({EXTRA, "context_management"})
_ENDINGS: Final = {"cut": Ending.CLEAN, "broken connection": Ending.RESET}


@st.composite
def message_cases(draw: st.DrawFn, without: Collection[str] = (), turn: int = 0) -> Case:
    """A stream of the API: whole, changed, broken or cut at a byte; spelled and cut into chunks anyhow."""
    said, features = draw(described_messages(without, turn))
    told, made = _changed(draw, Told(draw(events(said)), said), without, turn)
    kinds = [kind for kind in ("whole", *["damaged"] * _DAMAGED, *_ENDINGS) if kind not in without]
    kind = draw(st.sampled_from(kinds or ["whole"]))
    damaged, name = Damaged(frames_of(told.events), Want.WHOLE, "the whole message"), ""
    if kind == "damaged":
        damaged, name = _damaged(draw, told.events, without, turn)
    body, spelling, ends = spelled(draw, damaged.frames, without)
    want, why = damaged.want, damaged.why
    if kind in _ENDINGS:
        # Before the line end of message_stop's data: without it the message is not whole.
        last = body.rindex(b"event: message_stop")
        body = body[
            : draw(st.sampled_from([0, *(end for end in ends if end <= last)]) | st.integers(0, last))
        ]
        want, why, name = Want.ERROR, "the stream is cut", kind
    return of_bytes(
        "fuzz/" + ", ".join([name or "whole", *features, *made, *spelling]),
        "messages",
        body,
        f"A stream: {why}.",
        *pieces(draw, body, ends),
        want=want,
        messages=(told.message,),
        ignore=_SHOWN_OR_NOT,
        ending=_ENDINGS.get(kind, Ending.CLEAN),
    )


def features_of(case: Case) -> frozenset[str]:
    """What makes a generated case unusual, by the names that `without` takes."""
    return frozenset(case.id.partition(" #")[0].removeprefix("fuzz/").split(", ")) - _NAMELESS
