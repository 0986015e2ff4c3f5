"""A correct decoder of event streams, in steps: a broken one does one of them otherwise."""

import re
from collections.abc import Iterable, Iterator

Event = tuple[str, str, str, int | None]  # type, data, last event id, retry time

_LINE_END = re.compile(rb"\r\n|\r|\n")
_MARK = b"\xef\xbb\xbf"


class Decoder:
    """The HTML standard's interpretation of an event stream, fed by chunks."""

    def __init__(self) -> None:
        self._open: list[bytes] = []  # pieces of a line whose end has not come
        self._after_return = False  # a line feed that comes now belongs to the line end before it
        self._first = True
        self.type = ""
        self.data: list[str] = []
        self.id = ""
        self.retry: int | None = None

    def read(self, chunks: Iterable[bytes]) -> Iterator[Event]:
        """The events of a stream, each as soon as its blank line has come."""
        for chunk in chunks:
            for line in self.lines(chunk):
                yield from self.line(line)
        yield from self.end()

    def lines(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that end in this chunk."""
        if self._after_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_return = False
        if not chunk:
            return
        first, *rest = _LINE_END.split(chunk)
        self._open.append(first)
        self._after_return = chunk.endswith(b"\r")
        for piece in rest:
            line = b"".join(self._open)
            self._open = [piece]
            yield line

    def line(self, line: bytes) -> Iterator[Event]:
        """The event that this line ends, if it ends one."""
        if self._first:
            self._first = False
            line = self.without_mark(line)
        if not line:
            yield from self.dispatch()
        elif not line.startswith(b":"):
            self.split(self.text(line))

    def without_mark(self, line: bytes) -> bytes:
        """The stream's first line without a byte order mark."""
        return line.removeprefix(_MARK)

    def text(self, line: bytes) -> str:
        """A line as text; what is not UTF-8 is replaced."""
        return line.decode(errors="replace")

    def split(self, line: str) -> None:
        """A line as name and value."""
        name, _, value = line.partition(":")
        self.field(name, self.value(value))

    def value(self, text: str) -> str:
        """A value without the one blank that may stand before it."""
        return text.removeprefix(" ")

    def field(self, name: str, value: str) -> None:
        """Take one field."""
        match name:
            case "event":
                self.type = value
            case "data":
                self.data.append(value)
            case "id":
                self.take_id(value)
            case "retry":
                self.take_retry(value)
            case _:
                self.unknown(name, value)

    def take_id(self, value: str) -> None:
        """An id with a NUL does not count."""
        if "\0" not in value:
            self.id = value

    def take_retry(self, value: str) -> None:
        """Only ASCII digits make a retry time; more of them than any time has are passed over."""
        if value.isascii() and value.isdigit() and len(value) < 100:
            self.retry = int(value)

    def unknown(self, name: str, value: str) -> None:
        """Other fields are ignored."""

    def dispatch(self) -> Iterator[Event]:
        """A blank line: the event, if it has data."""
        if self.data:
            yield (self.type or "message", self.joined(), self.id, self.retry)
        self.forget()

    def joined(self) -> str:
        """The data of all lines."""
        return "\n".join(self.data)

    def forget(self) -> None:
        """What belongs to one event only."""
        self.type, self.data, self.retry = "", [], None

    def end(self) -> Iterator[Event]:
        """What no blank line has ended is dropped."""
        yield from ()
