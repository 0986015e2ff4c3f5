"""Decoders with one bug each in what comes before the fields: bytes, characters, lines, chunks."""

# The base class says types and meaning, the names of the subclasses say the bug.
# ruff: noqa: D101, D102, ANN001, ANN201, ANN202
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Any

from tests.support.broken_sse import Decoder


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


class StripsLines(Decoder):
    def take(self, line):
        return super().take(line if line.strip() else "")


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


class Composes(Decoder):
    def texts(self, chunks):
        for text in super().texts(chunks):
            yield unicodedata.normalize("NFC", text)


class AllAtTheEnd(Decoder):
    async def __call__(self, chunks):
        whole = [chunk async for chunk in chunks]
        for event in super().__call__(whole):
            yield event
