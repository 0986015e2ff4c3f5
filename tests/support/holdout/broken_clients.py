"""Clients over HTTP with one fault each: `python -m tests.support.holdout.broken_clients NAME`."""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.holdout.correct_clients import blocking_socket
from tests.support.holdout.decoding import Decoder
from tests.support.holdout.driving import drive, failure, message_by, stream_by
from tests.support.holdout.http_reply import HttpReply, request
from tests.support.holdout.messages import MessageReader, StreamBrokenError

Answer = Callable[[str, float], dict[str, Any]]

_kept: list[socket.socket] = []  # connections that a client forgets to close


def joins_halves(base_url: str, timeout: float) -> dict[str, Any]:
    """Asks again when the stream breaks, and appends what comes to what it has."""
    reader = MessageReader()
    texts: list[str] = []
    for attempt in range(3):
        fresh = MessageReader()
        try:
            message = fresh.read(blocking_socket(base_url, timeout))
        except (StreamBrokenError, OSError) as error:
            texts += ["".join(pieces) for pieces in fresh.text.values()]
            if attempt == 2 or not (fresh.text or texts):
                return {"message": None, "error": failure(error)}
            continue
        for block in message["content"]:
            if block["type"] == "text":
                block["text"] = "".join(texts) + block["text"]
                break
        return {"message": message, "error": None}
    return {"message": reader.message, "error": None}


def leaks(base_url: str, timeout: float) -> Iterator[bytes]:
    """Leaves its connection open when it gives up."""
    address, sent = request(base_url)
    reply = HttpReply()
    connection = socket.create_connection(address, timeout)
    _kept.append(connection)
    connection.sendall(sent)
    while not reply.ended and (data := connection.recv(65_536)):
        yield from reply.feed(data)
    connection.close()
    if not reply.ended:
        reply.end()


class _AnyStatus(HttpReply):
    """Does not look at the status."""

    def _take_head(self, head: bytes) -> None:
        first, end, rest = head.partition(b"\r\n")
        version, _, status = first.partition(b" ")
        if status[:1] in b"45":
            raise _StatusUnseenError
        super()._take_head(version + b" " + status + end + rest)


class _StatusUnseenError(Exception):
    pass


def _by(kind: type[HttpReply]) -> Callable[[str, float], Iterator[bytes]]:
    def fetch(base_url: str, timeout: float) -> Iterator[bytes]:
        address, sent = request(base_url)
        reply = kind()
        with socket.create_connection(address, timeout) as connection:
            connection.sendall(sent)
            while not reply.ended and (data := connection.recv(65_536)):
                yield from reply.feed(data)
        if not reply.ended:
            reply.end()

    return fetch


def empty_for_errors(base_url: str, timeout: float) -> dict[str, Any]:
    """Gives an empty message for a reply with an error's status."""
    try:
        return message_by(_by(_AnyStatus))(base_url, timeout)
    except _StatusUnseenError:
        return {"message": {"type": "message", "content": []}, "error": None}


class _AnyKind(HttpReply):
    """Does not look at the type of the body."""

    def _take_head(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith(b"content-type:")]
        super()._take_head(b"\r\n".join([first, *kept, b"content-type: text/event-stream"]))


def empty_for_pages(base_url: str, timeout: float) -> dict[str, Any]:
    """Takes a page or a JSON body under status 200 for an answer without content."""
    reader = MessageReader()
    count = 0
    try:
        for name, data, *_ in Decoder().read(_by(_AnyKind)(base_url, timeout)):
            count += 1
            reader.take(name, data)
            if reader.done:
                break
        if not count:
            return {"message": {"type": "message", "content": []}, "error": None}
        return {"message": reader.finish(), "error": None}
    except (StreamBrokenError, OSError) as error:
        return {"message": None, "error": failure(error)}


class _AnyEnd(HttpReply):
    """Does not look whether the last chunk came."""

    def end(self) -> None:
        pass


def shows_cut_streams(base_url: str, timeout: float) -> dict[str, Any]:
    """Takes a connection that is closed early for the end of the stream."""
    shown: list[dict[str, Any]] = []
    try:
        for name, data, *_ in Decoder().read(_by(_AnyEnd)(base_url, timeout)):
            event = MessageReader().parse(name, data)
            if event is None:
                continue
            if event.get("type", name) == "error":
                return {"stream": shown, "error": failure(StreamBrokenError(data))}
            shown.append({"type": name, **event})
            if shown[-1]["type"] == "message_stop":
                break
    except (StreamBrokenError, OSError) as error:
        return {"stream": shown, "error": failure(error)}
    return {"stream": shown, "error": None}


def times_out_in_all(base_url: str, timeout: float) -> Iterator[bytes]:
    """Takes the silence that it should bear for the time that the whole reply may take."""
    start = time.monotonic()
    for chunk in blocking_socket(base_url, timeout):
        if time.monotonic() - start > timeout / 2:
            raise StreamBrokenError("the reply took too long")
        yield chunk


def returns_what_came_before_silence(base_url: str, timeout: float) -> dict[str, Any]:
    """Gives what it has, and no error, when the stream falls silent."""
    reader = MessageReader()

    def until_silence() -> Iterator[bytes]:
        try:
            yield from blocking_socket(base_url, timeout)
        except TimeoutError:
            reader.done = True

    try:
        for name, data, *_ in Decoder().read(until_silence()):
            reader.take(name, data)
            if reader.done:
                break
        for index in [*reader.open]:
            reader.stop_block(index)
        return {"message": reader.finish(), "error": None}
    except (StreamBrokenError, OSError) as error:
        return {"message": None, "error": failure(error)}


def whole_body_first(base_url: str, timeout: float) -> Iterator[bytes]:
    """Reads the whole body before it looks at it, so nothing is shown while the stream runs."""
    yield b"".join(blocking_socket(base_url, timeout))


def never_gives_up(base_url: str, timeout: float) -> Iterator[bytes]:
    """Waits for ever where a stream falls silent."""
    del timeout
    address, sent = request(base_url)
    reply = HttpReply()
    with socket.create_connection(address) as connection:
        connection.sendall(sent)
        while not reply.ended and (data := connection.recv(65_536)):
            yield from reply.feed(data)
    if not reply.ended:
        reply.end()


def asks_for_ever(base_url: str, timeout: float) -> dict[str, Any]:
    """Asks again after every failure, without end."""
    while True:
        answer = message_by(blocking_socket)(base_url, timeout)
        if answer["error"] is None:
            return answer


def one_event_late(base_url: str, timeout: float) -> dict[str, Any]:
    """Shows an event when the next one has come, so the last before a failure is never seen."""
    answer = stream_by(blocking_socket)(base_url, timeout)
    if answer["error"] is not None:
        answer["stream"] = answer["stream"][:-1]
    return answer


class _PlainBody(HttpReply):
    """Does not know chunked transfer: sizes are lines among the others."""

    def _take_head(self, head: bytes) -> None:
        super()._take_head(head.replace(b"transfer-encoding: chunked", b"x-none: 1"))
        self._chunked = False


class _OneSpelling(HttpReply):
    """Knows one spelling of the type of an event stream."""

    def _take_head(self, head: bytes) -> None:
        if b"content-type: text/event-stream; charset=utf-8\r\n" not in head + b"\r\n":
            raise StreamBrokenError("not an event stream")
        super()._take_head(head)


def drops_half_a_chunk(base_url: str, timeout: float) -> Iterator[bytes]:
    """Reads with a buffer of 4 KiB and loses what a longer chunk has behind it."""
    for chunk in blocking_socket(base_url, timeout):
        yield chunk[:4096]


def _drivers() -> dict[str, tuple[str, Answer, set[str]]]:
    return {
        "joins-halves": ("message", joins_halves, {"differs", "silent loss"}),
        "leaks": ("message", message_by(leaks), {"differs", "hangs"}),
        "empty-for-errors": ("message", empty_for_errors, {"silent loss"}),
        "empty-for-pages": ("message", empty_for_pages, {"silent loss"}),
        "shows-cut-streams": ("stream", shows_cut_streams, {"silent loss"}),
        "times-out-in-all": ("message", message_by(times_out_in_all), {"differs"}),
        "returns-what-came-before-silence": ("message", returns_what_came_before_silence, {"silent loss"}),
        "whole-body-first": ("stream", stream_by(whole_body_first), {"differs", "silent loss", "hangs"}),
        "never-gives-up": ("message", message_by(never_gives_up), {"hangs"}),
        "asks-for-ever": ("message", asks_for_ever, {"hangs"}),
        "one-event-late": ("stream", one_event_late, {"differs", "silent loss", "hangs"}),
        "no-chunked-transfer": ("message", message_by(_by(_PlainBody)), {"differs", "silent loss"}),
        "one-spelling-of-the-type": ("message", message_by(_by(_OneSpelling)), {"differs"}),
        "drops-half-a-chunk": ("message", message_by(drops_half_a_chunk), {"differs", "silent loss"}),
    }


VERDICTS = {name: verdicts for name, (_, _, verdicts) in _drivers().items()}


if __name__ == "__main__":
    sees, answer, _ = _drivers()[sys.argv[1]]
    drive({"name": sys.argv[1], "sees": sees}, answer)
