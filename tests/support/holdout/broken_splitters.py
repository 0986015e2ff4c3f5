"""Decoders with one fault each, as people write them who have never read the standard."""

import re
from collections.abc import Iterable, Iterator

from tests.support.holdout.decoding import Decoder, Event
from tests.support.holdout.roll import broken

_BLOCK = re.compile(r"event: (.*)\ndata: (.*)\n\n")


def _block_events(block: bytes) -> Iterator[Event]:
    """The event of one block that a blank line has ended, by the correct decoder."""
    yield from Decoder().read([block + b"\n\n"])


@broken("silent loss", "differs")
def blocks_by_line_feeds(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Knows two line feeds as the only end of an event."""
    rest = b""
    first = True
    for chunk in chunks:
        *blocks, rest = (rest + chunk).split(b"\n\n")
        for block in blocks:
            shown = block if first else b":\n" + block
            first = False
            yield from ((kind, data) for kind, data, *_ in _block_events(shown))


@broken("silent loss", "differs")
def blocks_by_expression(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Expects exactly one line for the type and then one for the data."""
    rest = ""
    for chunk in chunks:
        rest += chunk.decode("latin-1")
        end = 0
        for found in _BLOCK.finditer(rest):
            end = found.end()
            kind, data = (text.encode("latin-1").decode(errors="replace") for text in found.groups())
            yield kind, data
        rest = rest[end:]


@broken("hangs", "differs")
def reads_all_again(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Decodes the whole stream anew for every chunk and gives what was not there before."""
    whole = b""
    given = 0
    for chunk in chunks:
        whole += chunk
        events = list(Decoder().read([whole]))
        yield from events[given:]
        given = len(events)


@broken("hangs")
def grows_a_line_by_copies(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Looks for the line end from the start of the open line with every chunk."""
    decoder = Decoder()
    line = bytearray()
    for chunk in chunks:
        line += chunk
        found = [end for end in (line.rfind(b"\n"), line.rfind(b"\r")) if end >= 0]
        if not found:
            continue
        end = max(found) + 1
        whole = bytes(line[:end])
        del line[:end]
        for piece in decoder.lines(whole):
            yield from decoder.line(piece)


@broken("silent loss", "differs")
def stops_at_done(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Takes `[DONE]` for the end of the stream, as another API writes it."""
    for event in Decoder().read(chunks):
        if event[1].startswith("[DONE]"):
            return
        yield event


@broken("silent loss", "differs", "crashes")
def chunks_are_events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Takes each chunk for whole events, because it was so wherever it was tried."""
    for number, chunk in enumerate(chunks):
        yield from Decoder().read([chunk if number == 0 else b":\n" + chunk])
