"""The codec and the accumulator of mockapi against the whole table, the largest cases included."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mockapi import sse
from mockapi.fuzzing._judge import judge
from mockapi.fuzzing._observe import observe
from mockapi.fuzzing._verdict import Verdict
from mockapi.fuzzing.cases import BY_ID, CASES, MESSAGE_CASES, SSE_CASES, Case
from mockapi.messages import Accumulator, decode_event
from tests.support.each import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SMALL = 4 * 2**20
MANY = {
    "limits/100,000 events in one chunk",
    "limits/20,000 deltas of a tool's input",
    "limits/a long line in chunks of a byte",
}
"""Each takes as long as a hundred others, and has a smaller one of its kind."""


def events(chunks: Iterable[bytes]) -> Iterator[sse.Event]:
    """The codec, as a function."""
    parser = sse.Parser()
    for chunk in chunks:
        yield from parser.feed(chunk)


def message(chunks: Iterable[bytes]) -> dict[str, Any]:
    """Codec and accumulator, as a function."""
    accumulator = Accumulator()
    for event in events(chunks):
        if event.type != "ping":
            accumulator.feed(decode_event(event))
    return accumulator.message()


_PATIENCE = 60.0


def _check(case: Case, *, small: bool) -> None:
    sees, target = ("events", events) if case.level == "sse" else ("message", message)
    case = replace(case, seconds=_PATIENCE)  # how fast the machine is says nothing about the reference
    finding = judge(case, observe(target, case.chunks(), sees, _PATIENCE))  # type: ignore[arg-type] # two literals
    assert finding.verdict in (Verdict.CONFORMS, Verdict.TOLERATES), finding
    assert (case.size < SMALL) is small


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id, marks=pytest.mark.slow if case.id in MANY else ())
        for case in CASES
        if case.size < SMALL and not case.over_http
    ],
)
def test_the_reference_passes(case: Case) -> None:
    """Every case that bytes can tell."""
    _check(case, small=True)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.size >= SMALL], ids=lambda case: case.id)
def test_the_reference_passes_the_largest(case: Case) -> None:
    """Lines of 64 MiB and comments without end."""
    _check(case, small=False)


@each("case", [case for case in SSE_CASES if not case.heavy], ids=lambda case: case.id)
def test_any_cut_gives_the_same_events(case: Case) -> None:
    """Byte by byte, and in two at every place."""
    body = b"".join(case.chunks())
    wanted = list(case.events or ())
    assert list(events(body[at : at + 1] for at in range(len(body)))) == wanted
    for cut in range(min(len(body), 200) + 1):
        assert list(events((body[:cut], body[cut:]))) == wanted


@pytest.mark.slow
def test_a_lost_end_is_never_silent() -> None:
    """Every prefix of every whole message is an error to the reference."""
    body = b"".join(BY_ID["m-tools/numbers"].chunks())
    for end in range(len(body) - 1):
        seen = observe(message, (body[:end],), "message")
        assert seen.error is not None
        assert seen.error.documented


def test_every_case_says_what_it_is() -> None:
    """Ids are unique, every rule is a sentence, every message case has a message or wants an error."""
    assert len({case.id for case in CASES}) == len(CASES)
    assert all(case.why.endswith(".") for case in CASES)
    assert all(case.events is not None for case in SSE_CASES)
    assert all(case.messages for case in MESSAGE_CASES)
