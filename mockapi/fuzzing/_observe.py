"""Watching a parser in this process: a function from chunks of bytes to events or to a message.

What the function may return:

    a list or an iterator of events     tuples of type and data (and id, and retry time); objects or
                                        dicts with these; or the API's events: as dicts, as objects
                                        with `model_dump`, or either in the place of the data
    a dict, or such an object           the final message

It may be asynchronous, a coroutine function or an asynchronous generator: the chunks can be
iterated either way. An iterator is watched: an event has to come with the chunk that ends it. A
line that ends in CR may be held until the next byte shows whether a LF belongs to it; the standard
leaves that open.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from mockapi import sse
from mockapi.errors import UsageError
from mockapi.fuzzing._judge import Failure, Seen, Sees, Verdict
from mockapi.fuzzing.cases import BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable

Target: TypeAlias = "Callable[[Any], Any]"
"""From chunks, which can be iterated with `for` and `async for`, to events or a message."""


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
_NO_RESULT = "no result"
_SPARE = 1000


def load_target(name: str) -> Target:
    """The function that `package.module:function` names.

    Raises:
        UsageError: the target does not exist.
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
    except (Exception, SystemExit) as error:
        # Whatever its module does when it is imported; a SyntaxError's words name file and line.
        words = f"{type(error).__name__}: {error}"
        raise UsageError(f"The target {name} cannot be loaded; its module raises {words}.") from error
    if not callable(found):
        raise UsageError(f"The target {name} cannot be called.")
    return found  # type: ignore[no-any-return] # what a caller names is only known to be callable


def sees_of(target: Target) -> Sees:
    """What a target shows, found out with a plain stream.

    Raises:
        UsageError: it shows nothing that can be judged.
    """
    seen = observe(target, BY_ID[_PROBE].chunks(), "events")
    if seen.trouble is None:
        if seen.message is not None:
            return "message"
        if seen.stream:
            return "stream"
        if seen.events:
            return "events"
    what = "gave no events and no message"
    if seen.trouble is not None:
        what = f"is stopped, {seen.trouble[1]},"
    elif seen.error is not None:
        error = seen.error
        what = error.message if error.type == _NO_RESULT else f"raised {error.type}: {error.message}"
    raise UsageError(
        f"The target {what} for a plain stream of the Messages API: nothing to judge. It is called with"
        " an iterator over chunks of bytes, and returns events or a message."
    )


class _OutOfTime(BaseException):
    """The time limit, told where a target takes its next chunk; no target catches it by mistake."""


class _WithoutEnd(BaseException):
    """A target that goes on showing events where there are no more."""


class _Watched:
    """Chunks, and how many of them were taken."""

    def __init__(self, chunks: Iterable[bytes], end: float) -> None:
        self._end = end
        self._chunks = iter(chunks)
        self._parser = sse.Parser(max_event_bytes=sys.maxsize)  # the limit is not the target's
        self.taken = 0
        self.size = 0
        self.due: list[int] = []  # for each event, the chunk that ends it; -1 if that is in doubt

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.check()
        chunk = next(self._chunks)
        self.taken += 1
        self.size += len(chunk)
        doubt = chunk.endswith(b"\r")
        self.due += [-1 if doubt else self.taken] * len(self._parser.feed(chunk))
        return chunk

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    def check(self, shown: int = 0) -> None:
        """Stop a target that takes too long, or has shown more events than the stream has bytes."""
        if time.perf_counter() > self._end:
            raise _OutOfTime
        if shown > self.size + _SPARE:
            raise _WithoutEnd

    async def __anext__(self) -> bytes:
        await asyncio.sleep(0)  # as a connection does, and for other tasks of the target
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None


def observe(target: Target, chunks: Iterable[bytes], sees: Sees, seconds: float = 60.0) -> Seen:
    """What a target shows of a stream; its exceptions are part of that.

    A target that takes more than `seconds` is stopped when it asks for its next chunk or gives an
    event; one that does neither can only be stopped from outside its process. An asynchronous one
    is run in an event loop of its own, so there must be no other in this thread.
    """
    seen = Seen(sees)
    begun = time.perf_counter()
    watched = _Watched(chunks, begun + seconds)
    try:
        result = target(watched)
        if inspect.isawaitable(result) or isinstance(result, AsyncIterator):
            asyncio.run(_watch_async(result, seen, watched))
        else:
            _watch(result, seen, watched)
    except _OutOfTime:
        words = f"not done after {seconds:g} s, with {watched.taken:,} chunks taken"
        seen.trouble = (Verdict.HANGS, words)
    except _WithoutEnd:
        seen.trouble = (Verdict.HANGS, "it gives more events than the stream has bytes, without end")
    except Exception as error:  # noqa: BLE001 - whatever a target raises is what is looked for
        seen.error = Failure(type(error).__name__, str(error)[:200], not isinstance(error, _ACCIDENTS))
    seen.seconds = time.perf_counter() - begun
    return seen


def _watch(result: Any, seen: Seen, watched: _Watched) -> None:
    message = _as_json(result)
    if message is not None:
        seen.message = message
    elif isinstance(result, Iterator):
        for item in result:
            _take(seen, item, watched)
    elif isinstance(result, Iterable) and not isinstance(result, str | bytes):
        watched.due.clear()  # what comes as a whole comes at the end
        for item in result:
            _take(seen, item, watched)
    else:
        seen.error = Failure(_NO_RESULT, f"returned {result!r:.80}", documented=False)


async def _watch_async(result: Any, seen: Seen, watched: _Watched) -> None:
    if inspect.isawaitable(result):
        result = await result
    if not isinstance(result, AsyncIterator):
        _watch(result, seen, watched)
        return
    async for item in result:
        _take(seen, item, watched)


def _take(seen: Seen, item: Any, watched: _Watched) -> None:
    """Note what a target shows, and whether it comes with the chunk that ends it."""
    number = len(seen.events) + len(seen.stream)
    watched.check(number)
    if seen.late is None and number < len(watched.due) and 0 < watched.due[number] < watched.taken:
        seen.late = number
    retry: Any = None
    event = _as_json(item)
    if isinstance(item, (tuple, list)):
        kind, data, *rest = item
        id_, retry = (*rest, None, None)[:2]
    elif event is not None and "data" in event:
        kind, data = event.get("event", event.get("type")), event["data"]
        id_, retry = event.get("id"), event.get("retry")
    elif event is not None:
        seen.stream.append(event)
        return
    else:
        kind, data = getattr(item, "event", None) or getattr(item, "type", None), item.data
        id_, retry = getattr(item, "id", None), getattr(item, "retry", None)
    value = _as_json(data)
    if value is not None:
        seen.stream.append(value)
    else:
        seen.events.append((kind or "message", data, id_))
        seen.retries.append(retry)


def _as_json(value: Any) -> dict[str, Any] | None:
    """A dict, or a model as one; None for everything else."""
    if isinstance(value, Mapping):
        return dict(value)
    dump = getattr(value, "model_dump", None)
    return dict(dump(mode="json")) if callable(dump) else None
