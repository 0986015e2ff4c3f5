"""Decoders of event streams with one fault each, made of the correct one."""

# The base class says what a step is for, the docstring of a class what it does wrong there.
# ruff: noqa: D102

import codecs
from collections.abc import Iterable, Iterator

from tests.support.holdout.decoding import Decoder, Event
from tests.support.holdout.roll import broken_class


@broken_class("silent loss", "differs")
class SplitsLikePython(Decoder):
    """Takes all that Python calls a line end for one: form feed, U+0085, U+2028."""

    def line(self, line: bytes) -> Iterator[Event]:
        if not line:
            yield from super().line(line)
        for piece in self.text(line).splitlines():
            yield from super().line(piece.encode())


@broken_class("differs", "silent loss")
class ForgetsTheReturn(Decoder):
    """Forgets a carriage return at the end of a chunk, so the line feed that follows is a blank line."""

    def lines(self, chunk: bytes) -> Iterator[bytes]:
        yield from super().lines(chunk)
        self._after_return = False


@broken_class("differs", "hangs", "silent loss")
class WaitsAfterReturn(Decoder):
    """Keeps a line that ends in a carriage return until it knows whether a line feed follows."""

    _kept = b""

    def lines(self, chunk: bytes) -> Iterator[bytes]:
        chunk = self._kept + chunk
        self._kept = b"\r" if chunk.endswith(b"\r") else b""
        yield from super().lines(chunk[: len(chunk) - len(self._kept)])


@broken_class("differs", "silent loss")
class DecodesEachChunk(Decoder):
    """Decodes chunk by chunk, so a letter that is cut becomes two replacement characters."""

    def lines(self, chunk: bytes) -> Iterator[bytes]:
        yield from super().lines(chunk.decode(errors="replace").encode())


@broken_class("crashes")
class DecodesStrictly(Decoder):
    """Raises UnicodeDecodeError at bytes that are not UTF-8."""

    def text(self, line: bytes) -> str:
        return line.decode()


@broken_class("differs")
class DropsInvalidBytes(Decoder):
    """Leaves out bytes that are not UTF-8 instead of replacing them."""

    def text(self, line: bytes) -> str:
        return line.decode(errors="ignore")


@broken_class("silent loss", "differs")
class KeepsTheMark(Decoder):
    """Takes a byte order mark for a part of the first field's name."""

    def without_mark(self, line: bytes) -> bytes:
        return line


@broken_class("differs")
class StripsEveryMark(Decoder):
    """Takes a byte order mark off every line, not only off the stream."""

    def text(self, line: bytes) -> str:
        return super().text(line).removeprefix("\ufeff")


@broken_class("differs")
class RemovesMarksInside(Decoder):
    """Removes U+FEFF wherever it stands, also inside data."""

    def value(self, text: str) -> str:
        return super().value(text).replace("\ufeff", "")


@broken_class("differs")
class StripsAllBlanks(Decoder):
    """Takes all blanks off the front of a value, where one belongs to the syntax."""

    def value(self, text: str) -> str:
        return text.lstrip()


@broken_class("differs")
class StripsTheEnd(Decoder):
    """Takes blanks off the end of a value."""

    def value(self, text: str) -> str:
        return super().value(text).rstrip()


@broken_class("silent loss", "differs")
class NeedsTheBlank(Decoder):
    """Knows fields by a colon and a blank, so `data:x` is no field to it."""

    def split(self, line: str) -> None:
        name, colon, value = line.partition(": ")
        if colon:
            self.field(name, value)


@broken_class("differs", "silent loss")
class CutsAtColons(Decoder):
    """Takes the second piece between colons for the value."""

    def split(self, line: str) -> None:
        pieces = [*line.split(":"), ""]
        self.field(pieces[0], self.value(pieces[1]))


@broken_class("differs", "crashes")
class UnpacksTwo(Decoder):
    """Expects a colon in every line."""

    def split(self, line: str) -> None:
        name, value = line.split(":", 1)
        self.field(name, self.value(value))


@broken_class("differs")
class ComparesInLowerCase(Decoder):
    """Takes `DATA` for `data`."""

    def field(self, name: str, value: str) -> None:
        super().field(name.lower(), value)


@broken_class("differs")
class StripsNames(Decoder):
    """Takes ` data ` for `data`."""

    def field(self, name: str, value: str) -> None:
        super().field(name.strip(), value)


@broken_class("differs")
class JoinsWithNothing(Decoder):
    """Joins the lines of data without line feeds."""

    def joined(self) -> str:
        return "".join(self.data)


@broken_class("differs")
class LastLineOfData(Decoder):
    """Keeps the last line of data only."""

    def joined(self) -> str:
        return self.data[-1]


@broken_class("differs")
class TypeStays(Decoder):
    """Gives an event the type of the one before it."""

    def forget(self) -> None:
        self.data, self.retry = [], None


@broken_class("differs")
class TypeOutlivesEmptyBlocks(Decoder):
    """Forgets a type only when an event went out, not at a block without data."""

    def forget(self) -> None:
        if self.data:
            super().forget()


@broken_class("differs")
class IdOfOneEvent(Decoder):
    """Forgets the last event id with each event."""

    def forget(self) -> None:
        super().forget()
        self.id = ""


@broken_class("differs")
class KeepsTheIdThatIsEmptied(Decoder):
    """Does not let an empty id empty the last one."""

    def take_id(self, value: str) -> None:
        if value:
            super().take_id(value)


@broken_class("differs", "crashes")
class ReadsAnyRetry(Decoder):
    """Raises ValueError at a retry time that is not a number."""

    def take_retry(self, value: str) -> None:
        if len(value) < 100:
            self.retry = int(value)


@broken_class("silent loss", "differs")
class DropsEmptyData(Decoder):
    """Takes empty data for none."""

    def dispatch(self) -> Iterator[Event]:
        if any(self.data):
            yield from super().dispatch()
        self.forget()


@broken_class("differs")
class DispatchesTypes(Decoder):
    """Takes a block with a type and without data for an event."""

    def dispatch(self) -> Iterator[Event]:
        if self.type and not self.data:
            self.data = [""]
        yield from super().dispatch()


@broken_class("differs", "silent loss")
class DispatchesTheRest(Decoder):
    """Gives what no blank line has ended."""

    def end(self) -> Iterator[Event]:
        yield from self.dispatch()


@broken_class("silent loss", "differs")
class CommentsClear(Decoder):
    """Lets a comment between the lines of an event clear what has come of it."""

    def line(self, line: bytes) -> Iterator[Event]:
        if line.startswith(b":"):
            self.forget()
        yield from super().line(line)


@broken_class("crashes")
class UnknownFieldsCrash(Decoder):
    """Looks every field up in a table."""

    def unknown(self, name: str, value: str) -> None:
        raise KeyError(name, value)


@broken_class("differs")
class UnescapesData(Decoder):
    """Turns backslash and n inside data into a line feed."""

    def joined(self) -> str:
        return super().joined().replace("\\n", "\n")


@broken_class("silent loss", "differs")
class EndsAtAnEmptyChunk(Decoder):
    """Takes an empty chunk for the end of the stream."""

    def read(self, chunks: Iterable[bytes]) -> Iterator[Event]:
        yield from super().read(iter(iter(chunks).__next__, b""))


@broken_class("differs", "hangs")
class OneEventLate(Decoder):
    """Gives an event when the next one has come."""

    def read(self, chunks: Iterable[bytes]) -> Iterator[Event]:
        last: Event | None = None
        for event in super().read(chunks):
            if last is not None:
                yield last
            last = event
        if last is not None:
            yield last


@broken_class("hangs", "differs", "crashes")
class KeepsAllChunks(Decoder):
    """Keeps every chunk for a debug log that nobody reads."""

    def read(self, chunks: Iterable[bytes]) -> Iterator[Event]:
        log: list[bytes] = []

        def noted() -> Iterator[bytes]:
            for chunk in chunks:
                log.append(chunk)
                yield chunk

        yield from super().read(noted())


@broken_class("differs", "silent loss")
class CutsLongLines(Decoder):
    """Reads lines into a buffer of 64 KiB and drops what does not fit."""

    def text(self, line: bytes) -> str:
        return super().text(line[:65_536])


@broken_class("differs")
class Utf8SigPerChunk(Decoder):
    """Uses a codec that takes a mark off, anew for each chunk."""

    def lines(self, chunk: bytes) -> Iterator[bytes]:
        yield from super().lines(chunk.removeprefix(codecs.BOM_UTF8))
