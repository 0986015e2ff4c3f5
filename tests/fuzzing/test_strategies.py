"""Generated streams: their labels are what a correct reader makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.fuzzing._changes import CHANGES, Told
from mockapi.fuzzing._damage import DAMAGES
from mockapi.fuzzing._judge import judge
from mockapi.fuzzing._observe import examine
from mockapi.fuzzing.cases import events, message, text
from mockapi.fuzzing.strategies import features_of, large_cases, message_cases, sse_cases
from tests.support import good_parsers
from tests.support.examples import examples

if TYPE_CHECKING:
    from mockapi.fuzzing.cases import Case

_TURNS = st.integers(0, 40)


@given(_TURNS.flatmap(lambda turn: message_cases((), turn)))
@settings(max_examples=examples(25), deadline=None)
def test_a_correct_client_takes_every_generated_message(case: Case) -> None:
    """Whole, changed, damaged, cut, or from a connection that breaks."""
    finding = judge(case, examine(good_parsers.message, case, "message"))
    assert finding.verdict.is_fine, finding


@given(_TURNS.flatmap(lambda turn: sse_cases((), turn)))
@settings(max_examples=examples(25), deadline=None)
def test_a_correct_decoder_takes_every_generated_stream(case: Case) -> None:
    """One of another construction than the codec that wrote the label."""
    finding = judge(case, examine(good_parsers.by_expression, case, "events"))
    assert finding.verdict.is_fine, finding


@given(st.data())
@settings(max_examples=examples(8), deadline=None)
def test_a_feature_can_be_left_out(data: st.DataObject) -> None:
    """Then no stream has it."""
    without = data.draw(st.sets(st.sampled_from([*CHANGES, *DAMAGES, "mark", "crlf", "cut", "tool use"])))
    assert not features_of(data.draw(message_cases(without))) & without


def test_an_unknown_event_is_not_taken_for_a_delta() -> None:
    """It looks like one, and the text of the block's start is still the block's own."""
    said = message(text())
    told = Told(events(said), said)
    between = CHANGES["unknown event with members"](told, 2)
    assert between is not None
    assert CHANGES["text in the start"](between, 0) is None


def test_large_streams_can_be_left_out_by_name() -> None:
    """There are some of both levels, each with a quarter of itself."""
    for cases, left in (
        (large_cases("sse"), large_cases("sse", ["huge line"])),
        (large_cases("messages"), large_cases("messages", ["huge line"])),
    ):
        assert all(case.quarter is not None for case in cases)
        assert len(left) == len(cases) - 1
