"""What is asked and what is answered: the same conversation for every server that is compared.

A request is 300 bytes of JSON that names its number, so that every recording has a request of
its own. The replies are made up here, in the wire form of the API: compact JSON, and streams of
200 events with blanks before each last brace.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from mockapi.cassettes import (
    Cassette,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    dump,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PATH = "/v1/messages"
REQUEST_BYTES = 300
STREAM_EVENTS = 200
DELTA_CHARACTERS = 20  # aimock cuts its streams into pieces of this many
HEADERS = {
    "content-type": "application/json",
    "x-api-key": "sk-ant-test-1",
    "anthropic-version": "2023-06-01",
}
_NUMBER = "0000000"
_MODEL = "claude-sonnet-5"
_WORDS = "the quick brown fox jumps over the lazy dog while seven wizards mix a box of jade. "
_USAGE = {
    "input_tokens": 84,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 61,
    "service_tier": "standard",
}


def question(number: int) -> str:
    """The words that tell a request from all others; aimock matches by them."""
    return f"Question {number:07d}"


def request_parts(*, stream: bool, size: int = REQUEST_BYTES) -> tuple[str, str]:
    """What stands before and after the seven digits of the number in a request of `size` bytes."""
    body: dict[str, Any] = {"model": _MODEL, "max_tokens": 1024}
    if stream:
        body["stream"] = True
    body["messages"] = [{"role": "user", "content": f"{question(0)}: "}]
    missing = size - len(json.dumps(body, separators=(",", ":")))
    body["messages"][0]["content"] += text(missing)
    head, tail = json.dumps(body, separators=(",", ":")).split(_NUMBER)
    return head, tail


def request_body(number: int, *, stream: bool = False, size: int = REQUEST_BYTES) -> bytes:
    """A request of `size` bytes."""
    head, tail = request_parts(stream=stream, size=size)
    return f"{head}{number:07d}{tail}".encode()


def text(characters: int) -> str:
    """Words that fill so many characters."""
    return (_WORDS * (characters // len(_WORDS) + 1))[:characters]


def json_answer(number: int) -> str:
    """What the assistant says to a request that asks for JSON."""
    return f"Answer {number:07d}: {text(120)}"


def stream_answer() -> str:
    """What the assistant says in a stream: as many pieces as make 200 events without a ping."""
    return text((STREAM_EVENTS - 5) * DELTA_CHARACTERS)


def json_reply(number: int, *, answer: str | None = None) -> bytes:
    """A message as the API sends it, about 500 bytes."""
    content = [{"type": "text", "text": json_answer(number) if answer is None else answer}]
    return _compact(_message(number, content, "end_turn"))


def stream_reply(number: int) -> bytes:
    """A stream of 200 events, about 26 kB."""
    said = stream_answer()
    pieces = [said[at : at + DELTA_CHARACTERS] for at in range(0, len(said), DELTA_CHARACTERS)]
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": _message(number, [], None)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in pieces
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 1000},
        },
        {"type": "message_stop"},
    ]
    return b"".join(
        b"event: %s\ndata: %s%s}\n\n"
        % (event["type"].encode(), _compact(event)[:-1], b" " * ((number + place) % 16))
        for place, event in enumerate(events)
    )


def interaction(number: int, *, stream: bool = False) -> Interaction:
    """A recording of a 300-byte request, with the headers that the API's replies carry."""
    body = stream_reply(number) if stream else json_reply(number)
    content_type = "text/event-stream; charset=utf-8" if stream else "application/json"
    return Interaction(
        _request(request_body(number, stream=stream)),
        RecordedResponse(200, response_headers(number, content_type), body),
    )


def large_interaction(number: int) -> Interaction:
    """A recording that takes about 5 kB in a cassette: a long question, a long answer."""
    body = json_reply(number, answer=f"Answer {number:07d}: {text(1900)}")
    return Interaction(
        _request(request_body(number, size=1700)),
        RecordedResponse(200, response_headers(number, "application/json"), body),
    )


def response_headers(number: int, content_type: str) -> tuple[tuple[str, str], ...]:
    """What a recording keeps of the API's response headers once those of the account are left out."""
    return (
        ("date", "Mon, 02 Nov 2026 10:00:00 GMT"),
        ("content-type", content_type),
        ("transfer-encoding", "chunked"),
        ("request-id", f"req_bench{number:019d}"),
    )


def cassette_folder(
    parent: Path, name: str, interactions: Iterable[Interaction], *, per_file: int = 100
) -> Path:
    """A folder of cassettes with these interactions, written unless an earlier run has left it there."""
    folder = parent / name
    if folder.is_dir():
        return folder
    unfinished = parent / f".{name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    batch: list[Interaction] = []
    files = 0
    for item in interactions:
        batch.append(item)
        if len(batch) == per_file:
            files = _write(unfinished, files, batch)
    if batch:
        _write(unfinished, files, batch)
    unfinished.rename(folder)
    return folder


def _write(folder: Path, number: int, batch: list[Interaction]) -> int:
    (folder / f"{number:05d}.yaml").write_bytes(dump(Cassette("benchmark", tuple(batch))))
    batch.clear()
    return number + 1


def aimock_fixtures(parent: Path, name: str, numbers: range, answer: str | None = None) -> Path:
    """The same recordings as aimock keeps them; the answer is the same for all if one is given."""
    path = parent / f"{name}.json"
    fixtures = [
        {
            "match": {"userMessage": question(number)},
            "response": {"content": json_answer(number) if answer is None else answer},
        }
        for number in numbers
    ]
    path.write_text(json.dumps({"fixtures": fixtures}))
    return path


def _request(body: bytes) -> RecordedRequest:
    return RecordedRequest(
        "POST", PATH, "", (("content-type", "application/json"), ("anthropic-version", "2023-06-01")), body
    )


def _message(number: int, content: list[dict[str, str]], stop_reason: str | None) -> dict[str, Any]:
    return {
        "model": _MODEL,
        "id": f"msg_bench{number:019d}",
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": _USAGE,
    }


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
