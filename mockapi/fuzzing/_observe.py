"""Watching a parser in this process: a function from chunks of bytes to events or to a message.

What the function may return:

    a list or an iterator of events     tuples of type and data (and id, and retry time); objects or
                                        dicts with these; or the API's events: as dicts, as objects
                                        with `model_dump`, or either in the place of the data
    a dict, or such an object           the final message

It may be asynchronous, a coroutine function or an asynchronous generator: the chunks can be
iterated either way. An iterator is watched: an event has to come with the chunk that ends it, before
the next one is needed. A line that ends in CR may be held until the next byte shows whether a LF
belongs to it; the standard leaves that open. A reader may read ahead, in a thread or a task: the
next chunk then comes when the events that are due have been shown, or a moment later if they are not.

What a target documents: its attribute `documented`, an exception or a tuple of them; other
exceptions are accidents then. Without it, those of Python itself that no parser raises on purpose
are. Its attribute `shape`, a `Shape`, says what it shows where that is not the API's message.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import inspect
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mockapi import sse
from mockapi.errors import UsageError
from mockapi.exchange import Ending
from mockapi.fuzzing._judge import is_steep
from mockapi.fuzzing._verdict import Failure, Seen, Sees, Shape, Verdict
from mockapi.fuzzing.cases import BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.fuzzing.cases import Case

_ATTEMPTS: Final = 3
"""How often what looks steep is measured again before it is called so."""

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
"""What no parser raises on purpose. A class of one's own that is derived from one of these has been
thought of, so it counts as documented, as all other exceptions do."""

_OF_PYTHON: Final = sys.stdlib_module_names | {"builtins"}
_READ_AHEAD_SECONDS: Final = 0.5
"""How long a chunk is kept from a thread or a task while an event is due."""

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
    """Chunks, and how many of them were taken.

    Attributes:
        taken: how many chunks.
        size: how many bytes.
        due: for each event, the chunk that ends it; -1 if that is in doubt.
        late: the first event that was not shown before a further chunk was needed.
    """

    def __init__(self, chunks: Iterable[bytes], end: float, *, is_watched: bool) -> None:
        self._end = end
        self._chunks = iter(chunks)
        self._parser = sse.Parser(max_event_bytes=sys.maxsize)  # the limit is not the target's
        self._is_watched = is_watched
        self._thread = threading.get_ident()
        self._shown = 0
        self._news = threading.Condition()
        self.taken = 0
        self.size = 0
        self.due: list[int] = []
        self.late: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.check()
        chunk = next(self._chunks)
        if threading.get_ident() != self._thread:
            with self._news:
                self._news.wait_for(lambda: self._missing() is None, self._patience())
        return self._handed(chunk)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        await asyncio.sleep(0)  # as a connection does, and for other tasks of the target
        self.check()
        try:
            chunk = next(self._chunks)
        except StopIteration:
            raise StopAsyncIteration from None
        end = time.monotonic() + self._patience()
        while self._missing() is not None and time.monotonic() < end:  # noqa: ASYNC110 - `tell` may run in another thread
            await asyncio.sleep(_READ_AHEAD_SECONDS / 100)
        return self._handed(chunk)

    def check(self) -> None:
        """Stop a target that takes too long, or has shown more events than the stream has bytes."""
        if time.process_time() > self._end:
            raise _OutOfTime
        if self._shown > self.size + _SPARE:
            raise _WithoutEnd

    def tell(self, shown: int) -> None:
        """So many events have been shown before this one."""
        with self._news:
            self._shown = shown + 1
            self._news.notify_all()
        self.check()

    def _missing(self) -> int | None:
        """The first event that is due and not shown; None where lateness is of no interest any more."""
        if not self._is_watched or self.late is not None:
            return None
        return next((at for at in range(self._shown, len(self.due)) if self.due[at] > 0), None)

    def _patience(self) -> float:
        return _READ_AHEAD_SECONDS if self._missing() is not None else 0.0

    def _handed(self, chunk: bytes) -> bytes:
        if self.late is None:
            self.late = self._missing()
        self.taken += 1
        self.size += len(chunk)
        doubt = chunk.endswith(b"\r")
        self.due += [-1 if doubt else self.taken] * len(self._parser.feed(chunk))
        return chunk


class _BrokenError(ConnectionResetError):
    """What the chunks end with where a connection breaks; a target may pass it on as it is."""


def _chunks_of(case: Case) -> Iterator[bytes]:
    """The chunks of a case; where its connection breaks, they end in an exception."""
    yield from case.chunks()
    if case.ending is not Ending.CLEAN:
        raise _BrokenError("The connection is broken.")


def observe(
    target: Target, chunks: Iterable[bytes], sees: Sees, seconds: float = 60.0, shape: Shape | None = None
) -> Seen:
    """What a target shows of a stream; its exceptions are part of that.

    A target that takes more than `seconds` of processor time is stopped when it asks for its next
    chunk or gives an event; one that does neither can only be stopped from outside its process. An
    asynchronous one is run in an event loop of its own, so there must be no other in this thread.
    """
    seen = Seen(sees, shape=shape or getattr(target, "shape", None))
    begun = time.process_time()
    watched = _Watched(chunks, begun + seconds, is_watched=sees == "events")
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
        documented = isinstance(error, _BrokenError) or _is_documented(error, target)
        seen.error = Failure(type(error).__name__, str(error)[:200], documented)
    seen.seconds = time.process_time() - begun
    return seen


def examine(target: Target, case: Case, sees: Sees, peak: Callable[[], int | None] = lambda: None) -> Seen:
    """What a target shows of a case, and how its time and memory grow with the stream.

    What looks steep is measured again, up to `_ATTEMPTS` times and with the garbage collector off:
    neither other work of the processor may decide, nor the collector, whose passes walk all that
    this process holds and take longer with each event that a reader keeps.

    Args:
        target: what is watched.
        case: what it is shown; first a quarter of it, where growth is measured.
        sees: what it shows.
        peak: the most memory that this process has had so far, in bytes, if that is known.
    """
    if case.quarter is None:
        return observe(target, _chunks_of(case), sees, case.seconds)
    quarter = observe(target, case.quarter(), sees, case.seconds).seconds
    before = peak()
    seen = observe(target, _chunks_of(case), sees, case.seconds)
    after = peak()
    seen.quarter_seconds = quarter
    for _ in range(_ATTEMPTS):
        if not is_steep(seen):
            break
        with _without_collector():
            quarter = max(quarter, observe(target, case.quarter(), sees, case.seconds).seconds)
            seen.seconds = min(seen.seconds, observe(target, _chunks_of(case), sees, case.seconds).seconds)
        seen.quarter_seconds = quarter
    seen.growth = None if before is None or after is None else after - before
    return seen


@contextmanager
def _without_collector() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _is_documented(error: Exception, target: Target) -> bool:
    documented = getattr(target, "documented", None)
    if documented is not None:
        return isinstance(error, documented)
    return not (isinstance(error, _ACCIDENTS) and type(error).__module__.partition(".")[0] in _OF_PYTHON)


def _watch(result: Any, seen: Seen, watched: _Watched) -> None:
    message = _as_json(result)
    if message is not None:
        seen.message = message
    elif isinstance(result, Iterator):
        for item in result:
            _take(seen, item, watched)
        seen.late = watched.late
    elif isinstance(result, Iterable) and not isinstance(result, str | bytes):
        for item in result:
            _take(seen, item, watched)
        return  # what comes as a whole comes at the end
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
    seen.late = watched.late


def _take(seen: Seen, item: Any, watched: _Watched) -> None:
    """Note what a target shows."""
    watched.tell(len(seen.events) + len(seen.stream))
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
