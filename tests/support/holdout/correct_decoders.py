"""Correct decoders of event streams, each in a style of its own."""

import asyncio
import codecs
import queue
import re
import threading
from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable, Iterator
from dataclasses import dataclass, field

from tests.support.holdout.decoding import Decoder, Event
from tests.support.holdout.roll import correct, correct_class

correct_class(Decoder)


@correct
async def asynchronous_generator(chunks: AsyncIterable[bytes]) -> AsyncIterator[Event]:
    """Reads with `async for`."""
    decoder = Decoder()
    async for chunk in chunks:
        for line in decoder.lines(chunk):
            for event in decoder.line(line):
                yield event


@correct
async def coroutine_with_a_list(chunks: AsyncIterable[bytes]) -> list[Event]:
    """Gives all events at the end."""
    return [event async for event in asynchronous_generator(chunks)]


@correct
async def task_that_reads_ahead(chunks: AsyncIterable[bytes]) -> AsyncIterator[Event]:
    """Reads in a task of its own, with a queue between it and the user."""
    events: asyncio.Queue[Event | None] = asyncio.Queue()

    async def fill() -> None:
        async for event in asynchronous_generator(chunks):
            await events.put(event)
        await events.put(None)

    task = asyncio.create_task(fill())
    while (event := await events.get()) is not None:
        yield event
    await task


@correct
def thread_that_reads_ahead(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Reads in a thread of its own, with a short queue between it and the user."""
    pieces: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=16)

    def fill() -> None:
        try:
            for chunk in chunks:
                pieces.put(chunk)
        except OSError as error:
            pieces.put(error)
        pieces.put(None)

    threading.Thread(target=fill, daemon=True).start()

    def taken() -> Iterator[bytes]:
        while (piece := pieces.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece

    yield from Decoder().read(taken())


@correct
def characters(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Goes character by character, behind an incremental UTF-8 decoder."""
    letters = codecs.getincrementaldecoder("utf-8")(errors="replace")
    line: list[str] = []
    kind, data = "", list[str]()
    before = ""
    at_start = True
    for chunk in chunks:
        for letter in letters.decode(chunk):
            if at_start:
                at_start = False
                if letter == "\ufeff":
                    continue
            if letter == "\n" and before == "\r":
                before = letter
                continue
            before = letter
            if letter not in "\r\n":
                line.append(letter)
                continue
            text = "".join(line)
            line.clear()
            if text:
                name, _, value = text.partition(":")
                value = value.removeprefix(" ")
                if name == "event":
                    kind = value
                elif name == "data":
                    data.append(value)
                continue
            if data:
                yield kind or "message", "\n".join(data)
            kind, data = "", []


@dataclass
class ServerEvent:
    """An event as an object."""

    type: str = "message"
    data: str = ""
    id: str = ""
    retry: int | None = None


@dataclass
class _Block:
    type: str = ""
    data: list[str] = field(default_factory=list)
    retry: int | None = None


_FIELD = re.compile(r"(?P<name>[^:]*)(?::\x20?(?P<value>.*))?", re.DOTALL)


@correct
def objects_by_expression(chunks: Iterable[bytes]) -> Iterator[ServerEvent]:
    """Reads lines by a regular expression and gives objects."""
    block, last = _Block(), ""
    for line in _text_lines(chunks):
        if not line:
            if block.data:
                yield ServerEvent(block.type or "message", "\n".join(block.data), last, block.retry)
            block = _Block()
            continue
        match = _FIELD.fullmatch(line)
        assert match is not None
        value = match["value"] or ""
        match match["name"]:
            case "data":
                block.data += [value]
            case "event":
                block.type = value
            case "id" if "\0" not in value:
                last = value
            case "retry" if re.fullmatch(r"[0-9]{1,99}", value):
                block.retry = int(value)


def _text_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines, without their ends and without the stream's byte order mark."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    pieces: list[str] = []
    skip_feed, at_start = False, True
    for chunk in chunks:
        text = decode(chunk)
        if not text:
            continue
        if at_start:
            text, at_start = text.removeprefix("\ufeff"), False
        if skip_feed:
            text = text.removeprefix("\n")
        skip_feed = text.endswith("\r")
        start = 0
        for end in re.finditer(r"\r\n?|\n", text):
            yield "".join(pieces) + text[start : end.start()]
            pieces.clear()
            start = end.end()
        pieces.append(text[start:])


def _push_parser() -> Generator[list[dict[str, object]], bytes, None]:
    """A coroutine that takes a chunk and gives the events that it ended."""
    decoder = Decoder()
    events: list[dict[str, object]] = []
    while True:
        chunk = yield events
        events = [
            {"type": kind, "data": data, "id": last, "retry": retry}
            for line in decoder.lines(chunk)
            for kind, data, last, retry in decoder.line(line)
        ]


@correct
def dicts_by_a_coroutine(chunks: Iterable[bytes]) -> Iterator[dict[str, object]]:
    """Sends chunks into a coroutine and gives dicts."""
    parser = _push_parser()
    next(parser)
    for chunk in chunks:
        yield from parser.send(chunk)


@correct
def bytes_in_a_buffer(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Works on a bytearray, and remembers how far it has looked."""
    buffer, looked = bytearray(), 0
    block: list[bytes] = []
    skip_feed, first = False, True
    for chunk in chunks:
        buffer += chunk
        if skip_feed and buffer:
            if buffer[0] == 10:
                del buffer[0]
            skip_feed = False
        start = 0
        for end in re.compile(rb"[\r\n]").finditer(bytes(buffer[looked:])):
            at = looked + end.start()
            if at < start:  # the line feed of a pair
                continue
            line = bytes(buffer[start:at])
            start = at + 1
            if buffer[at] == 13:
                if start == len(buffer):
                    skip_feed = True
                elif buffer[start] == 10:
                    start += 1
            if first:
                line, first = line.removeprefix(b"\xef\xbb\xbf"), False
            if line:
                if not line.startswith(b":"):  # a stream of comments must not fill the memory
                    block.append(line)
                continue
            yield from _of_block(block)
            block = []
        del buffer[:start]
        looked = len(buffer)


def _of_block(block: list[bytes]) -> Iterator[tuple[str, str]]:
    """The event of a block, if it has data."""
    fields = [line.decode(errors="replace").partition(":") for line in block]
    values = [(name, value.removeprefix(" ")) for name, _, value in fields]
    data = [value for name, value in values if name == "data"]
    kinds = [value for name, value in values if name == "event"]
    if data:
        yield (kinds[-1] if kinds and kinds[-1] else "message"), "\n".join(data)
