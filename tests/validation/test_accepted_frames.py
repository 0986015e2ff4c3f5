"""The short way to a yes: what is accepted for its frame is what all rules accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockapi.exchange import Request
from mockapi.fuzzing.requests import bodies, mutations
from mockapi.messages import dump
from mockapi.messages.catalogue import shipped
from mockapi.validation import ValidationSettings, Validator, all_rules
from mockapi.validation._accepted import REMEMBERED, AcceptedFrames
from tests.support.examples import examples
from tests.support.refused import CASES

if TYPE_CHECKING:
    from mockapi.exchange import Headers

_KEY = (b"x-api-key", b"sk-ant-test-1")
_HEADERS: Headers = (_KEY, (b"anthropic-version", b"2023-06-01"))
_TALKS = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4).map(
    lambda texts: [
        {"role": "assistant" if place % 2 else "user", "content": text} for place, text in enumerate(texts)
    ]
)


def _request(body: Any, headers: Headers = _HEADERS) -> Request:
    return Request("POST", "/v1/messages", "", headers, body if isinstance(body, bytes) else dump(body))


def _agree(used: Validator, body: Any, headers: Headers = _HEADERS) -> None:
    """A validator that has seen many requests says what one says that has seen none."""
    judged = used.check(_request(body, headers))
    assert judged == Validator(ValidationSettings()).check(_request(body, headers))


def _hello(text: str = "Hello", **more: Any) -> dict[str, Any]:
    return {
        "model": "claude-opus-4-7",
        "max_tokens": 16,
        "messages": [{"role": "user", "content": text}],
        **more,
    }


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_words_change_no_verdict(data: st.DataObject) -> None:
    """Whatever else a request has, other words or a broken place are judged as if nothing had come before."""
    used = Validator(ValidationSettings())
    body = data.draw(bodies())
    for words in data.draw(st.lists(_TALKS, min_size=2, max_size=4)):
        _agree(used, {**body, "messages": words})
    _agree(used, data.draw(mutations({**body, "messages": data.draw(_TALKS)})).body)


@pytest.mark.slow
def test_cases_are_refused_after_their_neighbours() -> None:
    """Every refused body is refused, too, where its frame was seen with a plain conversation before."""
    for case in CASES:
        if case.endpoint == "/v1/messages" and isinstance(case.body, dict):
            used = Validator(ValidationSettings())
            used.check(_request({**case.body, "messages": _hello()["messages"]}))
            _agree(used, case.body)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        "Hello",
        [{"role": "user", "content": ""}],
        [{"role": "user", "content": " \n"}],
        [{"role": "user", "content": []}],
        [{"role": "user"}],
        [{"role": "assistant", "content": "Hello"}],
        [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}],
        [{"role": "user", "content": "Hello", "extra": 1}],
        [{"role": ["user"], "content": "Hello"}],
        [{"role": "user", "content": {"text": "Hello"}}],
    ],
)
def test_other_conversations_are_looked_at(messages: Any) -> None:
    """What is no plain conversation is judged by all rules, also behind one that was accepted."""
    used = Validator(ValidationSettings())
    assert used.check(_request(_hello())) is None
    _agree(used, _hello(messages=messages))


def test_other_headers_are_looked_at() -> None:
    """A key, a version and betas belong to what was accepted."""
    used = Validator(ValidationSettings())
    assert used.check(_request(_hello())) is None
    for headers in ((), (_KEY,), (*_HEADERS, (b"anthropic-beta", b"nonsense"))):
        _agree(used, _hello(), headers)


def test_frames_are_forgotten_when_there_are_too_many() -> None:
    """The memory is bounded, whatever comes, and has the frame that came last."""
    frames = AcceptedFrames()
    added = [((), b"%d" % number) for number in range(3 * REMEMBERED)]
    for frame in added:
        frames.add(frame, 100)
        assert frames.has(frame, 99)
        assert not frames.has(frame, 100)
    assert sum(frames.has(frame, 99) for frame in added) <= REMEMBERED


def test_too_many_words_are_counted() -> None:
    """A prompt that is too long for a small model is refused, also behind a short one."""
    small = next(model for model in shipped().models if model.id == "claude-opus-4-7")
    fields = {name: getattr(small, name) for name in small.__dataclass_fields__}
    model = type(small)(**{**fields, "id": "small", "aliases": (), "context": 100})
    used = Validator(ValidationSettings(models=(model,)))
    assert used.check(_request(_hello(model="small"))) is None
    refusal = used.check(_request(_hello("a " * 200, model="small")))
    assert refusal is not None
    assert refusal.rule == "prompt.too_long"


@pytest.mark.parametrize("model", [{}, {"model": ["claude-opus-4-7"]}, {"model": None}])
def test_a_model_may_be_missing_where_no_shape_is_asked_for(model: dict[str, Any]) -> None:
    """With the rules of shape switched off, plain talk with any model or none is accepted each time."""
    shapeless = frozenset(rule.id for rule in all_rules() if rule.id.startswith("shape."))
    used = Validator(ValidationSettings(disabled=shapeless))
    body = {"max_tokens": 16, "messages": _hello()["messages"], **model}
    assert [used.check(_request(body)) for _ in range(2)] == [None, None]
