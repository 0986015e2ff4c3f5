"""Of several faults the API names one: which."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.support.each import each
from tests.support.refused._case import SONNET, ask, assistant, call, image, result, system, text, tool, user
from tests.support.validation import LIVE, post

_WALK: list[tuple[str, Any]] = [
    ("model: Input should be a valid string", {"model": 7}),
    ("tool_choice: Input should be an object", {"tool_choice": 7}),
    ("tools: Input should be a valid array", {"tools": "x"}),
    ("messages: Input should be a valid array", {"messages": "x"}),
    ("system: Input should be a valid array", {"system": 7}),
    ("thinking: Input should be an object", {"thinking": "x"}),
    ("output_config: Input does not match the expected shape.", {"output_config": "x"}),
    ("cache_control: Input should be an object", {"cache_control": "x"}),
    ("max_tokens: Input should be a valid integer", {"max_tokens": "x"}),
    ("metadata: Input does not match the expected shape.", {"metadata": "x"}),
    ("stop_sequences: Input should be a valid array", {"stop_sequences": "x"}),
    ("temperature: range: 0..1", {"temperature": 3}),
    ("service_tier: Input should be 'auto' or 'standard_only'", {"service_tier": 7}),
    ("top_k: Input should be a valid integer", {"top_k": "x"}),
    ("top_p: Input should be a valid number", {"top_p": "x"}),
    ("stream: Input should be a valid boolean", {"stream": "x"}),
    ("container.ContainerParams: Input does not match the expected shape.", {"container": 7}),
    ("inference_geo: Input should be a valid string", {"inference_geo": 7}),
    ("zzz: Extra inputs are not permitted", {"zzz": 7}),
]


def _named(body: Any) -> str:
    refusal = LIVE.check(post(body))
    assert refusal is not None
    return refusal.message


@each(("first", "second"), list(itertools.pairwise(_WALK)))
def test_fields(first: tuple[str, Any], second: tuple[str, Any]) -> None:
    """Fields are checked in the API's order, whatever their order in the body; unknown ones come last."""
    base = ask(model=SONNET)
    assert _named({**second[1], **base, **second[1], **first[1]}) == first[0]


@pytest.mark.parametrize("name", ["model", "max_tokens"])
def test_missing_before_unknown(name: str) -> None:
    """A missing field is named before an unknown one."""
    body = {key: value for key, value in ask(zzz=1).items() if key != name}
    assert _named(body) == f"{name}: Field required"


def test_two_unknown_fields() -> None:
    """Of two unknown fields the first in the body is named, be it null."""
    assert _named({"b": None, **ask(), "a": 1}) == "b: Extra inputs are not permitted"


ORDER: dict[str, tuple[Any, str]] = {
    "a fault in a message before an unknown field": (
        ask({**user("a"), "bogus": 1}, zzz=1),
        "messages.0.bogus: Extra inputs are not permitted",
    ),
    "an unknown field before an empty turn": (ask(user(), zzz=1), "zzz: Extra inputs are not permitted"),
    "a field's fault before an empty turn": (
        ask(user(), temperature="x"),
        "temperature: Input should be a valid number",
    ),
    "an empty turn before the container": (
        ask(user(), container="c", model=SONNET),
        "messages.0: user messages must have non-empty content",
    ),
    "an unknown field before the container": (
        ask(container="c", zzz=1),
        "zzz: Extra inputs are not permitted",
    ),
    "a bad role before an empty system message": (
        ask(user("a"), system(), {"role": "bogus", "content": "x"}, model=SONNET),
        'messages: Unexpected role "bogus". Allowed roles are "user" or "assistant"',
    ),
    "block types before the position of a system message": (
        ask(user("a"), system(image()), user("b"), model=SONNET),
        "messages.1: role 'system' supports text, tool_addition, and tool_removal blocks only",
    ),
    "emptiness before the position of a system message": (
        ask(user("a"), system(), user("b"), model=SONNET),
        "messages.1: system content must contain at least one block",
    ),
    "the position of a system message before its whitespace": (
        ask(user("a"), system(" "), user("b"), model=SONNET),
        (
            "messages.1: role 'system' must precede an 'assistant' message or end the array; the "
            "directive-only form (content: [] with output_config) is accepted at any position"
        ),
    ),
    "a range before a refusal of the model": (
        ask(temperature=-0.1, model=SONNET),
        "temperature: range: 0..1",
    ),
    "a missing budget before a refusal of the model": (
        ask(thinking={"type": "enabled"}, model=SONNET),
        "thinking.enabled.budget_tokens: Field required",
    ),
    "a type before a refusal of the model": (
        ask(temperature=None, model=SONNET),
        "temperature: Input should be a valid number",
    ),
    "a missing tool before a model that cannot be forced": (
        ask(tool_choice={"type": "tool", "name": "x"}, model="claude-opus-5-5"),
        "Tool 'x' not found in provided tools",
    ),
    "a cache mark on empty text before the text": (
        ask(user(text("", cache_control={"type": "ephemeral"}))),
        "messages.0.content.0.text: cache_control cannot be set for empty text blocks",
    ),
    "optional parameters before unions": (
        ask(
            tools=[
                tool(
                    schema={
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {f"p{n}": {"type": ["string", "null"]} for n in range(30)},
                    },
                    strict=True,
                )
            ]
        ),
        (
            "Schemas contains too many optional parameters (30), which would make grammar compilation "
            "inefficient. Reduce the number of optional parameters in your tool schemas (limit: 24)."
        ),
    ),
    "the place of a block before the pairing of calls": (
        ask(user("a"), assistant(call(), result()), user("b"), tools=[tool()]),
        "messages.1: `tool_result` blocks can only be in `user` messages",
    ),
    "the place of a block before a refusal of the model": (
        ask(user("a"), assistant(text("b"), result()), model=SONNET),
        "messages.1: `tool_result` blocks can only be in `user` messages",
    ),
    "the earlier turn first": (
        ask(user("a"), assistant(call("a")), user("b"), assistant(call("b")), user("c"), tools=[tool()]),
        (
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a. Each "
            "`tool_use` block must have a corresponding `tool_result` block in the next message."
        ),
    ),
}


@each("name", ORDER)
def test_order(name: str) -> None:
    """Of two faults the one that the API was seen to name is named."""
    body, message = ORDER[name]
    assert _named(body) == message


@pytest.mark.parametrize(
    ("headers", "method", "rule"),
    [
        ({"x-api-key": None, "anthropic-version": None}, "GET", "http.method"),
        ({"x-api-key": None, "anthropic-version": None}, "POST", "auth.missing"),
        ({"anthropic-version": None, "anthropic-beta": "bogus"}, "POST", "version.missing"),
        ({"anthropic-beta": "bogus"}, "POST", "beta.unknown"),
        ({}, "POST", "json.invalid"),
    ],
)
def test_edge(headers: dict[str, str | None], method: str, rule: str) -> None:
    """Method, credentials, version, betas and JSON are checked in this order, before the body."""
    refusal = LIVE.check(post(b"{", headers, method=method))
    assert refusal is not None
    assert refusal.rule == rule


@pytest.mark.parametrize("value", [-1.5, "", [], {}])
def test_a_value_of_another_type_has_that_fault_alone(value: Any) -> None:
    """What else a schema asks of the right type is not said of a wrong one."""
    refusals = LIVE.check_all(post(ask(max_tokens=value)))
    assert [refusal.rule for refusal in refusals] == ["shape.type"]
