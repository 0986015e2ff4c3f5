"""The judge: what was shown is compared with what was sent, whatever a client shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockapi.fuzzing import BY_ID, MESSAGE_CASES, Case, Failure, Seen, Shape, Verdict, Want, judge
from mockapi.fuzzing._stream_judge import sent_of

SMALL = [case for case in MESSAGE_CASES if case.size < 2**20]
KNOWN = Failure("StreamError")
_TEXT = BY_ID["m-framing/lf"]
_TOOL = BY_ID["m-tools/numbers"]


def test_a_raw_stream_that_shows_nothing_is_never_fine() -> None:
    """Every case of the table has something to show, or to report."""
    verdicts = {case.id: judge(case, Seen("stream")).verdict for case in SMALL}
    assert set(verdicts.values()) == {Verdict.SILENT_LOSS}


@pytest.mark.slow
def test_a_raw_stream_that_loses_an_event_is_never_fine() -> None:
    """Whichever event of the message it is, and whatever the grammar makes of the stream."""
    told = [(case, sent_of(case)) for case in SMALL]
    for case, sent in told:
        for lost in range(len(sent.events)):
            shown = sent.events[:lost] + sent.events[lost + 1 :]
            if shown != sent.events[:-1] or not sent.behind:
                assert not judge(case, Seen("stream", stream=shown)).verdict.is_fine, (case.id, lost)


@pytest.mark.slow
def test_a_raw_stream_need_not_show_what_is_no_part_of_the_message() -> None:
    """Pings, events of unknown types, and whatever comes behind message_stop."""
    for case in SMALL:
        sent = sent_of(case)
        if not sent.has_end or sent.has_error or not sent.is_json:
            continue
        fine = Verdict.CONFORMS if case.want is Want.WHOLE else Verdict.TOLERATES
        for more in ([], sent.behind[:1], sent.behind):
            shown = [{"type": "ping"}, *sent.events, *more]
            assert judge(case, Seen("stream", stream=shown)).verdict is fine, case.id
    behind = BY_ID["grammar/error after message_stop"]
    assert sent_of(behind).behind
    assert judge(behind, Seen("stream", stream=sent_of(behind).events, error=KNOWN)).verdict.is_fine


def test_a_lost_piece_in_mid_stream_is_silent_loss() -> None:
    """The kinds of damage that official clients pass over."""
    for name in (
        "a delta without an event line",
        "a delta without a type",
        "byte order mark on a later line",
    ):
        case = BY_ID[f"grammar/{name}"]
        events = sent_of(case).events
        shown = [event for event in events if event.get("delta", {}).get("text") != "Hi th"]
        assert len(shown) == len(sent_of(_TEXT).events) - 1
        assert judge(case, Seen("stream", stream=shown)).verdict is Verdict.SILENT_LOSS
    case = BY_ID["grammar/error without an event line"]
    assert judge(case, Seen("stream", stream=sent_of(_TEXT).events)).verdict is Verdict.SILENT_LOSS


def test_a_compressed_case_counts_as_large_as_what_is_read_of_it() -> None:
    """Else it would go first, and show bytes that nobody can read."""
    zipped = [case for case in MESSAGE_CASES if case.body is not None and case.over_http]
    assert zipped
    assert all(case.size == len(case.body or b"") for case in zipped)


PARTS = Shape("message", shows=("text", "tool_calls", "stop_reason", "usage"))


@pytest.mark.parametrize(
    ("case", "shown", "verdict"),
    [
        (_TEXT, {"text": "Hi there"}, Verdict.CONFORMS),
        (_TEXT, {"text": "Hi there", "own": 1}, Verdict.CONFORMS),
        (_TEXT, {"text": "Hi"}, Verdict.SILENT_LOSS),
        (_TEXT, {"text": "Hi there", "stop_reason": "end_turnend_turn"}, Verdict.DIFFERS),
        (_TEXT, {"text": "Hi there", "tool_calls": []}, Verdict.CONFORMS),
        (_TEXT, {"text": "Hi there", "usage": {"input_tokens": 12}}, Verdict.DIFFERS),
        (_TEXT, {"text": "Hi there", "usage": {"input_tokens": 12, "output_tokens": 0}}, Verdict.DIFFERS),
        (BY_ID["grammar/no message_stop"], {"text": "Hi there"}, Verdict.SILENT_LOSS),
        (BY_ID["grammar/no usage at all"], {"text": "Hi there", "usage": None}, Verdict.TOLERATES),
        (BY_ID["limits/JSON 10,000 deep"], {"tool_calls": [], "stop_reason": "tool_use"}, Verdict.TOLERATES),
    ],
)
def test_parts_of_a_message_are_judged_as_such(case: Case, shown: dict[str, Any], verdict: Verdict) -> None:
    """What a client does not show is not asked of it; what it adds does not count."""
    usual = {"stop_reason": "end_turn", "usage": {"input_tokens": 12, "output_tokens": 34}}
    assert judge(case, Seen("message", message={**usual, **shown}, shape=PARTS)).verdict is verdict


def test_tool_calls_are_compared_with_or_without_their_ids() -> None:
    """A client that makes ids of its own leaves them out."""
    block = _TOOL.messages[0]["content"][0]
    shape = Shape("message", shows=("tool_calls",))
    for call in ({"name": block["name"], "input": block["input"]}, block):
        shown = {"tool_calls": [{key: call[key] for key in ("id", "name", "input") if key in call}]}
        assert judge(_TOOL, Seen("message", message=shown, shape=shape)).verdict is Verdict.CONFORMS
    wrong = {"tool_calls": [{"name": block["name"], "input": {}}]}
    assert not judge(_TOOL, Seen("message", message=wrong, shape=shape)).verdict.is_fine


def test_what_a_client_asks_to_ignore_does_not_count() -> None:
    """A member that it adds or changes."""
    shown = {**_TEXT.messages[0], "id": "other", "extra": 1}
    shape = Shape("message", ignore=frozenset({"id", "extra"}))
    assert judge(_TEXT, Seen("message", message=shown)).verdict is Verdict.DIFFERS
    assert judge(_TEXT, Seen("message", message=shown, shape=shape)).verdict is Verdict.CONFORMS


def test_integers_may_come_rounded_where_a_client_says_that_its_numbers_are_floating_point() -> None:
    """As JavaScript has them; whoever does not say so is held to every digit, and all to the value."""
    case = BY_ID["m-tools/a big integer"]
    sent = case.messages[0]
    (block,) = sent["content"]
    floating = Shape("message", numbers="float64")
    for number, shape, verdict in (
        (float(block["input"]["n"]), floating, Verdict.CONFORMS),
        (float(block["input"]["n"]), Shape("message"), Verdict.DIFFERS),
        (float(2**75), floating, Verdict.DIFFERS),
    ):
        shown = {**sent, "content": [{**block, "input": {"n": number}}]}
        assert judge(case, Seen("message", message=shown, shape=shape)).verdict is verdict


@pytest.mark.parametrize(
    ("whole", "quarter", "verdict"),
    [
        (4.0, 1.0, Verdict.CONFORMS),
        (4.0, 0.3, Verdict.HANGS),
        (0.4, 0.0, Verdict.CONFORMS),
        (0.6, 0.0, Verdict.HANGS),
    ],
)
def test_time_that_grows_faster_than_the_stream_is_said(
    whole: float, quarter: float, verdict: Verdict
) -> None:
    """Four times the bytes take four times the time; what is too short to be measured says nothing."""
    seen = Seen("message", message=_TEXT.messages[0], seconds=whole, quarter_seconds=quarter)
    assert judge(replace(_TEXT, seconds=5.0), seen).verdict is verdict
