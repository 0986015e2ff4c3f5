"""What can go wrong, split by whose fault it is.

    MockapiError
    ├── UsageError            the caller's: an option, an argument, a port that is taken
    │   ├── TooSlowError      ... what it asks for takes longer than a server may
    │   ├── OptionError       ... a value among many options (mockapi.options); says where it stands
    │   ├── QuotaError        ... one session too many; says when there is room
    │   └── ScriptError       ... a script that does not fit; points into it
    ├── CassetteError         a cassette file cannot be used; carries one `Problem` or several
    ├── UnwritableError       a cassette would not be read again, so it was not written
    ├── EventStreamError      the bytes are not an event stream that this parser accepts (too large a line)
    │   └── FrameError        ... or not the binary frames that AWS's event streams are made of; says where
    ├── FaultDoesNotFit       a fault cannot be done to this reply; the reply goes out unchanged
    ├── GrammarError          the events are not a Messages stream
    │   └── TruncatedStream   ... because they stop before `message_stop`
    └── StreamedError         the stream carried an `error` event, which ended it

Every message says what came, where, why it is wrong and what to do. The command line prints
them without a traceback and exits with `exit_code`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockapi._printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable


class MockapiError(Exception):
    """Base of every error that mockapi raises on purpose."""

    exit_code = 2


class UsageError(MockapiError):
    """An option or argument that cannot work; the message says what to give instead."""


class TooSlowError(UsageError):
    """What was asked for takes longer than a server may take; the message says what, and what to do."""


class QuotaError(UsageError):
    """An owner has as many sessions as one may have.

    Attributes:
        retry_after: in how many seconds one of them ends, if nobody uses it; None if none does.
    """

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ScriptError(UsageError):
    """A script does not fit.

    Attributes:
        pointer: where in its JSON, as a JSON pointer; "" for the whole.
        cause: what is wrong there, a clause that goes on after the place.
    """

    def __init__(self, pointer: str, cause: str) -> None:
        self.pointer = pointer
        self.cause = cause
        super().__init__(f"{pointer or 'The script'} {cause}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of one file.

    Attributes:
        file: path as the user named it.
        cause: what is wrong, in a sentence.
        remedy: what to do about it, a sentence or a command.
        line: line in the file, from 1, where one is known.
        interaction: index of the interaction in the cassette, from 0, where one is known.
    """

    file: str
    cause: str
    remedy: str
    line: int | None = None
    interaction: int | None = None

    def __str__(self) -> str:
        """`FILE:LINE: interaction N: CAUSE REMEDY`, leaving out what is not known."""
        file = printable(self.file)  # a line end in it must not make one problem look like two
        place = file if self.line is None else f"{file}:{self.line}"
        which = "" if self.interaction is None else f"interaction {self.interaction}: "
        return f"{place}: {which}{self.cause} {self.remedy}"


class CassetteError(MockapiError):
    """One or more cassettes cannot be used. `problems` lists them all, never only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[CassetteError], tuple[tuple[Problem, ...]]]:
        """As it goes to another process: with its problems, not with their text."""
        return CassetteError, (self.problems,)


class UnwritableError(MockapiError):
    """What was to be written would be refused when it is read, so nothing was written."""


class EventStreamError(MockapiError):
    """The bytes cannot be parsed as an event stream within the parser's limits."""


class FrameError(EventStreamError):
    """The bytes are not frames of an AWS event stream, or stop in the middle of one.

    Attributes:
        offset: where in the stream, in bytes from its start.
        cause: what is wrong there.
    """

    def __init__(self, offset: int, cause: str) -> None:
        self.offset = offset
        self.cause = cause
        super().__init__(f"Byte {offset:,} of the stream of frames: {cause}.")


class FaultDoesNotFit(MockapiError):  # noqa: N818 - the name says what happened
    """A fault was ordered for a reply that has not what it breaks, such as events."""


class GrammarError(MockapiError):
    """The events break the grammar of a Messages stream."""


class TruncatedStream(GrammarError):  # noqa: N818 - the name says what happened
    """The stream ended before `message_stop`, so the message is not whole."""


class StreamedError(MockapiError):
    """The stream carried an `error` event: something went wrong after it had begun.

    Attributes:
        kind: the API's error type, such as "overloaded_error".
        message: the API's words.
        request_id: as the event had it, None if it had none.
    """

    def __init__(self, kind: str, message: str, request_id: str | None = None) -> None:
        self.kind = kind
        self.message = message
        self.request_id = request_id
        super().__init__(f"The stream ended with an error event: {kind}: {message}")
