"""What the API takes although a stricter reader of its documentation would not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.each import each
from tests.support.refused._case import (
    HAIKU,
    LOOKED,
    OPUS,
    PDF,
    SONNET,
    ask,
    assistant,
    call,
    image,
    pdf,
    result,
    system,
    text,
    thought,
    tool,
    user,
)
from tests.support.refused.content import png
from tests.support.validation import DOCUMENTED, LIVE, post

_CODE = {"type": "code_execution_20250825", "name": "code_execution"}
_RUN = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "code_execution", "input": {"code": "look()"}}
_CALLED = call(caller={"type": "code_execution_20250825", "tool_id": "srvtoolu_1"})
_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_SEARCHED = {"type": "server_tool_use", "id": "srvtoolu_2", "name": "web_search", "input": {"query": "a"}}
_ENABLED = {"type": "enabled", "budget_tokens": 1024}
_INTERLEAVED: dict[str, str | None] = {"anthropic-beta": "interleaved-thinking-2025-05-14"}

ACCEPTED: dict[str, tuple[Any, dict[str, str | None]]] = {
    "two users in a row": (ask(user("a"), user("b")), {}),
    "an assistant first": (ask(assistant("a"), user("b")), {}),
    "a prefill on an older model": (ask(user("a"), assistant("The answer is (")), {}),
    "an assistant first, with thinking": (
        ask(assistant(thought(), call()), user(result()), tools=[tool()], thinking=_ENABLED),
        {},
    ),
    "twenty images, one of them large": (
        ask(user(image(png(2001, 10)), *(image() for _ in range(19)))),
        {},
    ),
    "an image as large as can be": (ask(user(image(png(8000, 8000)))), {}),
    "an image among many as large as can be": (
        ask(user(image(png(2000, 2000)), *(image() for _ in range(20)))),
        {},
    ),
    "no tokens": (ask(max_tokens=0, model=SONNET), {}),
    "top_k -1": (ask(top_k=-1), {}),
    "top_k -1 on a new model": (ask(top_k=-1, model=SONNET), {}),
    "top_k -1 with thinking": (ask(top_k=-1, thinking=_ENABLED), {}),
    "top_p and temperature -1 on an old model": (
        ask(model="claude-3-5-sonnet-20241022", temperature=-1, top_p=-1, top_k=-1),
        {},
    ),
    "a forced tool with adaptive thinking": (
        ask(
            model="claude-opus-4-6",
            thinking={"type": "adaptive"},
            tools=[tool()],
            tool_choice={"type": "any"},
        ),
        {},
    ),
    "a call's id that comes again in a later turn": (ask(*LOOKED, *LOOKED[1:], tools=[tool()]), {}),
    "the first version of the API": (ask(temperature=0.5), {"anthropic-version": "2023-01-01"}),
    "no stop sequences": (ask(stop_sequences=[]), {}),
    "null where it means omitted": (
        ask(metadata=None, inference_geo=None, stop_sequences=None, cache_control=None, container=None),
        {},
    ),
    "tool_choice auto without tools": (ask(tool_choice={"type": "auto"}), {}),
    "tool_choice none without tools": (ask(tool_choice={"type": "none"}), {}),
    "no tools, and auto": (ask(tools=[], tool_choice={"type": "auto"}), {}),
    "an empty turn of the assistant": (ask(user("a"), assistant(), user("b"), model=SONNET), {}),
    "an empty text in the middle": (ask(user(text("")), assistant("b"), user("c"), model=SONNET), {}),
    "an empty user in a run that is not": (ask(user("a"), user(""), model=SONNET), {}),
    "an empty system prompt": (ask(system=""), {}),
    "no system blocks": (ask(system=[]), {}),
    "temperature 1 on a new model": (ask(temperature=1.0, model=SONNET), {}),
    "all sampling on an old model": (
        ask(temperature=0.1, top_p=0.5, top_k=5, model="claude-3-opus-20240229"),
        {},
    ),
    "thinking off": (ask(thinking={"type": "disabled"}, model=SONNET), {}),
    "thinking between tools": (ask(thinking={"type": "between_tools"}, model="claude-sonnet-5-5"), {}),
    "a round without its thinking, adaptive": (
        ask(*LOOKED, tools=[tool()], thinking={"type": "adaptive"}, model=OPUS),
        {},
    ),
    "a round with its thinking": (
        ask(user("a"), assistant(thought(), call()), user(result()), tools=[tool()], thinking=_ENABLED),
        {},
    ),
    "a second round without thinking of its own": (
        ask(
            user("a"),
            assistant(thought(), call()),
            user(result()),
            assistant(call("toolu_2")),
            user(result("toolu_2")),
            tools=[tool()],
            thinking=_ENABLED,
        ),
        {},
    ),
    "a budget above max_tokens, interleaved": (
        ask(max_tokens=1000, thinking={"type": "enabled", "budget_tokens": 9000}),
        _INTERLEAVED,
    ),
    "a system message at the end": (ask(user("a"), system("s"), model=SONNET), {}),
    "a system message before the assistant": (
        ask(user("a"), system("s"), assistant("b"), user("c"), model=SONNET),
        {},
    ),
    "the directive-only form": (
        ask(user("a"), {"role": "system", "content": [], "output_config": {"effort": "low"}}, model=OPUS),
        {"anthropic-beta": "mid-conversation-output-config-2026-07-01"},
    ),
    "a message of a system without an effort of its own": (
        ask(user("a"), {"role": "system", "content": [], "output_config": {"effort": None}}, model=SONNET),
        {"anthropic-beta": "mid-conversation-output-config-2026-07-01"},
    ),
    "references to tools alone, and a text behind the result": (
        ask(
            *LOOKED[:2],
            user(result(content=[{"type": "tool_reference", "tool_name": "look"}] * 2), text("Go on")),
            tools=[tool()],
        ),
        {},
    ),
    "a container by its id": (
        ask(container="container_1", tools=[_CODE]),
        {},
    ),
    "a container as an object where it may have skills": (
        ask(
            container={"id": "container_1"},
            tools=[_CODE],
        ),
        {"anthropic-beta": "skills-2025-10-02"},
    ),
    "an advisor as capable as the model": (
        ask(
            tools=[{"type": "advisor_20260301", "name": "advisor", "model": "claude-opus-5"}],
            model="claude-fable-5",
        ),
        {"anthropic-beta": "advisor-tool-2026-03-01"},
    ),
    "a document of text on a model without PDFs": (
        ask(
            user({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}),
            model="claude-3-haiku-20240307",
        ),
        {},
    ),
    "token-efficient tools on the first model that has them": (
        ask(tools=[tool()], model="claude-3-7-sonnet-20250219"),
        {"anthropic-beta": "token-efficient-tools-2025-02-19"},
    ),
    "calls in the history of a request without tools": (ask(*LOOKED), {}),
    "ids of any provenance": (
        ask(user("a"), assistant(call("call_50b82a")), user(result("call_50b82a")), tools=[tool()]),
        {},
    ),
    "text after the results": (
        ask(user("a"), assistant(call()), user(result(), text("and?")), tools=[tool()]),
        {},
    ),
    "a paused turn handed back": (
        ask(user("a"), assistant(text("b"), _SEARCHED), tools=[_SEARCH], model=SONNET),
        {},
    ),
    "code that waits for a tool": (
        ask(
            user("a"),
            assistant(_RUN, _CALLED),
            user(result()),
            tools=[tool(), _CODE],
            model=SONNET,
            container="container_1",
        ),
        {},
    ),
    "images in every place": (
        ask(user(image()), assistant(call()), user(result(content=[image()])), tools=[tool()]),
        {},
    ),
    "a document of the assistant": (ask(user("a"), assistant(pdf(PDF)), user("b")), {}),
    "a tool of 64 characters": (ask(tools=[tool("n" * 64)]), {}),
    "a null type of a tool": (ask(tools=[tool(type=None)]), {}),
    "four breakpoints and automatic caching": (
        ask(
            user(*(text(name, cache_control={"type": "ephemeral"}) for name in "abcd")),
            cache_control={"type": "ephemeral"},
        ),
        {},
    ),
    "an id of a call that comes again in a later turn": (ask(*LOOKED, *LOOKED[1:], tools=[tool()]), {}),
    "a failed tool that says why": (
        ask(user("a"), assistant(call()), user(result(is_error=True)), tools=[tool()]),
        {},
    ),
    "a tool that says nothing": (
        ask(user("a"), assistant(call()), user(result(content="")), tools=[tool()]),
        {},
    ),
    "results in two messages of one turn": (
        ask(user("a"), assistant(call(), call("b")), user(result()), user(result("b")), tools=[tool()]),
        {},
    ),
    "a search that waits while a tool's result comes": (
        ask(user("a"), assistant(_SEARCHED, call()), user(result()), tools=[_SEARCH, tool()]),
        {},
    ),
    "a tool that is deferred, and another that is cached": (
        ask(tools=[tool(cache_control={"type": "ephemeral"}), tool("b", defer_loading=True)]),
        {},
    ),
    "a new web tool that the model alone calls": (
        ask(tools=[{"type": "web_fetch_20260209", "name": "web_fetch", "allowed_callers": ["direct"]}]),
        {},
    ),
    "a new web tool beside new code execution": (
        ask(
            tools=[
                {"type": "web_search_20260209", "name": "web_search"},
                {"type": "code_execution_20260120", "name": "code_execution"},
            ],
            model=SONNET,
        ),
        {},
    ),
    "a new web tool of the model alone beside old code execution": (
        ask(
            tools=[
                {"type": "web_search_20260209", "name": "web_search", "allowed_callers": ["direct"]},
                {"type": "code_execution_20250825", "name": "code_execution"},
            ],
            model=SONNET,
        ),
        {},
    ),
    "a schema that refers to itself, in a tool that the model alone calls": (
        ask(tools=[tool(schema={"type": "object", "properties": {"next": {"$ref": "#"}}})]),
        {},
    ),
    "an hour before five minutes": (
        ask(
            user(text("b", cache_control={"type": "ephemeral"})),
            system=[text("a", cache_control={"type": "ephemeral", "ttl": "1h"})],
        ),
        {},
    ),
    "a container with code execution": (ask(container="container_1", tools=[_CODE]), {}),
    "duplicate keys, of which the last counts": (
        b'{"model":"x","model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":"a"}]}',
        {},
    ),
    "effort of every level": (ask(output_config={"effort": "max"}, model=OPUS), {}),
    "a key as bearer, in the newer version": (
        ask(),
        {"x-api-key": None, "authorization": "Bearer sk-ant-test-key", "anthropic-version": "2026-10-21"},
    ),
    "x-api-key wins over a bearer token": (ask(), {"authorization": "Bearer nonsense"}),
    "an OAuth token with its beta": (
        ask(),
        {
            "x-api-key": None,
            "authorization": "Bearer sk-ant-oat01-test",
            "anthropic-beta": "oauth-2025-04-20",
        },
    ),
    "an old beta": (ask(), {"anthropic-beta": "prompt-caching-2024-07-31"}),
    "an empty beta header": (ask(), {"anthropic-beta": ""}),
    "access from a browser": (ask(), {"anthropic-dangerous-direct-browser-access": "true"}),
    "a retired model": (ask(model="claude-2.1", max_tokens=100), {}),
}


@each("name", ACCEPTED)
def test_accepted(name: str) -> None:
    """A request that the API was seen to take is taken under both profiles."""
    body, headers = ACCEPTED[name]
    for validator in (LIVE, DOCUMENTED):
        assert validator.check(post(body, headers)) is None


def test_tools_that_are_counted() -> None:
    """Tokens are counted for tools that the client runs."""
    tools = [tool(), {"type": "memory_20250818", "name": "memory"}]
    body = ask(tools=tools, max_tokens=...)
    assert LIVE.check(post(body, endpoint="/v1/messages/count_tokens")) is None


def test_long_tool_name() -> None:
    """A tool's name of 128 characters is taken live, and refused by the documentation with a hint."""
    request = post(ask(tools=[tool("n" * 128)], model=HAIKU))
    assert LIVE.check(request) is None
    refusal = DOCUMENTED.check(request)
    assert refusal is not None
    assert refusal.message == "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
    assert refusal.hint == "Only the documentation refuses this, the API takes it: see --rules live."


def test_longer_tool_name() -> None:
    """A tool's name of 129 characters is refused by both, with no hint that they differ."""
    request = post(ask(tools=[tool("n" * 129)]))
    live, documented = LIVE.check(request), DOCUMENTED.check(request)
    assert live is not None
    assert live.message == "tools.0.custom.name: String should have at most 128 characters"
    assert documented is not None
    assert documented.hint is None


_DIALECT = {"$schema": "https://example.com/a-dialect-of-ours", "type": "object"}


@pytest.mark.parametrize(
    ("schema", "rules"), [(_DIALECT, []), ({**_DIALECT, "properties": 7}, ["tools.schema_invalid"])]
)
def test_a_dialect_that_nobody_knows_is_read_as_the_usual_one(schema: Any, rules: list[str]) -> None:
    """An unknown `$schema` is no fault of its own, and hides none."""
    refusals = LIVE.check_all(post(ask(tools=[tool("f", input_schema=schema)])))
    assert [refusal.rule for refusal in refusals] == rules
