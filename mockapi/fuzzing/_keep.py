"""A failure as files: a cassette that plays the stream, and a test that holds a target to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.cassettes import (
    Cassette,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    dump,
)
from mockapi.messages import dump as as_json

if TYPE_CHECKING:
    from mockapi.fuzzing._verdict import Finding
    from mockapi.fuzzing.cases import Case

MAX_KEPT: Final = 1024 * 1024
"""Larger streams are named by their case, not written down."""

_ASKED: Final = {
    "model": "claude-sonnet-5",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "Say something."}],
    "stream": True,
}


def as_cassette(finding: Finding) -> bytes:
    """A cassette whose only interaction answers a plain request with the stream."""
    case = finding.case
    chunks = tuple(case.chunks())
    response = RecordedResponse(
        case.status,
        tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in case.headers),
        b"".join(chunks),
        tuple(RecordedChunk(case.delay if number else 0.0, len(data)) for number, data in enumerate(chunks)),
        case.ending,
    )
    headers = (("content-type", "application/json"),)
    request = RecordedRequest("POST", "/v1/messages", "", headers, as_json(_ASKED))
    return dump(Cassette("failure.yaml", (Interaction(request, response),), Matching()))


def as_test(finding: Finding, target: str) -> str:
    """A test module that fails as long as the target gets the stream wrong."""
    module, _, function = target.partition(":")
    case = finding.case
    label = case.events if case.level == "sse" else case.messages
    name = "events" if case.level == "sse" else "messages"
    ignore = f"    ignore=frozenset({sorted(case.ignore)!r}),\n" if case.ignore else ""
    chunks = "".join(f"    {chunk!r},\n" for chunk in case.chunks())
    return (
        f'"""A stream that {target} got wrong: {finding.verdict}."""\n\n'
        f"from {module} import {function.partition('.')[0]}\n\n"
        "from mockapi.fuzzing import Want, assert_conforms, of_bytes\n\n"
        f"CHUNKS = (\n{chunks})\n"
        f"CASE = of_bytes(\n"
        f"    {case.id!r},\n    {case.level!r},\n    b'',\n    {case.why!r},\n    *CHUNKS,\n"
        f"    want=Want.{case.want.name},\n    {name}={label!r},\n{ignore})\n\n\n"
        f"def test_{_name(case)}() -> None:\n"
        f'    """Expected: {_line(finding.expected)}."""\n'
        f"    assert_conforms({function}, CASE)\n"
    )


def _name(case: Case) -> str:
    return "_".join("".join(letter if letter.isalnum() else " " for letter in case.id).split()).lower()


def _line(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', "'")
