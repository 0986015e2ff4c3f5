"""Judging a client in any language: cases over HTTP, and a driver that tells what the client saw.

A driver is a small program around a client. It is started once and reads questions, one JSON
object on a line:

    {"base_url": URL, "timeout": SECONDS}        a question
    {"hello": true}                              what are you?

and answers each with one JSON object on a line:

    {"name": TEXT, "sees": "events" | "stream" | "message"}            to the hello; also "shows",
        the parts of a message that the client shows (see `_parts`), "ignore", members that do not count,
        and "numbers": "float64" where its language has no other numbers
    {"events": [[TYPE, DATA, ID, RETRY], ...], "error": ERROR}         a decoder
    {"stream": [EVENT, ...], "error": ERROR}                           raw events of the API
    {"message": MESSAGE, "error": ERROR}                               the final message

ID and RETRY (an event's retry time in milliseconds) may be null or left out. ERROR is null or
{"type": CLASS, "message": WORDS, "documented": BOOL}: whether the client documents the exception,
so that its users can be expected to handle it. `timeout` is the patience the client should be
given; a driver that knows more may say so.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final, get_args

from mockapi.errors import UsageError
from mockapi.fuzzing._process import LineProcess, Trouble
from mockapi.fuzzing._verdict import Failure, Seen, Sees, Shape, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE: Final = 2.0
"""Seconds of silence that a client is told to bear."""

_HELLO: Final = 60.0


class Driver:
    """A running driver.

    Args:
        command: the program and its arguments.
        environment: its variables.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._process = LineProcess(command, environment)
        try:
            self.name, self.shape = self._hello(command)
        except BaseException:  # Ctrl-C too
            self._process.stop()
            raise

    @property
    def sees(self) -> Sees:
        """Which kind of answer the client gives."""
        return self.shape.sees

    def _hello(self, command: Sequence[str]) -> tuple[str, Shape]:
        try:
            answer = json.loads(self._process.ask(b'{"hello": true}', _HELLO))
            name, sees = str(answer["name"]), answer["sees"]
            shows, ignore = tuple(answer.get("shows", ())), frozenset(answer.get("ignore", ()))
            numbers = answer.get("numbers", "exact")
        except Trouble as trouble:
            raise UsageError(f"The driver {' '.join(command)} does not answer: {trouble}.") from trouble
        except (ValueError, KeyError, TypeError):
            raise UsageError(
                f"The driver {' '.join(command)} does not say what it is; the first answer is"
                ' {"name": TEXT, "sees": "events", "stream" or "message"}.'
            ) from None
        if sees not in get_args(Sees):
            raise UsageError(f"The driver sees {sees!r}; it can see {', '.join(get_args(Sees))}.")
        if numbers not in ("exact", "float64"):
            raise UsageError(f"The numbers of a driver are exact or float64, not {numbers!r}.")
        return name, Shape(sees, tuple(map(str, shows)), frozenset(map(str, ignore)), numbers)

    def look(self, base_url: str, seconds: float) -> Seen:
        """What the client shows of the reply at a base URL; trouble is part of that."""
        question = json.dumps({"base_url": base_url, "timeout": PATIENCE}).encode()
        before = self._process.usage().seconds
        try:
            line = self._process.ask(question, seconds)
        except Trouble as trouble:
            return Seen(self.sees, trouble=(trouble.verdict, str(trouble)), shape=self.shape)
        after = self._process.usage().seconds
        try:
            seen = _seen(json.loads(line), self.shape)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            words = f"the driver printed a line that is not an answer ({error}): {line[:80]!r}"
            return Seen(self.sees, trouble=(Verdict.CRASHES, words), shape=self.shape)
        seen.seconds = 0.0 if before is None or after is None else after - before
        return seen

    def peak(self) -> int | None:
        """The most memory that the driver has had, if that is known."""
        return self._process.usage().peak

    def restart(self) -> None:
        """A new process: the memory that earlier cases took would hide what the next one takes."""
        self._process.stop()
        with contextlib.suppress(Trouble):  # the next question meets it again, and tells
            self._process.ask(b'{"hello": true}', _HELLO)

    def stop(self) -> None:
        """End it."""
        self._process.stop()


def _seen(answer: Any, shape: Shape) -> Seen:
    seen = Seen(
        shape.sees, shape=shape, message=answer.get("message"), stream=list(answer.get("stream") or ())
    )
    for kind, data, *rest in answer.get("events") or ():
        id_, retry = (*rest, None, None)[:2]
        seen.events.append((kind, data, id_))
        seen.retries.append(retry)
    error = answer.get("error")
    if error is not None:
        words, documented = str(error.get("message", ""))[:300], bool(error.get("documented", True))
        seen.error = Failure(str(error["type"]), words, documented)
    return seen
