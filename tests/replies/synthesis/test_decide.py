"""The policy: what a request gets, by its last turn, its tools and its options."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies.synthesis import History, synthesized
from tests.support.each import each
from tests.support.shapes import (
    ENDLESS,
    IMPOSSIBLE,
    NEW,
    OLD,
    ORDER,
    PERSON,
    SHAPES,
    TIME,
    WEATHER,
    body,
    called,
)
from tests.support.synthesis import calls, kinds, reply_to

SEARCHED = ["text", "server_tool_use", "web_search_tool_result", "text", "text"]
CONTENT = {
    "text": ["text"],
    "max tokens 0": [],
    "prefill": ["text"],
    "tool": ["text", "tool_use"],
    "tools in parallel": ["text", "tool_use", "tool_use", "tool_use"],
    "tools not in parallel": ["text", "tool_use"],
    "tool any": ["tool_use", "tool_use"],
    "tool chosen": ["tool_use"],
    "tool none": ["text"],
    "tool impossible": ["text"],
    "tool endless": ["text", "tool_use"],
    "tool result": ["text"],
    "tool result any": ["tool_use"],
    "bash": ["text", "tool_use"],
    "thinking": ["thinking", "text"],
    "thinking off": ["text"],
    "thinking with tools": ["thinking", "text", "tool_use"],
    "thinking after result": ["thinking", "text"],
    "thinking between tools": ["thinking", "text"],
    "beta thinking interleaved": ["thinking", "text"],
    "structured": ["text"],
    "document": ["text", "text", "text"],
    "search results": ["text", "text", "text"],
    "web search": SEARCHED,
    "web search chosen": SEARCHED,
    "web fetch": ["text", "server_tool_use", "web_fetch_tool_result", "text"],
    "code execution": ["text", "server_tool_use", "bash_code_execution_tool_result", "text"],
    "pause": ["web_search_tool_result", "text", "text"],
    "tool search": ["text", "server_tool_use", "tool_search_tool_result", "text", "tool_use"],
    "beta mcp": ["text", "mcp_tool_use", "mcp_tool_result", "text"],
    "beta advisor": ["text", "server_tool_use", "advisor_tool_result", "text"],
}
STOPS = {
    "text": "end_turn",
    "tool": "tool_use",
    "tool chosen": "tool_use",
    "tool impossible": "end_turn",
    "tool result": "end_turn",
    "tool cut": "max_tokens",
    "max tokens 0": "max_tokens",
    "max tokens 1": "max_tokens",
    "stop sequence": "stop_sequence",
    "prefill": "max_tokens",
    "pause": "end_turn",
}


@each("name", CONTENT)
def test_the_blocks_of_each_shape(name: str) -> None:
    """The table of the policy, block by block."""
    assert kinds(reply_to(SHAPES[name])) == CONTENT[name]


@pytest.mark.parametrize("name", STOPS)
def test_the_stop_reason_of_each_shape(name: str) -> None:
    """Why a reply ends."""
    assert reply_to(SHAPES[name])["stop_reason"] == STOPS[name]


@each("key", range(6))
@each("tool", [WEATHER, TIME, ORDER])
def test_arguments_satisfy_the_tools_schema(tool: dict[str, Any], key: int) -> None:
    """With format checks on, whatever the seed."""
    message = reply_to(body(tools=[tool]), seed=key)
    schema = tool["input_schema"]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(message["content"][1]["input"])


def test_structured_output_satisfies_its_schema() -> None:
    """The text is JSON of the schema, also under the older name of the option."""
    jsonschema.validate(jsontext.parse(reply_to(SHAPES["structured"])["content"][0]["text"].encode()), PERSON)
    older = body(output_format={"type": "json_schema", "schema": PERSON})
    jsonschema.validate(jsontext.parse(reply_to(older)["content"][0]["text"].encode()), PERSON)


def test_calls_end_when_results_come() -> None:
    """An agent loop: a call, its result, an answer that names both."""
    text = reply_to(SHAPES["tool result"])["content"][0]["text"]
    assert "get_weather" in text
    assert "15 degrees" in text


def test_an_error_result_is_told_as_one() -> None:
    """`is_error` changes what the answer says."""
    request = called(WEATHER)
    request["messages"][2]["content"][0]["is_error"] = True
    assert "get_weather failed" in reply_to(request)["content"][0]["text"]


def test_a_tool_that_nothing_satisfies_is_named_with_its_reason() -> None:
    """In the text, and in the header that hints."""
    reply, _ = synthesized(
        Request("POST", "/v1/messages", "", (), dump(body(tools=[IMPOSSIBLE]))), 0, History(), 0
    )
    text = jsontext.parse(reply.body)["content"][0]["text"]
    assert "impossible" in text
    assert "no number lies within its bounds" in text
    assert reply.header("x-mockapi-hint") == text
    both = reply_to(body(tools=[ENDLESS, WEATHER]))
    assert calls(both) == ["get_weather"]
    assert "endless" in both["content"][0]["text"]


def test_an_output_schema_that_nothing_satisfies_is_told() -> None:
    """The reply says why instead of failing."""
    schema = IMPOSSIBLE["input_schema"]
    message = reply_to(body(output_config={"format": {"type": "json_schema", "schema": schema}}))
    assert "no number lies within its bounds" in message["content"][0]["text"]


def test_thinking_is_shown_or_not() -> None:
    """By `display`; without it by the model. A signature there is in any case."""
    shown = {
        name: bool(reply_to(SHAPES[name])["content"][0]["thinking"])
        for name in (
            "thinking",
            "thinking omitted",
            "thinking by default",
            "thinking newest",
            "thinking budget",
        )
    }
    assert shown == {
        "thinking": True,
        "thinking omitted": False,
        "thinking by default": False,
        "thinking newest": False,
        "thinking budget": True,
    }
    omitted = reply_to(SHAPES["thinking omitted"])
    assert omitted["content"][0]["signature"]
    assert omitted["usage"]["output_tokens_details"]["thinking_tokens"] > 0


@pytest.mark.parametrize("display", ["summarized", "omitted"])
def test_thinking_that_is_cut_costs_all_that_was_allowed(display: str) -> None:
    """The tokens of the thinking count, whether it is shown or not."""
    cut = {**SHAPES["thinking"], "thinking": {"type": "adaptive", "display": display}, "max_tokens": 9}
    message = reply_to(cut)
    assert message["stop_reason"] == "max_tokens"
    assert message["usage"]["output_tokens"] == 9


def test_after_results_a_budget_thinks_only_interleaved() -> None:
    """`enabled` needs the beta to think between calls."""
    plain = {**SHAPES["beta thinking interleaved"], "beta": ""}
    assert kinds(reply_to(plain)) == ["text"]
    thinks, _answers = reply_to(SHAPES["beta thinking interleaved"])["content"]
    assert "tools have answered" in thinks["thinking"]
    assert "tools have answered" not in reply_to(SHAPES["thinking budget"])["content"][0]["thinking"]


def test_a_prefill_is_continued() -> None:
    """The option's letter, the rest of a JSON text: never the prefill again."""
    letter = reply_to(SHAPES["prefill"])
    assert letter["content"][0]["text"] in {"A", "B", "C"}
    assert letter["usage"]["output_tokens"] == 1
    rest = reply_to(SHAPES["prefill json"])["content"][0]["text"]
    assert jsontext.parse(('{"answer":' + rest).encode()) == {"answer": "synthesized"}


@pytest.mark.parametrize(
    "start",
    ['{"', '{"a', '{"a"', '{"a":', '{"a": "b', '{"a": "b",', "[", '[{"a": [1, 2', "```json\n{", '{"x":{'],
)
def test_a_json_prefill_is_completed(start: str) -> None:
    """What stands there and what follows is a JSON text."""
    messages = [{"role": "user", "content": "JSON!"}, {"role": "assistant", "content": start}]
    rest = reply_to({**body(model=OLD), "messages": messages})["content"][0]["text"]
    whole = (start + rest).removeprefix("```json\n")
    assert not isinstance(jsontext.parse(whole.encode()), jsontext.NotJSON), whole


def test_stop_sequences_cut_before_themselves() -> None:
    """The first in the text counts, and is not part of the reply."""
    whole = reply_to(body("Say one STOP two"))["content"][0]["text"]
    cut = reply_to(SHAPES["stop sequence"])
    assert cut["stop_sequence"] == "STOP"
    assert cut["content"][0]["text"].endswith("Say one ")
    assert "STOP" in whole


def test_citations_are_true() -> None:
    """`cited_text` is what stands at the indices of the source."""
    cited = reply_to(SHAPES["document"])["content"][1]["citations"][0]
    source = SHAPES["document"]["messages"][0]["content"][0]["source"]["data"]
    assert source[cited["start_char_index"] : cited["end_char_index"]] == cited["cited_text"]
    assert cited["document_title"] == "Colours"
    found = reply_to(SHAPES["search results"])["content"][1]["citations"][0]
    assert found["cited_text"] == "Ants have six legs."
    assert reply_to(SHAPES["pdf"])["content"][1]["citations"][0]["type"] == "page_location"


def test_citations_name_their_source_by_its_place() -> None:
    """Documents and search results are counted apart, those without citations too."""

    def document(text: str, *, cited: bool) -> dict[str, Any]:
        source = {"type": "text", "media_type": "text/plain", "data": text}
        return {"type": "document", "source": source, "citations": {"enabled": cited}}

    def result(text: str) -> dict[str, Any]:
        content = [{"type": "text", "text": text}]
        about = {"source": "https://example.com", "title": "A page", "citations": {"enabled": True}}
        return {"type": "search_result", "content": content, **about}

    sources = [document("Red.", cited=False), result("One."), document("Green.", cited=True), result("Two.")]
    message = reply_to(body([*sources, {"type": "text", "text": "Which?"}]))
    cited = [item for block in message["content"] for item in block.get("citations") or ()]
    places = {
        item["cited_text"]: item.get("document_index", item.get("search_result_index")) for item in cited
    }
    assert places == {"One.": 0, "Green.": 1, "Two.": 1}


def test_server_tools_count_in_usage() -> None:
    """Searches and fetches."""
    assert reply_to(SHAPES["web search"])["usage"]["server_tool_use"]["web_search_requests"] == 1
    assert reply_to(SHAPES["web fetch"])["usage"]["server_tool_use"]["web_fetch_requests"] == 1
    assert reply_to(SHAPES["code execution"])["container"]["id"].startswith("container_011C")


def test_an_answer_to_a_pause_belongs_to_its_call() -> None:
    """The result has the id of the call that the earlier reply stopped after."""
    call = SHAPES["pause"]["messages"][1]["content"][0]
    assert reply_to(SHAPES["pause"])["content"][0]["tool_use_id"] == call["id"]


def test_other_seeds_other_words() -> None:
    """A seed changes ids and choices."""
    one, other = reply_to(SHAPES["tool"], seed=1), reply_to(SHAPES["tool"], seed=2)
    assert one["id"] != other["id"]
    assert one["content"][1]["id"] != other["content"][1]["id"]


def test_history_changes_the_messages_id_alone() -> None:
    """The same request later in a session: the same content under another id."""
    one, other = reply_to(SHAPES["tool"]), reply_to(SHAPES["tool"], history=History(turn=7))
    assert one["id"] != other["id"]
    assert one["content"] == other["content"]


def test_changed_tools_count() -> None:
    """A system message in the conversation adds a deferred tool, or removes one."""
    turns = [
        {"role": "user", "content": "Hello"},
        {
            "role": "system",
            "content": [
                {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "get_time"}},
                {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "get_weather"}},
            ],
        },
    ]
    request = {**body(model=NEW, tools=[WEATHER, {**TIME, "defer_loading": True}]), "messages": turns}
    assert calls(reply_to(request)) == ["get_time"]


@pytest.mark.parametrize("depth", [200, 400, 1000])
@pytest.mark.parametrize("place", ["input_schema", "other"])
def test_a_deeply_nested_body_gets_a_reply(depth: int, place: str) -> None:
    """Up to the depth that can be read at all."""
    deep = '{"a":' * depth + "1" + "}" * depth
    text = f'{{"model":"claude-opus-4-7","max_tokens":50,"tools":[{{"name":"t","{place}":{deep}}}]}}'
    reply, _ = synthesized(Request("POST", "/v1/messages", "", (), text.encode()), 0, History(), 0)
    assert reply.status == 200


@each(
    "nonsense",
    [
        {},
        {"messages": 5},
        {"messages": [5, {}, {"role": "user"}]},
        {"messages": [{"role": "user", "content": 5}]},
        {"messages": [{"role": "assistant", "content": [{"type": 5}]}]},
        {"model": 5, "max_tokens": "x", "tools": [5, {}]},
        {"tools": [{"name": "x", "input_schema": "y"}]},
        {"thinking": 5, "stop_sequences": 5, "system": [5]},
        {"tools": [{"type": "web_search_1", "allowed_domains": [5]}, {"type": "mcp_toolset", "configs": 5}]},
        {"container": {"skills": [5, {}]}, "tools": [{"type": "code_execution_20250825"}]},
        {"cache_control": 5},
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "document", "source": 5, "citations": {"enabled": True}}],
                }
            ]
        },
        {
            "messages": [
                {"role": "user", "content": [{"type": "image", "source": {"type": "base64", "data": 5}}]}
            ]
        },
    ],
)
def test_with_validation_off_anything_gets_a_reply(nonsense: dict[str, Any]) -> None:
    """Nothing about a body is taken for granted."""
    assert reply_to(nonsense)["type"] == "message"


@pytest.mark.parametrize(
    ("start", "first"), [("Well", " and"), ("Well ", "and"), ("Well\n", "and"), ("a b", " and")]
)
def test_a_sentence_is_continued_behind_one_blank(start: str, first: str) -> None:
    """Whoever joins prefill and reply has words with one blank between."""
    messages = [{"role": "user", "content": "Go on."}, {"role": "assistant", "content": start}]
    message = reply_to({**SHAPES["prefill long"], "messages": messages})
    assert message["content"][0]["text"].startswith(first)
