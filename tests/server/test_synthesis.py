"""The official client against a server without recordings."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import mockapi
from mockapi.validation import ValidationSettings
from tests.support.server import RawClient, ask, journal, message, open_session, write_cassette
from tests.support.server import interaction as recorded
from tests.support.shapes import SHAPES, body

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server as `mockapi serve` is without arguments, but for the starter cassettes."""
    with mockapi.Server([], allowed_folders=["/"]) as running:
        yield running


@pytest.fixture
def client(server: mockapi.Server) -> Iterator[anthropic.Anthropic]:
    """The official client in a session of its own."""
    base_url = open_session(server)["base_url"]
    with anthropic.Anthropic(base_url=base_url, api_key="sk-ant-test-1", max_retries=0) as made:
        yield made


STREAMED = [name for name in SHAPES if name != "max tokens 0"]
"""Without any tokens there is no stream: the API's documentation refuses it."""


@pytest.mark.slow
@pytest.mark.parametrize("name", STREAMED)
def test_the_clients_accumulator_sees_the_json_message(client: anthropic.Anthropic, name: str) -> None:
    """For every shape, accepted under strict validation: the streamed message is the JSON one."""
    options = dict(SHAPES[name])
    beta = options.pop("beta", None)
    api: Any = client.beta.messages if beta else client.messages
    if beta:
        options["betas"] = beta.split(",")
    answer = api.create(**options)
    with api.stream(**options) as stream:
        streamed = stream.get_final_message()
    wanted, got = answer.to_dict(), streamed.to_dict()
    for told in (wanted, got):
        del told["id"], told["usage"]
        for block in told["content"]:
            block.pop("parsed_output", None)
    assert got == wanted
    assert answer.usage.output_tokens == streamed.usage.output_tokens
    assert "synthesized" in api.with_raw_response.create(**options).headers["x-mockapi-source"]


def test_the_tool_runner_ends(client: anthropic.Anthropic) -> None:
    """Whether or not it asks the server to hold the conversation, which it then sends again."""

    @anthropic.beta_tool
    def get_weather(location: str) -> str:
        """The weather at a place."""
        return f"15 degrees in {location}"

    runner = client.beta.messages.tool_runner(
        model="claude-opus-4-7",
        max_tokens=500,
        tools=[get_weather],
        messages=[{"role": "user", "content": "What's the weather?"}],
    )
    assert [message.stop_reason for message in runner] == ["tool_use", "end_turn"]


def test_a_thread_that_is_continued_is_not_found(client: anthropic.Anthropic) -> None:
    """With the code by which clients know to send the whole conversation."""
    thread = {"type": "continue", "previous_message_id": "msg_01AbCdEfGhIjKlMnOpQrStUv"}
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.beta.messages.create(
            **body(), betas=["message-threads-2026-08-12"], extra_body={"thread": thread}
        )
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["details"] == {"error_code": "thread_not_found"}


def test_an_agent_loop_ends(client: anthropic.Anthropic) -> None:
    """Call, result, answer; thinking handed back is taken as its own."""
    options: dict[str, Any] = dict(SHAPES["thinking with tools"])
    replies = []
    for _ in range(5):
        replies.append(client.messages.create(**options))
        if replies[-1].stop_reason != "tool_use":
            break
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": "15 degrees"}
            for block in replies[-1].content
            if block.type == "tool_use"
        ]
        turns = [{"role": "assistant", "content": replies[-1].content}, {"role": "user", "content": results}]
        options["messages"] = [*options["messages"], *turns]
    assert [reply.stop_reason for reply in replies] == ["tool_use", "end_turn"]


def test_an_altered_signature_is_refused(client: anthropic.Anthropic) -> None:
    """With the API's 400; the untouched one is not."""
    first = client.messages.create(**SHAPES["thinking with tools"])
    thought, _, call = first.content
    assert thought.type == "thinking"
    assert call.type == "tool_use"
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "15 degrees"}

    def hand_back(signature: str) -> Any:
        turn = [{**thought.to_dict(), "signature": signature}, call.to_dict()]
        messages: list[Any] = [
            *SHAPES["thinking with tools"]["messages"],
            {"role": "assistant", "content": turn},
            {"role": "user", "content": [result]},
        ]
        return client.messages.create(**{**SHAPES["thinking with tools"], "messages": messages})

    assert hand_back(thought.signature).stop_reason == "end_turn"
    with pytest.raises(anthropic.BadRequestError, match="Invalid `signature` in `thinking` block"):
        hand_back(thought.signature[:-9] + "AAAAAAAA=")


def test_the_asynchronous_client(server: mockapi.Server) -> None:
    """Text piece by piece."""

    async def run() -> str:
        async with (
            anthropic.AsyncAnthropic(base_url=server.base_url, api_key="sk-ant-test-1") as client,
            client.messages.stream(**body("Hello")) as stream,
        ):
            pieces = [piece async for piece in stream.text_stream]
            final = await stream.get_final_message()
            assert "".join(pieces) == final.content[0].text  # type: ignore[union-attr] # a text block
            return "".join(pieces)

    assert "Hello" in asyncio.run(run())


def test_the_cache_belongs_to_a_session(server: mockapi.Server) -> None:
    """Created first, read next; another session starts without."""
    request = body([{"type": "text", "text": "word " * 2000, "cache_control": {"type": "ephemeral"}}])
    one, other = (open_session(server)["base_url"] for _ in range(2))
    usages = [ask(base_url, request, headers=KEY).json()["usage"] for base_url in (one, one, other)]
    assert [usage["cache_read_input_tokens"] > 0 for usage in usages] == [False, True, False]
    assert usages[0]["cache_creation_input_tokens"] == usages[1]["cache_read_input_tokens"]


def test_fail_where_cassettes_are_named_else_synthesize(server: mockapi.Server, tmp_path: Path) -> None:
    """The default of `on_unmatched`, which an option overrules."""
    path = write_cassette(tmp_path / "one.yaml", recorded(message("hi")))
    with mockapi.Server([path]) as other:
        assert ask(other.base_url, message("ho"), headers=KEY).status_code == 422
    named = open_session(server, cassettes=[path])
    assert ask(named["base_url"], message("ho"), headers=KEY).status_code == 422
    told = open_session(server, cassettes=[path], on_unmatched="synthesize")
    assert ask(told["base_url"], message("ho"), headers=KEY).status_code == 200
    refused = open_session(server, on_unmatched="fail")
    assert ask(refused["base_url"], message("ho"), headers=KEY).status_code == 422


def test_a_recording_outranks_synthesis(server: mockapi.Server, tmp_path: Path) -> None:
    """What was recorded is played, the rest is made up."""
    path = write_cassette(
        tmp_path / "one.yaml", recorded(message("hi"), b'{"type":"message","recorded":true}')
    )
    base_url = open_session(server, cassettes=[path], on_unmatched="synthesize")["base_url"]
    assert ask(base_url, message("hi"), headers=KEY).headers["x-mockapi-source"] == "recorded"
    assert ask(base_url, message("ho"), headers=KEY).headers["x-mockapi-source"] == "synthesized"


def test_a_loop_without_end_is_told_so(server: mockapi.Server) -> None:
    """A session that was opened answers 1,000 requests unless an option says otherwise."""
    session = open_session(server, max_requests=3)
    replies = [ask(session["base_url"], message("hi"), headers=KEY) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 422, 422]
    assert "loop does not end" in replies[3].json()["error"]["message"]
    assert replies[3].headers["x-should-retry"] == "false"
    assert len(journal(server, session["id"])) == 5


def test_seeds_tell_sessions_apart(server: mockapi.Server) -> None:
    """The same seed gives the same bytes, another one others."""
    urls = [open_session(server, seed=seed)["base_url"] for seed in (1, 1, 2)]
    one, same, other = (ask(url, message("hi"), headers=KEY).content for url in urls)
    assert one == same
    assert one != other


def test_speed_one_sends_a_stream_in_pieces(server: mockapi.Server) -> None:
    """At speed max the whole stream is one piece."""
    request = json.dumps({**message("hi"), "stream": True}).encode()
    pieces = {}
    for speed in ("max", 20):
        with RawClient(open_session(server, speed=speed)["base_url"]) as raw:
            raw.ask("POST", "/v1/messages", request, *KEY.items())
            pieces[speed] = len(raw.read().pieces)
    assert pieces["max"] == 1
    assert pieces[20] > 3


def test_a_page_of_an_allowed_origin_may_ask(server: mockapi.Server) -> None:
    """The preflight needs no key; a reply names the origin; another origin gets neither."""
    base_url = open_session(server, cors=["http://app.test"])["base_url"]
    with RawClient(base_url) as raw:
        asked = (("origin", "http://app.test"), ("access-control-request-method", "POST"))
        raw.ask("OPTIONS", "/v1/messages", b"", *asked, ("access-control-request-headers", "x-api-key"))
        reply = raw.read()
        assert reply.status == 204
        assert reply.header("access-control-allow-headers") == "x-api-key"
        assert reply.header("access-control-allow-origin") == "http://app.test"
        assert reply.header("vary") == "Origin"
    headers = {**KEY, "origin": "http://app.test"}
    allowed = ask(base_url, message("hi"), headers=headers)
    assert allowed.headers["access-control-allow-origin"] == "http://app.test"
    assert allowed.headers["vary"] == "Origin", "a cache must not show this reply to another origin"
    foreign = ask(base_url, message("hi"), headers={**KEY, "origin": "http://evil.test"})
    assert "access-control-allow-origin" not in foreign.headers
    plain = ask(server.base_url, message("hi"), headers=headers)
    assert "access-control-allow-origin" not in plain.headers


@pytest.mark.slow
@pytest.mark.corpus
def test_the_sdks_own_suite_and_types_judge_the_server() -> None:
    """The shared judges: both generations' generated API tests, and the strict response types."""
    import subprocess

    from tests.support.shared import require, say

    tools = require() / "tools"
    lenient = mockapi.Settings(validation=ValidationSettings(mode="lenient"))
    with mockapi.Server([], settings=lenient) as running:
        for sdk, total in (("2.12.0", 689), ("0.121.0", 595)):
            run = subprocess.run(
                [
                    sys.executable,
                    str(tools / "sdk_suite.py"),
                    "--base-url",
                    running.base_url,
                    "--sdk",
                    sdk,
                    "--show",
                    "5",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            say(run.stdout)
            assert run.stdout.strip().splitlines()[-1] == f"{total}/{total}", run.stdout + run.stderr
    # The judge asks for each as a stream too, for which a request for no tokens is refused.
    shapes = [json.dumps(shape) for shape in SHAPES.values() if shape["max_tokens"]]
    with mockapi.Server([]) as running:
        run = subprocess.run(
            [sys.executable, str(tools / "response_oracle.py"), "--base-url", running.base_url],
            input="\n".join(shapes),
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.stdout.strip().splitlines()[-1] == f"{len(shapes)}/{len(shapes)}", run.stdout + run.stderr
    assert len(shapes) >= 60
