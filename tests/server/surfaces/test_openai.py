"""OpenAI's client for Python, unmodified, over a socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import mockapi
from tests.support.chats import LOOK, MODEL
from tests.support.server import control, journal, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

openai: Any = pytest.importorskip("openai")
pytestmark = pytest.mark.slow  # the client takes a second to import

HELLO: Any = [{"role": "user", "content": "Hello"}]


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server that makes up its replies."""
    with mockapi.Server() as running:
        yield running


@pytest.fixture
def client(server: mockapi.Server) -> Iterator[Any]:
    """A client with a session of its own, which retries at once."""
    session = open_session(server)
    with openai.OpenAI(api_key="sk-ant-test-1", base_url=f"{session['base_url']}/v1") as made:
        made.session = session["id"]
        yield made


def test_a_completion_and_its_stream(client: Any) -> None:
    """The stream adds up to the same text, and tells its tokens if it is asked to."""
    whole = client.chat.completions.create(model=MODEL, messages=HELLO)
    assert whole.id.startswith("msg_01")
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    chunks = list(
        client.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    *told, last = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in told)
    assert (last.choices, last.usage.prompt_tokens) == ([], whole.usage.prompt_tokens)
    assert told[-1].choices[0].finish_reason == "stop"


def test_a_round_with_a_tool(client: Any) -> None:
    """A call, handed back with its result, streamed with the client's own accumulator."""
    messages = [{"role": "system", "content": "Be brief."}, *HELLO]
    first = client.chat.completions.create(
        model=MODEL, messages=messages, tools=[LOOK], tool_choice="required"
    )
    called = first.choices[0].message
    results = [{"role": "tool", "tool_call_id": call.id, "content": "a tree"} for call in called.tool_calls]
    with client.chat.completions.stream(
        model=MODEL, messages=[*messages, called, *results], tools=[LOOK]
    ) as stream:
        last = stream.get_final_completion()
    assert "a tree" in last.choices[0].message.content


def test_what_a_script_says(server: mockapi.Server, client: Any) -> None:
    """Its tool calls are the chat's."""
    script = [{"blocks": [{"type": "tool_use", "name": "look", "input": {"place": "here"}}]}]
    assert control(server, f"/sessions/{client.session}/script", script, method="POST").status_code == 201
    completion = client.chat.completions.create(model=MODEL, messages=HELLO, tools=[LOOK])
    assert completion.choices[0].message.tool_calls[0].function.name == "look"


def test_the_raw_response(server: mockapi.Server, client: Any) -> None:
    """Header fields of the endpoint, and what was ignored; the journal has the chat as it came."""
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO, seed=1)
    assert raw.headers["openai-version"] == "2020-10-01"
    assert raw.headers["request-id"].startswith("req_01")
    assert raw.headers["x-mockapi-hint"] == "These fields have no effect, as with the API: seed."
    entry = journal(server, client.session)[-1]
    assert entry["request"]["path"] == "/v1/chat/completions"
    assert entry["request"]["json"]["seed"] == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"model": "gpt-4o"}, "NotFoundError"), ({"n": 2}, "BadRequestError")],
)
def test_errors_have_the_clients_types(client: Any, fields: dict[str, Any], error: str) -> None:
    """By status; the code is the API's error type."""
    with pytest.raises(getattr(openai, error)) as caught:
        client.chat.completions.create(**{"model": MODEL, "messages": HELLO, **fields})
    assert caught.value.type == "invalid_request_error"
    assert caught.value.code in {"not_found_error", "invalid_request_error"}


def test_the_client_tries_again(server: mockapi.Server) -> None:
    """A 529 is retried, and the second answer counts."""
    session = open_session(server, faults=[{"fault": "529", "times": 1}])
    with openai.OpenAI(api_key="k", base_url=f"{session['base_url']}/v1", max_retries=1) as client:
        assert client.chat.completions.create(model=MODEL, messages=HELLO).choices
    assert [entry["reply"]["status"] for entry in journal(server, session["id"])] == [529, 200]


def test_models(client: Any) -> None:
    """Listed and looked up in OpenAI's form."""
    assert MODEL in {model.id for model in client.models.list()}
    assert client.models.retrieve(MODEL).owned_by == "anthropic"


def test_the_asynchronous_client(server: mockapi.Server) -> None:
    """JSON, a stream and models."""

    async def talk() -> tuple[Any, list[Any], list[Any]]:
        async with openai.AsyncOpenAI(api_key="k", base_url=f"{server.base_url}/v1") as client:
            whole = await client.chat.completions.create(model=MODEL, messages=HELLO)
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
            return whole, [chunk async for chunk in stream], [model async for model in client.models.list()]

    whole, chunks, models = asyncio.run(talk())
    assert whole.choices[0].finish_reason == chunks[-1].choices[0].finish_reason == "stop"
    assert models
