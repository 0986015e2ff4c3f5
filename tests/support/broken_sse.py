"""Decoders of event streams with one bug each, as they are found in the wild.

One file, though a long one: its table is read against the classes.

`Decoder` is correct; every subclass overrides what its bug is. The table says which case of the
kit is the smallest that shows it.
"""

# The base class says types and meaning, the names of the subclasses say the bug.
# ruff: noqa: ANN001, ANN201, ANN202, D101, D102
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import codecs
import contextlib
import re
import unicodedata
from typing import TYPE_CHECKING, Any

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


class OnlyLF(Decoder):
    def lines(self, texts):
        rest = ""
        for text in texts:
            *whole, rest = (rest + text).split("\n")
            yield from whole


class NoLoneCR(Decoder):
    def lines(self, texts):
        rest = ""
        for text in texts:
            *whole, rest = (rest + text).split("\n")
            for line in whole:
                yield line.removesuffix("\r")


class CutCRLF(Decoder):
    def lines(self, texts):
        rest = ""
        for text in texts:
            *whole, rest = re.split("\r\n|\n|\r", rest + text)
            yield from whole


class SplitLines(Decoder):
    def lines(self, texts):
        rest = ""
        for text in texts:
            pieces = (rest + text).splitlines(keepends=True)
            rest = pieces.pop() if pieces and pieces[-1][-1] not in "\r\n" else ""
            for piece in pieces:
                yield piece.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")


class KeepsMark(Decoder):
    def without_mark(self, text):
        return text


class DropsAllMarks(Decoder):
    def without_mark(self, text):
        return text.lstrip("\ufeff")


class DropsMarksAnywhere(Decoder):
    def texts(self, chunks):
        for text in super().texts(chunks):
            yield text.replace("\ufeff", "")


class MarkInOneChunk(Decoder):
    def texts(self, chunks):
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for number, chunk in enumerate(chunks):
            yield decoder.decode(chunk.removeprefix(b"\xef\xbb\xbf") if not number else chunk)


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


class StripsLines(Decoder):
    def take(self, line):
        return super().take(line if line.strip() else "")


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


class DecodesByChunk(Decoder):
    def texts(self, chunks):
        for number, chunk in enumerate(chunks):
            text = chunk.decode("utf-8", "replace")
            yield text if number else self.without_mark(text)


class DecodesStrictly(Decoder):
    def texts(self, chunks):
        decoder = codecs.getincrementaldecoder("utf-8")()
        for number, chunk in enumerate(chunks):
            text = decoder.decode(chunk)
            yield text if number else self.without_mark(text)


class DropsBadBytes(Decoder):
    def texts(self, chunks):
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        for number, chunk in enumerate(chunks):
            text = decoder.decode(chunk)
            yield text if number else self.without_mark(text)


class Latin1(Decoder):
    def texts(self, chunks):
        for number, chunk in enumerate(chunks):
            yield chunk.removeprefix(b"" if number else b"\xef\xbb\xbf").decode("latin-1")


class Quadratic(Decoder):
    def lines(self, texts):
        buffer = ""
        for text in texts:
            buffer += text
            seen = [found.end() for found in re.finditer("\r\n|\n|\r(?!$)", buffer)]
            if seen:
                yield from re.split("\r\n|\n|\r", buffer[: seen[-1]])[:-1]
                buffer = buffer[seen[-1] :]
        if buffer.endswith("\r"):
            yield buffer[:-1]


class Late(Decoder):
    def __call__(self, chunks):
        yield from super().__call__([b"".join(chunks)])


class OneBehind(Decoder):
    def texts(self, chunks):
        held = ""
        for text in super().texts(chunks):
            yield held
            held = text
        yield held


class ShortLines(Decoder):
    def take(self, line):
        return super().take(line[:65536])


class FirstOfChunk(Decoder):
    def texts(self, chunks):
        for text in super().texts(chunks):
            end = text.find("\n\n")
            yield text if end < 0 else text[: end + 2]


class EmptyChunkEnds(Decoder):
    def texts(self, chunks):
        yield from super().texts(iter(iter(chunks).__next__, b""))


class NulEnds(Decoder):
    def set(self, name, value):
        super().set(name, value.partition("\0")[0])


class DropsPings(Decoder):
    def dispatch(self):
        for event in super().dispatch():
            if event[0] != "ping":
                yield event


class Recursive(Decoder):
    def __call__(self, chunks):
        yield from self._from(list(super().__call__(chunks)), 0)

    def _from(self, events, place):
        if place < len(events):
            yield events[place]
            yield from self._from(events, place + 1)


class Frames(Decoder):
    def __call__(self, chunks):
        buffer = b""
        for chunk in chunks:
            buffer += chunk
            *frames, buffer = buffer.split(b"\n\n")
            for frame in frames:
                fields: dict[str, Any] = dict(
                    (*line.split(": ", 1), "")[:2] for line in frame.decode("utf-8", "replace").split("\n")
                )
                yield fields.get("event", "message"), fields.get("data", ""), fields.get("id", "")


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


class Composes(Decoder):
    def texts(self, chunks):
        for text in super().texts(chunks):
            yield unicodedata.normalize("NFC", text)


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


class AllAtTheEnd(Decoder):
    async def __call__(self, chunks):
        whole = [chunk async for chunk in chunks]
        for event in super().__call__(whole):
            yield event
