"""A chat request becomes the Messages request that the endpoint's documentation says it stands for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies.surfaces._openai import OPENAI
from mockapi.replies.surfaces._openai_request import ignored, messages_body
from mockapi.validation import ValidationSettings, first_refusal
from tests.support.chats import BEARER, LOOK, PNG, calling, chat, chats
from tests.support.each import each
from tests.support.examples import examples

_RULES = ValidationSettings(rules="live")
_SEEN = {"role": "tool", "tool_call_id": "call_1", "content": "a tree"}
_USE = {"type": "tool_use", "id": "call_1", "name": "look", "input": {"place": "here"}}
_RESULT = {"type": "tool_result", "tool_use_id": "call_1", "content": "a tree"}
_SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}


def _messages(*messages: Any) -> Any:
    return messages_body(chat(*messages))["messages"]


def test_system_and_developer_messages_are_hoisted() -> None:
    """Wherever they stand, they become the one system prompt, a line break between them."""
    body = messages_body(
        chat(
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        )
    )
    assert body["system"] == "Be brief.\nBe kind."
    assert body["messages"] == [{"role": "user", "content": "Hi"}]
    assert "system" not in messages_body(chat())


def test_images_become_blocks_and_audio_is_dropped() -> None:
    """An image is base64 or an address; audio and files are taken out."""
    parts = [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": PNG, "detail": "high"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file_1"}},
    ]
    text, inline, linked = _messages({"role": "user", "content": parts})[0]["content"]
    assert text == parts[0]
    assert inline["source"] == {
        "type": "base64",
        "media_type": "image/png",
        "data": PNG.partition(",")[2],
    }
    assert linked == {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}


def test_calls_and_their_results_become_blocks() -> None:
    """The results of one round are one user message; text beside a call stands before it."""
    spoken = {**calling("call_1", "call_2"), "content": "I look."}
    other = {**_SEEN, "tool_call_id": "call_2", "content": [{"type": "text", "text": "a lake"}]}
    turns = _messages(
        {"role": "user", "content": "Look"}, spoken, _SEEN, other, {"role": "user", "content": "?"}
    )
    assert turns[1]["content"] == [{"type": "text", "text": "I look."}, _USE, {**_USE, "id": "call_2"}]
    assert turns[2] == {
        "role": "user",
        "content": [
            _RESULT,
            {**_RESULT, "tool_use_id": "call_2", "content": [{"type": "text", "text": "a lake"}]},
        ],
    }
    assert turns[3] == {"role": "user", "content": "?"}


def test_functions_of_the_old_form() -> None:
    """A function call has no id: the answer that follows it belongs to it."""
    call = {"role": "assistant", "content": None, "function_call": calling("x")["tool_calls"][0]["function"]}
    answer = {"role": "function", "name": "look", "content": "a tree"}
    body = messages_body(
        chat(
            {"role": "user", "content": "Look"},
            call,
            answer,
            functions=[LOOK["function"]],
            function_call="auto",
        )
    )
    use, result = body["messages"][1]["content"][0], body["messages"][2]["content"][0]
    assert use["id"] == result["tool_use_id"] == "call_1"
    assert [tool["name"] for tool in body["tools"]] == ["look"]
    assert body["tool_choice"] == {"type": "auto"}


@each(
    ("fields", "expected"),
    [
        ({"max_tokens": 7}, {"max_tokens": 7}),
        ({"max_completion_tokens": 8, "max_tokens": 7}, {"max_tokens": 8}),
        ({"temperature": 1.7}, {"temperature": 1}),
        ({"temperature": 0.3, "top_p": 0.9}, {"temperature": 0.3, "top_p": 0.9}),
        ({"stop": "END"}, {"stop_sequences": ["END"]}),
        ({"stop": ["a", "b"]}, {"stop_sequences": ["a", "b"]}),
        ({"stream": True}, {"stream": True}),
        ({"thinking": {"type": "adaptive"}}, {"thinking": {"type": "adaptive"}}),
        ({"tool_choice": "required", "tools": [LOOK]}, {"tool_choice": {"type": "any"}}),
        (
            {"tool_choice": {"type": "function", "function": {"name": "look"}}, "tools": [LOOK]},
            {"tool_choice": {"type": "tool", "name": "look"}},
        ),
        (
            {"parallel_tool_calls": False, "tools": [LOOK]},
            {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
        ),
        (
            {"parallel_tool_calls": False, "tool_choice": "none", "tools": [LOOK]},
            {"tool_choice": {"type": "none"}},
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": _SCHEMA}}},
            {"output_config": {"format": {"type": "json_schema", "schema": _SCHEMA}}},
        ),
    ],
    ids=str,
)
def test_fields(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    """Each field that the endpoint reads has its place in the Messages request."""
    body = messages_body(chat(**fields))
    assert {name: body[name] for name in expected} == expected


def test_a_tool_without_parameters_takes_none() -> None:
    """`strict` is left out, and a function without parameters gets an empty schema."""
    body = messages_body(chat(tools=[LOOK, {"type": "function", "function": {"name": "wait"}}]))
    look, wait = body["tools"]
    assert look == {
        "name": "look",
        "description": "Looks somewhere.",
        "input_schema": LOOK["function"]["parameters"],  # type: ignore[index] # a literal
    }
    assert wait == {"name": "wait", "input_schema": {"type": "object", "properties": {}}}


def test_without_a_limit_the_model_has_its_own() -> None:
    """The Messages API asks for `max_tokens`, a chat does not."""
    assert messages_body(chat())["max_tokens"] == 128_000
    assert messages_body({**chat(), "model": "gpt-4o"})["max_tokens"] == 4096


def test_what_is_ignored_is_named() -> None:
    """Top-level fields in their order, then those inside; null is as good as absent."""
    part = {"type": "input_audio", "input_audio": {}}
    body = chat(
        {"role": "user", "name": "Ann", "content": [part, part]},
        seed=1,
        user="u",
        logprobs=None,
        temperature=1,
        tools=[LOOK],
    )
    assert ignored(body) == (
        "seed",
        "user",
        "tools[].function.strict",
        "messages[].name",
        "messages[].content[].input_audio",
    )
    assert ignored(chat(temperature=1, stream=True, n=1)) == ()
    assert ignored(3) == ()


def _request(body: dict[str, Any]) -> Request:
    return Request("POST", "/v1/chat/completions", "", BEARER, dump(body))


@settings(max_examples=examples(150))
@given(chats())
def test_a_chat_is_refused_with_a_reason_or_becomes_a_request(body: dict[str, Any]) -> None:
    """What passes as a chat is judged as a Messages request, whose shape is right in any case."""
    request = _request(body)
    refusal = first_refusal(request, _RULES)
    if refusal is not None:
        assert refusal.rule.startswith(("shape.", "chat."))
        return
    plain = OPENAI.plain(request)
    assert plain.asks_for_message
    refusal = first_refusal(plain, _RULES)
    if refusal is not None:
        assert refusal.message
        assert refusal.rule.partition(".")[0] not in {"auth", "version", "json", "http"}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b'{"messages": 3}', b'{"messages": [1, {"role": 2}], "stop": 1}']
)
def test_anything_is_taken(body: bytes) -> None:
    """Where nothing is validated, whatever came becomes something."""
    plain = OPENAI.plain(Request("POST", "/v1/chat/completions", "", BEARER, body))
    assert plain.path == "/v1/messages"
    if not body.startswith(b"{"):
        assert plain.body == body
    else:
        assert isinstance(jsontext.parse(plain.body), dict)


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        (((b"authorization", b"Bearer k1"),), b"k1"),
        (((b"x-api-key", b"k2"), (b"authorization", b"Bearer k1")), b"k2"),
        ((), None),
    ],
)
def test_the_key_goes_where_the_api_has_it(
    headers: tuple[tuple[bytes, bytes], ...], key: bytes | None
) -> None:
    """A bearer is the key, and the version is the one that the API would ask for."""
    plain = OPENAI.plain(Request("POST", "/v1/chat/completions", "", headers, b"{}"))
    fields = dict(plain.headers)
    assert fields.get(b"x-api-key") == key
    assert b"authorization" not in fields
    assert fields[b"anthropic-version"] == b"2023-06-01"
