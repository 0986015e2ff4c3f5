"""The shortest way to an answer: the very reply that the general way makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies.synthesis import History, _plain_answer, _synthesize, decide, synthesized
from tests.support.examples import examples
from tests.support.shapes import OLD, SHAPES, TIME, WEATHER

if TYPE_CHECKING:
    from mockapi.exchange import Reply

_TEXTS = st.text(max_size=20) | st.sampled_from(["a “quoted” word.", " ", "x" * 300, "two\nlines. 12345"])
_VALUES = st.none() | st.booleans() | st.integers(-2, 60) | st.text(max_size=4) | st.just([{"a": 1}])
_TYPES = ("object", "string", "integer", "number", "boolean", "null", "array")
_SCHEMAS = st.fixed_dictionaries(
    {"type": st.sampled_from(_TYPES[:1] * 3 + _TYPES[1:])},
    optional={
        "properties": st.dictionaries(
            st.sampled_from(["location", "query", "count", "ü", 'a "b"']),
            st.sampled_from(
                [
                    *({"type": kind} for kind in _TYPES[1:6]),
                    {"type": "integer", "minimum": 3, "maximum": 2},
                    {"type": "array", "items": {"type": "string"}},
                    {"enum": ["one", "“two”", 3]},
                    {"type": "string", "pattern": "^x+$"},
                    {"type": "string", "format": "date"},
                    {"type": "string", "minLength": "none"},
                ]
            ),
            max_size=3,
        ),
        "required": st.sampled_from([["location"], ["query", "count"], []]),
        "additionalProperties": st.booleans(),
    },
)
_TOOLS = st.fixed_dictionaries(
    {"name": st.sampled_from(["get_weather", "run", "ü“", 7]), "input_schema": _SCHEMAS},
    optional={
        "description": st.text(max_size=9),
        "type": st.sampled_from(["custom", "custom", None, "bash_20250124", "web_search_20250305"]),
        "cache_control": st.just({"type": "ephemeral"}),
        "defer_loading": st.booleans(),
        "allowed_callers": st.sampled_from([["direct"], ["code_execution_20250825"]]),
    },
)
_CHOICES = st.fixed_dictionaries(
    {"type": st.sampled_from(["auto", "any", "tool", "none"])},
    optional={
        "name": st.sampled_from(["get_weather", "run"]),
        "disable_parallel_tool_use": st.booleans(),
    },
)
_THINKING = st.fixed_dictionaries(
    {"type": st.sampled_from(["enabled", "adaptive", "between_tools", "disabled"])},
    optional={"display": st.sampled_from(["omitted", "summarized"]), "budget_tokens": st.just(1024)},
)
_TALKS = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": _TEXTS}), max_size=3
)
_QUESTIONS = st.fixed_dictionaries(
    {
        "model": st.sampled_from([OLD, "claude-opus-4-7", "unknown", ""]),
        "messages": _TALKS | _TALKS.map(lambda talk: [*talk, {"role": "user", "content": "Is it 7?"}]),
    },
    optional={
        "max_tokens": _VALUES | st.just(1024) | st.just(1024),
        "system": _TEXTS | st.just("Be brief.") | st.none(),
        "stream": _VALUES,
        "temperature": _VALUES,
        "metadata": _VALUES
        | st.just({"cache_control": {"type": "ephemeral"}, "citations": {"enabled": True}}),
        "tools": _VALUES | st.lists(_TOOLS, max_size=4),
        "tool_choice": _VALUES | _CHOICES,
        "thinking": _VALUES | _THINKING,
    },
)


def _reply(body: dict[str, Any], *, beta: str = "", at_once: bool = True) -> tuple[Reply, History]:
    header = ((b"anthropic-beta", beta.encode()),) if beta else ()
    request = Request("POST", "/v1/messages", "", header, dump(body))
    return synthesized(request, 5, History(turn=3), 0.0, at_once=at_once)


def _check(body: dict[str, Any], **options: Any) -> None:
    short = _reply(body, **options)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_synthesize, "is_plain_question", lambda _: False)
        long = _reply(body, **options)
    assert short == long
    assert short[0].usage == long[0].usage


@settings(max_examples=examples(200), deadline=None)
@given(_QUESTIONS, st.booleans())
def test_it_is_the_reply_of_the_general_way(body: dict[str, Any], at_once: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever the texts, and whatever else came with them."""
    _check(body, at_once=at_once)


def test_every_shape_is_answered_alike() -> None:
    """Those with tools, blocks, betas and all the rest, too."""
    for body in SHAPES.values():
        asked = {key: value for key, value in body.items() if key != "beta"}
        for stream in (False, True):
            _check({**asked, "stream": stream}, beta=str(body.get("beta", "")))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("changed", "is_short"),
    [
        ({}, True),
        ({"tools": [WEATHER, {**WEATHER, "name": "again"}]}, True),
        ({"tools": [WEATHER], "tool_choice": {"type": "any"}}, True),
        ({"tools": [WEATHER], "tool_choice": {"type": "none"}}, True),
        ({"thinking": {"type": "adaptive"}}, True),
        ({"tools": [WEATHER], "thinking": {"type": "adaptive", "display": "summarized"}}, True),
        ({"tools": [TIME]}, False),
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, False),
        ({"tools": [{**WEATHER, "cache_control": {"type": "ephemeral"}}]}, False),
        ({"max_tokens": 2}, False),
    ],
)
def test_what_is_answered_on_the_short_way(
    changed: dict[str, Any],
    is_short: bool,  # noqa: FBT001 - by name
    stream: bool,  # noqa: FBT001 - by name
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Plain tools and thinking, and words that differ; the answer is the general way's, whichever it is."""
    asked = {"model": OLD, "max_tokens": 1024, "stream": stream, **changed}
    for words in ("Hello", "Hello again, “you”."):
        _check({**asked, "messages": [{"role": "user", "content": words}]})
    decided = []

    def noted(*arguments: Any) -> Any:
        decided.append(arguments)
        return decide(*arguments)

    monkeypatch.setattr(_synthesize, "decide", noted)
    _reply({**asked, "messages": [{"role": "user", "content": "More"}]})
    assert not decided if is_short else decided


@pytest.mark.parametrize(
    ("changed", "is_plain"),
    [
        ({}, True),
        ({"system": "Be brief."}, True),
        ({"system": [{"type": "text", "text": "Be brief."}]}, False),
        ({"tools": [], "thinking": {}, "tool_choice": None}, True),
        ({"stop_sequences": []}, False),
        ({"messages": [{"role": "assistant", "content": "Go on"}]}, False),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]}, False),
        ({"messages": [{"role": "user", "content": " "}]}, False),
        ({"messages": []}, False),
    ],
)
def test_what_is_a_plain_question(changed: dict[str, Any], is_plain: bool) -> None:  # noqa: FBT001 - by name
    """Texts alone, the user's last."""
    asked = {"model": OLD, "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
    assert _plain_answer.is_plain_question({**asked, **changed}) is is_plain
