"""Scripts over the control API: what a session is told to say, it says through the writer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import pytest

import mockapi
from tests.support.server import ask, control, message, open_session, write_cassette
from tests.support.server import interaction as recorded
from tests.support.shapes import WEATHER, body, called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server without cassettes."""
    with mockapi.Server([], allowed_folders=["/"]) as running:
        yield running


@pytest.fixture
def script(server: mockapi.Server) -> Callable[..., str]:
    """Opens a session with a script; gives its base URL."""

    def script(value: Any, **options: Any) -> str:
        session = open_session(server, **options)
        reply = control(server, f"/sessions/{session['id']}/script", value, method="POST")
        assert reply.status_code == 201, reply.text
        return str(session["base_url"])

    return script


def said(base_url: str, request: dict[str, Any] | None = None) -> dict[str, Any]:
    """The message that comes back."""
    return dict(ask(base_url, request or message("hi"), headers=KEY).json())


def texts(base_url: str, *asked: str) -> list[str]:
    """What is said to each text."""
    return [said(base_url, message(text))["content"][0]["text"] for text in asked]


def test_replies_come_in_sequence_and_then_synthesis(script: Callable[..., str]) -> None:
    """Each once; what comes after is as without a script."""
    base_url = script(["one", {"text": "two"}])
    sources = [ask(base_url, message("hi"), headers=KEY).headers["x-mockapi-source"] for _ in range(3)]
    assert sources == ["scripted", "scripted", "synthesized"]


def test_a_scripted_stream_is_the_scripted_message(script: Callable[..., str]) -> None:
    """Through the client's accumulator, in both forms."""
    blocks = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "naïve 日本"},
        {"type": "tool_use", "name": "get_weather", "input": {"location": "Paris"}},
    ]
    base_url = script({"replies": [{"blocks": blocks, "times": None}]})
    with anthropic.Anthropic(base_url=base_url, api_key="sk-ant-test-1") as client:
        plain = client.messages.create(**body())
        with client.messages.stream(**body()) as stream:
            streamed = stream.get_final_message()
    assert [block.type for block in plain.content] == ["thinking", "text", "tool_use"]
    assert plain.stop_reason == streamed.stop_reason == "tool_use"
    assert [block.type for block in streamed.content] == [block.type for block in plain.content]
    assert plain.content[1].text == streamed.content[1].text == "naïve 日本"  # type: ignore[union-attr] # text blocks


def test_conditions_choose(script: Callable[..., str]) -> None:
    """By text, model, tools, results, system and turn."""
    base_url = script(
        [
            {"text": "result", "when": {"tool_results": {"tool": "get_weather", "text": "15"}}},
            {"text": "third", "when": {"turn": 3}},
            {
                "text": "weather",
                "when": {"last_user_text": {"matches": "(?i)weather"}, "tools": ["get_weather"]},
            },
            {"text": "terse", "when": {"system": "terse"}},
            {"text": "haiku", "when": {"model": "claude-haiku-*"}},
            {"text": "else", "when": {}},
        ]
    )
    asked = [
        body("Weather?", tools=[WEATHER]),
        called(WEATHER),
        body("Weather?"),
        body(system="Be terse."),
        body("Hi", "claude-haiku-4-5"),
        body("Weather?"),
    ]
    assert [said(base_url, request)["content"][0]["text"] for request in asked] == [
        "weather", "result", "third", "terse", "haiku", "else",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("then", "wanted"),
    [("repeat", ["a", "b", "b", "b"]), ("restart", ["a", "b", "a", "b"])],
)
def test_what_comes_after_the_script(script: Callable[..., str], then: str, wanted: list[str]) -> None:
    """The last again, or from the beginning."""
    assert texts(script({"replies": ["a", "b"], "then": then}), *"1234") == wanted


def batch_results(base_url: str, rows: dict[str, str]) -> dict[str, Any]:
    """The results of a batch by custom id, as a client that polls reads them."""
    requests = [{"custom_id": id_, "params": message(text)} for id_, text in rows.items()]
    client = anthropic.Anthropic(api_key="sk-ant-test-1", base_url=base_url)
    with client:
        batch = client.messages.batches.create(requests=requests)  # type: ignore[arg-type] # plain JSON
        assert client.messages.batches.retrieve(batch.id).processing_status == "ended"
        return {item.custom_id: item.result.to_dict() for item in client.messages.batches.results(batch.id)}


def test_rows_of_a_batch_get_replies_by_custom_id_and_condition(script: Callable[..., str]) -> None:
    """Replies with conditions only, in their order and as often as they may be given; others are made up."""
    base_url = script(
        [
            {"text": "by itself"},
            {"text": "the first", "when": {"custom_id": "row-1"}, "times": 1},
            {"blocks": [{"type": "tool_use", "name": "f", "input": {}}], "when": {"custom_id": "tool-*"}},
            {"text": "weather", "when": {"last_user_text": "weather"}},
            {"text": "never", "when": {"turn": 1, "custom_id": "*"}},
        ]
    )
    results = batch_results(base_url, {"row-1": "a", "tool-7": "b", "x": "the weather?", "y": "other"})
    says = {id_: result["message"]["content"][0] for id_, result in results.items()}
    assert says["row-1"]["text"] == "the first"
    assert says["tool-7"]["name"] == "f"
    assert results["tool-7"]["message"]["stop_reason"] == "tool_use"
    assert says["x"]["text"] == "weather"
    assert says["y"]["text"] not in {"never", "by itself", "weather"}
    again = batch_results(base_url, {"row-1": "a"})
    assert again["row-1"]["message"]["content"][0]["text"] != "the first"
    assert texts(base_url, "hi") == ["by itself"]
    assert {result["message"]["usage"]["service_tier"] for result in results.values()} == {"batch"}


def test_a_row_that_the_api_refuses_is_errored_whatever_the_script_says(script: Callable[..., str]) -> None:
    """Validation comes before the script, for rows as for requests."""
    base_url = script([{"text": "never", "when": {"custom_id": "*"}}])
    row = {"custom_id": "a", "params": {**message("x"), "max_tokens": -1}}
    url = f"{base_url}/v1/messages/batches"
    id_ = httpx.post(url, headers=KEY, json={"requests": [row]}).json()["id"]
    result = httpx.get(f"{url}/{id_}/results", headers=KEY).json()["result"]
    assert result["type"] == "errored"


def test_a_script_that_has_ended_may_fail(script: Callable[..., str]) -> None:
    """An error that clients do not retry."""
    reply = ask(script({"replies": [], "then": "fail"}), message("hi"), headers=KEY)
    assert (reply.status_code, reply.json()["error"]["type"]) == (422, "mockapi_script_ended")
    assert reply.headers["x-should-retry"] == "false"


def test_limits_of_the_request_cut_scripted_text(script: Callable[..., str]) -> None:
    """Unless the script says why the reply stops."""
    base_url = script(["one STOP two", "a b c d e f", {"text": "a b c d e f", "stop_reason": "refusal"}])
    stopped = said(base_url, {**message("hi"), "stop_sequences": ["STOP"]})
    assert (stopped["content"][0]["text"], stopped["stop_sequence"]) == ("one ", "STOP")
    cut = said(base_url, {**message("hi"), "max_tokens": 3})
    assert (cut["content"][0]["text"], cut["stop_reason"]) == ("a b c", "max_tokens")
    refused = said(base_url, {**message("hi"), "max_tokens": 3})
    assert (refused["content"][0]["text"], refused["stop_reason"]) == ("a b c d e f", "refusal")


def test_a_pause_and_its_continuation(script: Callable[..., str]) -> None:
    """A server tool's call without its result pauses; handed back, the result comes."""
    search = {"type": "server_tool_use", "name": "web_search", "input": {"query": "ants"}}
    base_url = script([{"blocks": [search], "stop_reason": "pause_turn"}])
    request = body("Find ants", tools=[{"type": "web_search_20250305", "name": "web_search"}])
    paused = said(base_url, request)
    assert paused["stop_reason"] == "pause_turn"
    request["messages"] = [*request["messages"], {"role": "assistant", "content": paused["content"]}]
    resumed = said(base_url, request)
    assert resumed["content"][0]["tool_use_id"] == paused["content"][0]["id"]
    assert resumed["stop_reason"] == "end_turn"


def test_redacted_thinking_is_taken_back(script: Callable[..., str]) -> None:
    """Its data is made up if the script has none, and recognized; altered it is refused."""
    call = {"type": "tool_use", "name": "get_weather", "input": {}}
    base_url = script([{"blocks": [{"type": "redacted_thinking"}, call]}])
    content = said(base_url, body(tools=[WEATHER]))["content"]
    assert content[0]["data"]
    results = [{"type": "tool_result", "tool_use_id": content[1]["id"], "content": "15"}]

    def back(blocks: list[Any]) -> int:
        turns = [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": blocks},
            {"role": "user", "content": results},
        ]
        return ask(base_url, {**body(tools=[WEATHER]), "messages": turns}, headers=KEY).status_code

    assert back(content) == 200
    assert back([{**content[0], "data": content[0]["data"][:-8] + "AAAAAAAA"}, content[1]]) == 400


def test_a_refusal_has_its_details(script: Callable[..., str]) -> None:
    """On script: the stop reason and what it tells."""
    details = {"type": "refusal", "category": "cyber", "explanation": "No."}
    reply = said(script([{"text": "I can't.", "stop_reason": "refusal", "stop_details": details}]))
    assert (reply["stop_reason"], reply["stop_details"]) == ("refusal", details)


def test_a_whole_message_keeps_its_members(script: Callable[..., str]) -> None:
    """What the message says stands, what it leaves out is filled in."""
    given = {
        "id": "msg_01AAAAAAAAAAAAAAAAAAAAAA",
        "content": [{"type": "text", "text": "whole"}],
        "stop_reason": "max_tokens",
        "usage": {"input_tokens": 7, "output_tokens": 8},
    }
    reply = said(script([{"message": given}]))
    assert (reply["id"], reply["stop_reason"], reply["usage"]) == (given["id"], "max_tokens", given["usage"])
    assert reply["model"] == "claude-opus-4-6"


def test_a_file_holds_a_message_or_a_stream(script: Callable[..., str], tmp_path: Path) -> None:
    """Both are read when the script is set."""
    base_url = script(["from a stream"])
    stream = ask(base_url, {**message("hi"), "stream": True}, headers=KEY).content
    (tmp_path / "reply.sse").write_bytes(stream)
    (tmp_path / "reply.json").write_text(json.dumps({"content": [{"type": "text", "text": "from JSON"}]}))
    base_url = script([{"file": str(tmp_path / "reply.sse")}, {"file": str(tmp_path / "reply.json")}])
    assert texts(base_url, "1", "2") == ["from a stream", "from JSON"]


def test_validation_comes_before_the_script(script: Callable[..., str]) -> None:
    """A request that the API refuses uses up no reply."""
    base_url = script(["one"])
    assert ask(base_url, {**message("hi"), "max_tokens": -1}, headers=KEY).status_code == 400
    assert texts(base_url, "hi") == ["one"]


def test_an_exact_recording_comes_before_the_script(server: mockapi.Server, tmp_path: Path) -> None:
    """And the script before what answers the unmatched."""
    path = write_cassette(tmp_path / "one.yaml", recorded(message("hi"), b'{"type":"message","n":1}'))
    session = open_session(server, cassettes=[path])
    control(server, f"/sessions/{session['id']}/script", ["scripted"], method="POST")
    sources = [
        ask(session["base_url"], message(text), headers=KEY).headers["x-mockapi-source"]
        for text in ("hi", "ho", "hm")
    ]
    assert sources == ["recorded", "scripted", "unmatched"]


def test_a_script_is_shown_reset_and_dropped(server: mockapi.Server) -> None:
    """How often each reply was given; a reset gives all back."""
    session = open_session(server)
    place = f"/sessions/{session['id']}/script"
    assert control(server, place, {"replies": ["a", "b"]}, method="POST").json()["used"] == [0, 0]
    said(session["base_url"])
    assert control(server, place).json() == {
        "session": session["id"],
        "replies": 2,
        "used": [1, 0],
        "then": "continue",
    }
    control(server, f"/sessions/{session['id']}/reset", method="POST")
    assert texts(session["base_url"], "hi") == ["a"]
    assert control(server, place, method="DELETE").json()["replies"] == 0
    assert ask(session["base_url"], message("hi"), headers=KEY).headers["x-mockapi-source"] == "synthesized"
    assert control(server, "/sessions/none/script").status_code == 404


def test_a_script_that_does_not_fit_is_refused_with_the_place(server: mockapi.Server) -> None:
    """The old one stays in use."""
    session = open_session(server)
    place = f"/sessions/{session['id']}/script"
    control(server, place, ["kept"], method="POST")
    reply = control(server, place, {"replies": [{"blocks": [{"type": "text"}]}]}, method="POST")
    assert reply.status_code == 400
    assert reply.json()["error"]["pointer"] == "/replies/0/blocks/0"
    assert "needs `text`" in reply.json()["error"]["message"]
    assert texts(session["base_url"], "hi") == ["kept"]


def test_with_a_script_the_default_session_ends_loops_too() -> None:
    """A thousand replies are enough for a loop that a script feeds."""
    with mockapi.Server([]) as other:
        control(other, "/sessions/default/script", {"replies": ["again"], "then": "repeat"}, method="POST")
        for _ in range(1000):
            other.service.sessions.default.answered += 1
        reply = ask(other.base_url, message("hi"), headers=KEY)
        assert reply.status_code == 422
        assert "1,000" in reply.json()["error"]["message"]
