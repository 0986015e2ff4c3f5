"""What a client made of a case, in values: what was seen, and the verdict on it.

conforms      what a correct client does
tolerates     the stream breaks the grammar, and the client gave the whole message all the same
skipped       the client does not accept the coding that the case is about
differs       something else than was sent, or an error that was not sent
crashes       an exception that the client does not document, or the end of its process
hangs         no answer within the time limit, or time that grows faster than the stream
silent loss   an answer, and no word of what is missing from it
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from mockapi.fuzzing.cases import Case

Sees: TypeAlias = Literal["events", "stream", "message"]
"""What a client shows: event-stream events, the API's events, or the final message."""


class Verdict(enum.StrEnum):
    """The judgement, worst last."""

    CONFORMS = "conforms"
    TOLERATES = "tolerates"
    SKIPPED = "skipped"
    DIFFERS = "differs"
    CRASHES = "crashes"
    HANGS = "hangs"
    SILENT_LOSS = "silent loss"

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done about it."""
        return self in (Verdict.CONFORMS, Verdict.TOLERATES, Verdict.SKIPPED)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that a client reported: its class, its words, and whether the client documents it."""

    type: str
    message: str = ""
    documented: bool = True

    def __str__(self) -> str:
        """Class and words, and whether it is a surprise."""
        words = f"{self.type}: {self.message}" if self.message else self.type
        return words if self.documented else f"{words} (not documented)"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a client says of itself.

    Attributes:
        sees: which of the three kinds of answer it gives.
        shows: the parts of a message that it shows (see `_parts`); () for the API's message as it is.
        ignore: names of members that do not count, at any depth.
        numbers: `float64` for a client whose language has no other numbers, such as JavaScript: integers
            that no such number is equal to may then come rounded, as the standard of JSON allows.
    """

    sees: Sees
    shows: tuple[str, ...] = ()
    ignore: frozenset[str] = frozenset()
    numbers: Literal["exact", "float64"] = "exact"


@dataclass(slots=True)
class Seen:
    """What a client showed.

    Attributes:
        sees: which of the following three it shows.
        events: type, data and last event id of each; the id is None where the client does not show it.
        retries: the retry time that each of them showed, in milliseconds; None where it did not show one.
        stream: the API's events as JSON.
        message: the final message, or the parts of it that the client shows.
        error: what was raised.
        trouble: why there is nothing to judge: the verdict, and words.
        late: the index of the first event that was held back, if that could be watched.
        seconds: the processor time that the reader took.
        quarter_seconds: the same for a stream a quarter as long; None if that was not measured.
        growth: by how many bytes its memory grew; None if that is not known.
        shape: what the client says of itself, where that is more than the kind of its answer.
    """

    sees: Sees
    events: list[tuple[str, str, str | None]] = field(default_factory=list)
    retries: list[Any] = field(default_factory=list)
    stream: list[Any] = field(default_factory=list)
    message: Any = None
    error: Failure | None = None
    trouble: tuple[Verdict, str] | None = None
    late: int | None = None
    seconds: float = 0.0
    quarter_seconds: float | None = None
    growth: int | None = None
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one case, with what was expected and what was seen in words.

    Attributes:
        case: the case.
        verdict: the verdict.
        expected: what a correct client does.
        seen: what this one did.
        shown: the same as the client showed it: its events, or its message.
    """

    case: Case
    verdict: Verdict
    expected: str
    seen: str
    shown: Any = field(default=None, compare=False, repr=False)
