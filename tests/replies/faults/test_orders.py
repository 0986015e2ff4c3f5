"""Orders: what can be said, what is refused and how, and which requests meet a fault."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockapi.errors import UsageError
from mockapi.exchange import Request
from mockapi.replies import faults
from mockapi.replies.faults._guesses import GUESSED
from mockapi.replies.faults._table import TABLE
from tests.support.each import each
from tests.support.faulty import FRAMES, json_reply, stream


def ask(body: Any = None, *headers: tuple[bytes, bytes], path: str = "/v1/messages") -> Request:
    """A request."""
    return Request("POST", path, headers=headers, body=json.dumps(body or {}).encode())


def met(order: Any, requests: list[Request]) -> list[bool]:
    """Which of the requests meet the fault."""
    orders = faults.parse_faults(order)
    counts = faults.start(orders)
    found = []
    for request in requests:
        due, counts = faults.due(orders, counts, request)
        found.append(bool(due))
    return found


def test_a_fault_is_met_after_and_times() -> None:
    """First some pass, then some meet it, then none."""
    assert met({"fault": "529", "after": 1, "times": 2}, [ask()] * 5) == [False, True, True, False, False]
    assert met("529", [ask()] * 3) == [True] * 3


def test_a_probability_is_drawn_from_its_seed() -> None:
    """The same requests fail each time, others with another seed, about as many as asked for."""
    some = met({"fault": "529", "probability": 0.3, "seed": 1}, [ask()] * 1000)
    assert some == met({"fault": "529", "probability": 0.3, "seed": 1}, [ask()] * 1000)
    assert some != met({"fault": "529", "probability": 0.3, "seed": 2}, [ask()] * 1000)
    assert 250 < sum(some) < 350
    assert sum(met({"fault": "529", "probability": 0.3, "times": 5}, [ask()] * 1000)) == 5


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ({"path": "/v1/messages"}, ask(), ask(path="/v1/models")),
        ({"method": "POST"}, ask(), Request("GET", "/v1/models")),
        ({"stream": True}, ask({"stream": True}), ask({"stream": False})),
        ({"stream": False}, ask(), ask({"stream": True})),
        ({"model": "claude-x"}, ask({"model": "claude-x"}), ask({"model": "claude-y"})),
        ({"contains": "hello"}, ask({"a": "say hello"}), ask({"a": "bye"})),
        ({"attempt": 0}, ask(), ask(None, (b"x-stainless-retry-count", b"1"))),
    ],
)
def test_conditions_choose_requests(when: dict[str, Any], yes: Request, no: Request) -> None:
    """Others neither meet the fault nor count."""
    assert met({"fault": "529", "when": when, "times": 1}, [no, yes, yes]) == [False, True, False]


def test_a_list_of_errors_is_a_sequence() -> None:
    """A reply can be replaced only once, so the second error waits for the second request."""
    orders = faults.parse_faults([{"fault": "429", "times": 1}, {"fault": "529", "times": 1}, "delay"])
    counts = faults.start(orders)
    names = []
    for _ in range(3):
        due, counts = faults.due(orders, counts, ask())
        names.append([order.name for order in due])
    assert names == [["429", "delay"], ["529", "delay"], ["delay"]]


def test_several_faults_are_done_in_their_order() -> None:
    """And the reply says which."""
    reply = faults.apply(stream(), faults.parse_faults([{"fault": "cut", "event": 1}, "newlines"]))
    assert reply.body == b"".join(FRAMES[:2]).replace(b"\n", b"\r\n")
    assert reply.header("x-mockapi-fault") == "cut, newlines"


def test_a_misfit_changes_nothing_and_is_told() -> None:
    """The other faults are done all the same."""
    reply = faults.apply(json_reply(), faults.parse_faults(["drop_event", "empty_body"]))
    assert reply.body == b""
    assert reply.header("x-mockapi-fault") == "empty_body"
    assert (reply.header("x-mockapi-fault-skipped") or "").startswith("drop_event: drop_event needs an event")


@each(
    ("value", "words"),
    [
        (3, "`faults` must be a list of at most 100 faults; got 3"),
        (["cutt"], r"`faults\[0\]` names an unknown fault 'cutt'. Did you mean `cut`\?"),
        ([{}], r"`faults\[0\]` must be \{\"fault\": NAME"),
        ([{"fault": "cut", "evnt": 1}], r"`faults\[0\].evnt` is unknown. Did you mean `event`\?"),
        ([{"fault": "cut", "tmes": 1}], r"`faults\[0\].tmes` is unknown. Did you mean `times`\?"),
        ([{"fault": "cut", "event": "x"}], r"`faults\[0\].event` must be a whole number; got 'x'"),
        ([{"fault": "delay", "seconds": -1}], r"seconds` must be a number from 0 to 3,600"),
        ([{"fault": "delay", "seconds": float("nan")}], r"seconds` must be a number"),
        ([{"fault": "200"}], r"status` must be a whole number from 400 to 599; got 200"),
        ([{"fault": "content_type"}], r"`faults\[0\]` needs `value`, one line of ASCII text"),
        (
            [{"fault": "cut", "ending": "boom"}],
            r"ending` must be one of clean, reset, stall, cut, half",
        ),
        ([{"fault": "cut", "times": 0}], r"times` must be a whole number from 1 to 10,000"),
        ([{"fault": "cut", "after": -1}], r"after` must be a whole number from 0; got -1"),
        ([{"fault": "cut", "probability": 2}], r"probability` must be a number from 0 to 1"),
        ([{"fault": "cut", "when": {"modle": "x"}}], r"when.modle` is unknown. Did you mean `model`"),
        ([{"fault": "cut", "when": {"stream": 1}}], r"when.stream` must be true or false; got 1"),
        ([{"fault": "cut", "when": []}], r"when` must be an object"),
        (
            [{"fault": "error", "headers": {"a": "b\r\nc"}}],
            r"headers` must be an object of header fields",
        ),
        (
            [{"fault": "error", "headers": {"a b": "c"}}],
            r"headers` must be an object of header fields",
        ),
        ([{"fault": "error", "headers": {"": "c"}}], r"headers` must be an object of header fields"),
        (["cut"] * 101, "at most 100"),
    ],
)
def test_what_cannot_be_ordered_is_refused_with_its_place(value: Any, words: str) -> None:
    """The message says where, what came and what would do."""
    with pytest.raises(UsageError, match=words):
        faults.parse_faults(value)


def test_the_command_line_spells_orders_shorter() -> None:
    """Numbers and booleans are read as such, the rest is text."""
    order = faults.parse_fault_text("cut:event=3,ending=reset,times=2,when.stream=true,when.model=claude-x")
    assert (order.name, order.times, order.when) == ("cut", 2, {"stream": True, "model": "claude-x"})
    assert faults.parse_fault_text("529").replaces
    with pytest.raises(UsageError, match="written KEY=VALUE; got 'event'"):
        faults.parse_fault_text("cut:event")


@pytest.mark.parametrize(
    "text",
    [
        'error:status=529,message=Wait, please,when.contains=a,b,headers={"a-b": "c, d"},times=2,',
        """{"fault": "error", "status": 529, "message": "Wait, please", "headers": {"a-b": "c, d"},
            "when": {"contains": "a,b"}, "times": 2}""",
    ],
)
def test_values_may_have_commas(text: str) -> None:
    """Only a comma before another KEY= divides; a whole JSON object does as well."""
    order = faults.parse_fault_text(text)
    assert (order.name, order.times, order.when) == ("error", 2, {"contains": "a,b"})
    broken = order.fault(faults.blank("req_1", 0))
    assert b'"Wait, please"' in broken.body
    assert broken.header("a-b") == "c, d"


@pytest.mark.parametrize("text", ['{"fault"', "[]:a=1", "cut:at", ""])
def test_what_is_no_order_is_said(text: str) -> None:
    """Of a command line, too."""
    with pytest.raises(UsageError, match="--fault"):
        faults.parse_fault_text(text)


def test_every_fault_can_be_ordered_by_name() -> None:
    """The table makes each of them, with an example of every option that is needed."""
    needed = {"value": "text/plain"}
    for name, entry in faults.TABLE.items():
        made = faults.make_fault(name, {key: needed[key] for key in entry.needed})
        assert callable(made)
        assert entry.summary.endswith((".", "default."))


def test_a_fault_can_be_ordered_by_its_old_name() -> None:
    """It does the same, keeps the name that was ordered, and a warning says once what it is called now."""
    with pytest.warns(FutureWarning) as told:
        (old,) = faults.parse_faults([{"fault": "late", "seconds": 2}])
    assert [str(warning.message) for warning in told] == [
        "faults[0]: the fault late is called delay now; the old name will go."
    ]
    (new,) = faults.parse_faults([{"fault": "delay", "seconds": 2}])
    assert old.name == "late"
    assert old.fault(stream()) == new.fault(stream())


def test_silent_faults_break_what_they_say() -> None:
    """Each one fits the reply that it needs and changes it."""
    for silent in faults.SILENT_FAULTS:
        whole = json_reply() if silent.needs == "json" else stream()
        broken = faults.apply(whole, [silent.ordered])
        assert broken.header("x-mockapi-fault") == silent.order["fault"], silent
        assert broken.body != whole.body or broken.ending is not whole.ending
        assert broken.status == 200


def test_a_chaos_report_counts_and_explains() -> None:
    """What was swallowed says what goes wrong, what was noticed says how."""
    first, second, third = faults.SILENT_FAULTS[:3]
    report = faults.ChaosReport(
        [
            faults.ChaosFinding(first, "noticed", "ValueError: cut"),
            faults.ChaosFinding(second, "swallowed"),
            faults.ChaosFinding(third, "skipped", "no request came"),
        ]
    )
    assert [finding.fault for finding in report.swallowed] == [second]
    lines = str(report).splitlines()
    assert lines[0] == "1 noticed, 1 swallowed, 1 skipped"
    assert "ValueError: cut" in lines[1]
    assert second.why in lines[2]


@pytest.mark.parametrize(
    ("guess", "names"),
    [
        ("error_event", "stream_error"),
        ("overloaded", "529"),
        ("timeout", "delay` or `stall"),
        ("disconnect", "close` or `reset"),
        ("Rate-Limit", "429"),
    ],
)
def test_names_that_people_guess_lead_to_the_right_ones(guess: str, names: str) -> None:
    """By what they mean, and not by how they are spelt."""
    with pytest.raises(UsageError, match=f"(?i)did you mean `?{names}`?[?]"):
        faults.parse_faults([guess])


def test_every_guess_leads_to_a_fault_that_exists() -> None:
    """And no name of a fault is taken for a guess of another."""
    assert not set(GUESSED) & set(TABLE)
    for names in GUESSED.values():
        assert faults.parse_faults([{"fault": name} for name in names])


def test_the_table_says_which_faults_are_of_events() -> None:
    """Those of the module about events; orders know it, and one of Python code is of what is sent."""
    of_events = {name for name, spec in TABLE.items() if spec.make.__module__.endswith("._events")}
    assert {name for name, spec in TABLE.items() if spec.on_events} == of_events
    assert faults.parse_faults(["no_usage"])[0].on_events
    assert not faults.OrderedFault("mine", lambda reply: reply).on_events


def test_what_was_done_before_stays_told() -> None:
    """Faults may be done in two goes; the header names all of them, once."""
    first, second = faults.parse_faults(["bom", {"fault": "cut", "byte": 9}])
    reply = faults.apply(faults.apply(stream(), [first]), [second])
    assert [value for name, value in reply.headers if name == b"x-mockapi-fault"] == [b"bom, cut"]
