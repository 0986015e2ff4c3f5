"""Decoders of event streams with one bug each, as they are found in the wild.

`Decoder` is correct; every subclass overrides what its bug is. Here are those that get fields and events
wrong; those of bytes and lines stand in `broken_lines`. The table in `tests/fuzzing/test_mutation.py` says
which case of the kit is the smallest that shows each of them.
"""

# The base class says types and meaning, the names of the subclasses say the bug.
# ruff: noqa: D101, D102, ANN001, ANN201
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import codecs
import contextlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Triple = tuple[str, str, str]


class Decoder:
    """Correct: chunks to text, text to lines, lines to events."""

    def __call__(self, chunks: Iterable[bytes]) -> Iterator[Triple]:
        """The events of a stream."""
        self.data: list[str] = []
        self.kind = self.last_id = self.next_id = ""
        for line in self.lines(self.texts(chunks)):
            yield from self.take(line)
        yield from self.at_end()

    def texts(self, chunks: Iterable[bytes]) -> Iterator[str]:
        """Pieces of text, without the byte order mark."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        begun = False
        for chunk in chunks:
            text = decoder.decode(chunk)
            if text and not begun:
                begun = True
                text = self.without_mark(text)
            yield text

    def without_mark(self, text: str) -> str:
        """The first text without its mark."""
        return text.removeprefix("\ufeff")

    def lines(self, texts: Iterable[str]) -> Iterator[str]:
        """Finished lines; a CR at the end of a text ends its line, and a LF behind it is swallowed."""
        parts: list[str] = []
        after_cr = False
        for piece in texts:
            text = piece
            if after_cr and text:
                after_cr = False
                text = text.removeprefix("\n")
            pieces = re.split("\r\n|\n|\r", text)
            after_cr = text.endswith("\r")
            for end in pieces[:-1]:
                yield "".join((*parts, end))
                parts.clear()
            parts.append(pieces[-1])

    def take(self, line: str) -> Iterator[Triple]:
        """One line."""
        if not line:
            yield from self.dispatch()
            return
        name, value = self.field(line)
        self.set(name, value)

    def field(self, line: str) -> tuple[str, str]:
        """Name and value."""
        name, _, value = line.partition(":")
        return name, value.removeprefix(" ")

    def set(self, name: str, value: str) -> None:
        """What a field does."""
        if name == "data":
            self.data.append(value)
        elif name == "event":
            self.kind = value
        elif name == "id":
            self.set_id(value)

    def set_id(self, value: str) -> None:
        """An id."""
        if "\0" not in value:
            self.next_id = value

    def dispatch(self) -> Iterator[Triple]:
        """What a blank line does."""
        self.last_id = self.next_id
        if self.data:
            yield self.kind or "message", "\n".join(self.data), self.last_id
        self.data, self.kind = [], ""

    def at_end(self) -> Iterator[Triple]:
        """What the end of the stream does."""
        return iter(())


class EmitsAtEnd(Decoder):
    def at_end(self):
        yield from self.dispatch()


class LosesLast(Decoder):
    def __call__(self, chunks):
        held = None
        for event in super().__call__(chunks):
            if held:
                yield held
            held = event


class StripsAll(Decoder):
    def field(self, line):
        name, _, value = line.partition(":")
        return name, value.lstrip()


class StripsNothing(Decoder):
    def field(self, line):
        name, _, value = line.partition(":")
        return name, value


class StripsEnd(Decoder):
    def field(self, line):
        name, value = super().field(line)
        return name, value.rstrip()


class SplitsAtEveryColon(Decoder):
    def field(self, line):
        name, *values = line.split(":")
        return name, values[0].removeprefix(" ") if values else ""


class NeedsASpace(Decoder):
    def field(self, line):
        name, _, value = line.partition(": ")
        return name, value


class NeedsAColon(Decoder):
    def take(self, line):
        return super().take(line) if not line or ":" in line else iter(())


class AnyCase(Decoder):
    def field(self, line):
        name, value = super().field(line)
        return name.lower(), value


class StripsNames(Decoder):
    def field(self, line):
        name, value = super().field(line)
        return name.strip(), value


class AnyPrefix(Decoder):
    def set(self, name, value):
        super().set("data" if name.startswith("data") else name, value)


class NoEmptyData(Decoder):
    def dispatch(self):
        if not any(self.data):
            self.data = []
        return super().dispatch()


class DispatchesWithoutData(Decoder):
    def dispatch(self):
        if self.kind and not self.data:
            self.data = [""]
        return super().dispatch()


class KeepsType(Decoder):
    def dispatch(self):
        kind = self.kind
        yield from super().dispatch()
        self.kind = kind


class KeepsTypeWithoutData(Decoder):
    def dispatch(self):
        kind = "" if self.data else self.kind
        yield from super().dispatch()
        self.kind = kind


class JoinsWithNothing(Decoder):
    def dispatch(self):
        self.data = ["".join(self.data)] if self.data else []
        return super().dispatch()


class LastDataWins(Decoder):
    def set(self, name, value):
        if name == "data":
            self.data = []
        super().set(name, value)


class KeepsLineEnd(Decoder):
    def dispatch(self):
        for kind, data, id_ in super().dispatch():
            yield kind, data + "\n", id_


class ForgetsId(Decoder):
    def dispatch(self):
        yield from super().dispatch()
        self.next_id = ""


class TakesNul(Decoder):
    def set_id(self, value):
        self.next_id = value


class NeverEmptiesId(Decoder):
    def set_id(self, value):
        if value:
            super().set_id(value)


class IdNeedsData(Decoder):
    def dispatch(self):
        if not self.data:
            self.next_id = self.last_id
        yield from super().dispatch()


class EmptyType(Decoder):
    def dispatch(self):
        for _, data, id_ in super().dispatch():
            yield "", data, id_


class FirstTypeWins(Decoder):
    def set(self, name, value):
        if name != "event" or not self.kind:
            super().set(name, value)


class CommentsAreData(Decoder):
    def field(self, line):
        name, value = super().field(line)
        return name or "data", value


class CommentsEndEvents(Decoder):
    def take(self, line):
        return super().take("" if line.startswith(":") else line)


class UnknownFieldsRaise(Decoder):
    def set(self, name, value):
        if name not in {"data", "event", "id", "retry", ""}:
            raise ValueError(f"unknown field {name}")
        super().set(name, value)


class NulEnds(Decoder):
    def set(self, name, value):
        super().set(name, value.partition("\0")[0])


class DropsPings(Decoder):
    def dispatch(self):
        for event in super().dispatch():
            if event[0] != "ping":
                yield event


class EqualEventsOnce(Decoder):
    def __call__(self, chunks):
        before = None
        for event in super().__call__(chunks):
            if event != before:
                yield event
            before = event


class DoneEnds(Decoder):
    def __call__(self, chunks):
        for event in super().__call__(chunks):
            if event[1] == "[DONE]":
                return
            yield event


class ErrorsRaise(Decoder):
    def dispatch(self):
        if self.kind == "error":
            raise ValueError(self.data)
        yield from super().dispatch()


class LowersTypes(Decoder):
    def dispatch(self):
        for kind, data, last_id in super().dispatch():
            yield kind.lower(), data, last_id


class Unescapes(Decoder):
    def field(self, line):
        name, value = super().field(line)
        return name, value.replace("\\n", "\n")


class RemovesNamesAnywhere(Decoder):
    def field(self, line):
        name, value = super().field(line)
        return name, value.replace("data: ", "")


class AnyRetry(Decoder):
    def __call__(self, chunks):
        self.retry = None
        for kind, data, last_id in super().__call__(chunks):
            yield {"event": kind, "data": data, "id": last_id, "retry": self.retry}

    def set(self, name, value):
        super().set(name, value)
        if name == "retry":
            with contextlib.suppress(ValueError):
                self.retry = int(value)
