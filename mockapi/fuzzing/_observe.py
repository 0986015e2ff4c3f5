"""Watching a parser in this process: a function from chunks of bytes to events or to a message.

What the function may return:

    a list or an iterator of events     tuples of type and data (and id); objects or dicts with
                                        these; or the API's events as dicts with a "type"
    a dict                              the final message

An iterator is watched: an event has to come with the chunk that ends it. A line that ends in CR
may be held until the next byte shows whether a LF belongs to it; the standard leaves that open.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mockapi import sse
from mockapi.errors import UsageError
from mockapi.fuzzing._judge import Failure, Seen, Sees, Verdict
from mockapi.fuzzing.cases import BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    Target = Callable[[Iterable[bytes]], Any]

_ACCIDENTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    RuntimeError,  # RecursionError, and what a generator makes of StopIteration
    StopIteration,
    TypeError,
    UnicodeError,
)
"""What no parser raises on purpose; other exceptions count as documented."""

_PROBE = "m-framing/lf"


def load_target(name: str) -> Target:
    """The function that `package.module:function` names.

    Raises:
        UsageError: there is none.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        raise UsageError(f"A target is package.module:function, not {name!r}.")
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"The target {name} cannot be loaded: {error}.") from error
    if not callable(found):
        raise UsageError(f"The target {name} cannot be called.")
    return found  # type: ignore[no-any-return] # what a caller names is only known to be callable


def sees_of(target: Target) -> Sees:
    """What a target shows, found out with a plain stream.

    Raises:
        UsageError: it shows nothing that can be judged.
    """
    seen = observe(target, BY_ID[_PROBE].chunks(), "events")
    if seen.message is not None:
        return "message"
    if seen.stream:
        return "stream"
    if seen.events:
        return "events"
    what = f"raised {seen.error}" if seen.error else "gave no events and no message"
    raise UsageError(f"The target {what} for a plain stream of the Messages API: nothing to judge.")


class _OutOfTime(BaseException):
    """The time limit, told where a target takes its next chunk; no target catches it by mistake."""


class _Watched:
    """Chunks, and how many of them were taken."""

    def __init__(self, chunks: Iterable[bytes], end: float) -> None:
        self._end = end
        self._chunks = iter(chunks)
        self._parser = sse.Parser(max_event_bytes=sys.maxsize)  # the limit is not the target's
        self.taken = 0
        self.due: list[int] = []  # for each event, the chunk that ends it; -1 if that is in doubt

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if time.perf_counter() > self._end:
            raise _OutOfTime
        chunk = next(self._chunks)
        self.taken += 1
        doubt = chunk.endswith(b"\r")
        self.due += [-1 if doubt else self.taken] * len(self._parser.feed(chunk))
        return chunk


def observe(target: Target, chunks: Iterable[bytes], sees: Sees, seconds: float = 60.0) -> Seen:
    """What a target shows of a stream; its exceptions are part of that.

    A target that takes more than `seconds` is stopped when it asks for its next chunk; one that
    asks for none can only be stopped from outside its process.
    """
    seen = Seen(sees)
    begun = time.perf_counter()
    watched = _Watched(chunks, begun + seconds)
    try:
        result = target(watched)
        if isinstance(result, Mapping):
            seen.message = dict(result)
        elif isinstance(result, Iterator):
            for number, item in enumerate(result):
                if (
                    seen.late is None
                    and number < len(watched.due)
                    and 0 < watched.due[number] < watched.taken
                ):
                    seen.late = number
                _take(seen, item)
        elif isinstance(result, Iterable):
            for item in result:
                _take(seen, item)
        else:
            seen.error = Failure("no result", f"it returned {result!r:.80}", documented=False)
    except _OutOfTime:
        words = f"not done after {seconds:g} s, with {watched.taken:,} chunks taken"
        seen.trouble = (Verdict.HANGS, words)
    except Exception as error:  # noqa: BLE001 - whatever a target raises is what is looked for
        seen.error = Failure(type(error).__name__, str(error)[:200], not isinstance(error, _ACCIDENTS))
    seen.seconds = time.perf_counter() - begun
    return seen


def _take(seen: Seen, item: Any) -> None:
    if isinstance(item, Mapping) and "data" not in item:
        seen.stream.append(dict(item))
    elif isinstance(item, Mapping):
        kind = item.get("event", item.get("type"))
        seen.events.append((kind or "message", item["data"], item.get("id")))
    elif isinstance(item, (tuple, list)):
        kind, data, *rest = item
        seen.events.append((kind or "message", data, rest[0] if rest else None))
    else:
        kind = getattr(item, "event", None) or getattr(item, "type", None)
        seen.events.append((kind or "message", item.data, getattr(item, "id", None)))
