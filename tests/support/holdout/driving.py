"""The loop of a driver: a question on a line, an answer on a line."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.holdout.decoding import Decoder
from tests.support.holdout.messages import MessageReader, StreamBrokenError

Fetch = Callable[[str, float], Iterator[bytes]]  # base URL and the silence to bear, to the body's bytes


def drive(hello: dict[str, Any], answer: Callable[[str, float], dict[str, Any]]) -> None:
    """Answer until no question comes."""
    for line in sys.stdin:
        question = json.loads(line)
        reply = hello if "hello" in question else answer(question["base_url"], question["timeout"])
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def failure(error: BaseException, *, documented: bool = True) -> dict[str, Any]:
    """An exception, as an answer has it."""
    return {"type": type(error).__name__, "message": str(error)[:500], "documented": documented}


def message_by(
    fetch: Fetch, documented: tuple[type[Exception], ...] = ()
) -> Callable[[str, float], dict[str, Any]]:
    """Answers with the final message."""
    expected: tuple[type[Exception], ...] = (StreamBrokenError, OSError, *documented)

    def answer(base_url: str, timeout: float) -> dict[str, Any]:
        chunks = fetch(base_url, timeout)
        try:
            return {"message": MessageReader().read(chunks), "error": None}
        except expected as error:
            return {"message": None, "error": failure(error)}
        finally:
            _close(chunks)

    return answer


def stream_by(
    fetch: Fetch, documented: tuple[type[Exception], ...] = ()
) -> Callable[[str, float], dict[str, Any]]:
    """Answers with the API's events."""
    expected: tuple[type[Exception], ...] = (StreamBrokenError, OSError, *documented)

    def answer(base_url: str, timeout: float) -> dict[str, Any]:
        shown: list[dict[str, Any]] = []
        reader = MessageReader()
        chunks = fetch(base_url, timeout)
        try:
            for name, data, *_ in Decoder().read(chunks):
                event = reader.parse(name, data)
                if event is not None:
                    reader.take(name, data)
                    shown.append({**event, "type": reader.kind(name, event)})
                if reader.done:
                    break
            reader.finish()
        except expected as error:
            return {"stream": shown, "error": failure(error)}
        finally:
            _close(chunks)
        return {"stream": shown, "error": None}

    return answer


def events_by(
    fetch: Fetch, documented: tuple[type[Exception], ...] = ()
) -> Callable[[str, float], dict[str, Any]]:
    """Answers with the events of a decoder."""
    expected: tuple[type[Exception], ...] = (StreamBrokenError, OSError, *documented)

    def answer(base_url: str, timeout: float) -> dict[str, Any]:
        events: list[Any] = []
        chunks = fetch(base_url, timeout)
        try:
            events.extend(Decoder().read(chunks))
        except expected as error:
            return {"events": events, "error": failure(error)}
        finally:
            _close(chunks)
        return {"events": events, "error": None}

    return answer


def _close(chunks: Iterator[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
