"""A chat goes through the pipeline as the Messages request that it stands for."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockapi import jsontext, sse
from mockapi.exchange import Reply, Request, Source
from mockapi.replies import RateLimits, faults
from mockapi.replies.scripts import parse_script
from mockapi.sessions import Settings
from mockapi.validation import ValidationSettings
from tests.support.chats import BEARER, LOOK, calling, chat
from tests.support.server import interaction
from tests.support.surfaces import answered, answered_aside, session_of

_PATH = "/v1/chat/completions"
_USER = {"role": "user", "content": "Look"}


def _asked(*messages: Any, **fields: Any) -> Request:
    return Request("POST", _PATH, "", BEARER, orjson.dumps(chat(*messages, **fields)))


def _value(reply: Reply) -> Any:
    return orjson.loads(reply.body)


def _orders(*orders: dict[str, Any]) -> Settings:
    return Settings(faults=faults.parse_faults(list(orders)))


def test_what_nothing_matches_is_synthesized_and_dressed() -> None:
    """A completion of the model that was asked, with the account's limits under OpenAI's names."""
    reply = answered(_asked(), session_of())
    assert (reply.status, reply.source) == (200, Source.SYNTHESIZED)
    assert _value(reply)["object"] == "chat.completion"
    assert _value(reply)["choices"][0]["finish_reason"] == "stop"
    assert reply.header("x-ratelimit-limit-requests") == "4000"


@pytest.mark.parametrize(
    ("settings", "before", "wait"),
    [
        (Settings(rate_limits=RateLimits(requests=1)), 1, 60),
        (_orders({"fault": "429", "retry_after": 3}), 0, 3),
    ],
    ids=["used up", "ordered"],
)
def test_a_429_tells_how_long_to_wait(settings: Settings, before: int, wait: int) -> None:
    """In its reset as in `retry-after`: seconds from now, as OpenAI's clients read it."""
    session = session_of(settings)
    for _ in range(before):
        answered(_asked(), session)
    refused = answered(_asked(), session)
    assert (refused.status, refused.header("retry-after")) == (429, str(wait))
    assert refused.header("x-ratelimit-remaining-requests") == "0"
    assert refused.header("x-ratelimit-reset-requests") == f"{wait}s"


def test_a_recording_is_played_to_the_byte() -> None:
    """It is found by the chat as it came."""
    request = _asked()
    body = b'{"id": "msg_1", "choices": []}'
    recorded = interaction(orjson.loads(request.body), body, path=request.path)
    reply = answered(request, session_of(interactions=[recorded]))
    assert (reply.source, reply.body) == (Source.RECORDED, body)


def test_a_scripts_tools_are_called_as_a_chat_calls_them() -> None:
    """With the ids of tool calls, which their results hand back."""
    script = parse_script(
        [
            {"blocks": [{"type": "tool_use", "name": "look", "input": {"place": "here"}}]},
            {"when": {"tool_results": {"tool": "look", "text": "green"}}, "text": "a tree"},
        ],
        lambda _: b"",
    )
    session = session_of(script=script)
    choice = _value(answered(_asked(_USER, tools=[LOOK]), session))["choices"][0]
    call = choice["message"]["tool_calls"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert call["function"] == {"name": "look", "arguments": '{"place":"here"}'}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "green"}
    told = answered(_asked(_USER, choice["message"], result, tools=[LOOK]), session)
    assert _value(told)["choices"][0]["message"]["content"] == "a tree"


def test_an_ordered_error_has_a_chats_form() -> None:
    """Under the API's own status."""
    reply = answered(_asked(), session_of(_orders({"fault": "529"})))
    assert reply.status == 529
    assert _value(reply)["error"] == {
        "code": "overloaded_error",
        "message": "Overloaded",
        "type": "invalid_request_error",
        "param": None,
    }


def test_an_error_in_mid_stream() -> None:
    """Its chunk is the last, and the mark of a whole stream does not come."""
    settings = _orders({"fault": "stream_error", "event": 4})
    reply = answered(_asked(stream=True), session_of(settings))
    *_, last = sse.parse(reply.body)
    assert jsontext.parse(last.data.encode())["error"]["code"] == "overloaded_error"


def test_a_cut_acts_on_what_is_sent() -> None:
    """The ordered byte is one of the chunks."""
    whole = answered(_asked(stream=True), session_of()).body
    reply = answered(_asked(stream=True), session_of(_orders({"fault": "reset", "byte": 90})))
    assert reply.body == whole[:90]


def test_limits_count() -> None:
    """A chat takes from the same buckets as a message of the same key."""
    session = session_of(Settings(rate_limits=RateLimits(requests=1)))
    assert answered(_asked(), session).status == 200
    refused = answered(_asked(), session)
    assert (refused.status, _value(refused)["error"]["code"]) == (429, "rate_limit_error")
    assert refused.header("retry-after")


def test_an_invalid_key_is_told_in_the_endpoints_words() -> None:
    """The session lists the bearer."""
    settings = Settings(validation=ValidationSettings(invalid_keys=frozenset({"sk-ant-test-key"})))
    reply = answered(_asked(), session_of(settings))
    assert (reply.status, _value(reply)["error"]["message"]) == (401, "Invalid Anthropic API Key")


@pytest.mark.parametrize(
    ("request_", "rule", "message"),
    [
        (_asked(n=2), "shape.value", "n: Input should be 1"),
        (_asked(_USER, calling("call_1"), _USER), "tool_use.without_result", "messages.1"),
        (_asked(max_tokens=10**6), "max_tokens.model_limit", "max_tokens: 1000000 > 128000"),
        (
            Request("POST", _PATH, "", BEARER, b"{"),
            "json.invalid",
            "The request body is not",
        ),
    ],
)
def test_a_chat_is_judged_first_and_then_what_it_stands_for(
    request_: Request, rule: str, message: str
) -> None:
    """Each in its own words, in a chat's form."""
    reply = answered(request_, session_of())
    assert reply.status == 400
    assert message in _value(reply)["error"]["message"]
    assert reply.header("x-mockapi-rule") == rule


def test_another_method_is_refused_in_a_chats_form() -> None:
    """The path is known, the method is not."""
    reply = answered(Request("GET", _PATH, "", BEARER), session_of())
    assert (reply.status, _value(reply)["error"]["message"]) == (405, "Method Not Allowed")


def test_without_validation_nothing_is_refused() -> None:
    """Neither by the chat's schema nor behind it."""
    settings = Settings(validation=ValidationSettings(mode="off"))
    assert answered(_asked(n=2, max_tokens=-1), session_of(settings)).status == 200


@pytest.mark.parametrize("fields", [{}, {"stream": True}, {"n": 2}, {"max_tokens": 10**6}, {"seed": 1}])
def test_a_large_chat_gets_the_same_answer(fields: dict[str, Any]) -> None:
    """What helper processes look at ahead changes nothing."""
    found = answered_aside(_asked(**fields), session_of()).reply
    assert found == answered(_asked(**fields), session_of())


def test_models_of_an_openai_client() -> None:
    """The whole list, in its form; an unknown one is not found, in its form."""
    listed = _value(answered(Request("GET", "/v1/models", "", BEARER), session_of()))
    assert listed["object"] == "list"
    assert "claude-opus-4-6" in {model["id"] for model in listed["data"]}
    missing = answered(Request("GET", "/v1/models/gpt-4o", "", BEARER), session_of())
    assert (missing.status, _value(missing)["error"]["code"]) == (404, "not_found_error")
