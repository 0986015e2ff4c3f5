"""The real client plays the starter cassettes over a socket: sync and async, plain and beta."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import httpx2
import pytest

from mockapi import jsontext
from mockapi.cassettes import Interaction, load
from mockapi.exchange import Ending
from mockapi.messages import accumulate, decode_events
from tests.starter.conftest import KEY
from tests.support.starter.generate import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    import mockapi

_OLD_CLIENT = {"beta": "true"}  # clients before 2.0 add it to every call of their beta namespace


def _plays(path: str) -> list[Interaction]:
    return [
        item
        for file in sorted(FOLDER.glob("*.yaml"))
        for item in load(file.read_bytes(), file.name).interactions
        if item.request.path == path
    ]


def _asked(item: Interaction) -> dict[str, Any]:
    value = jsontext.parse(item.request.body)
    assert isinstance(value, dict)
    return value


def _replies(*, stream: bool) -> list[Interaction]:
    """Those with a whole reply to a request that was never answered otherwise."""
    plays = _plays("/v1/messages")
    bodies = [item.request.body for item in plays]
    return [
        item
        for item in plays
        if item.response.status == 200
        and item.response.ending is Ending.CLEAN
        and b"event: error" not in item.response.body
        and bodies.count(item.request.body) == 1
        and _asked(item).get("stream", False) is stream
    ]


def _calls(messages: Any, beta: Any) -> list[Callable[..., Any]]:
    """The three ways in which clients have made the same call."""
    return [
        messages.create,
        beta.create,
        lambda **body: beta.create(**body, extra_query=_OLD_CLIENT),
    ]


def _as_value(message: Any) -> Any:
    return json.loads(message.model_dump_json(exclude_unset=True))


def test_every_message_is_understood(client: anthropic.Anthropic) -> None:
    """Each JSON reply becomes the client's own type and says what was recorded."""
    for call in _calls(client.messages, client.beta.messages):
        for item in _replies(stream=False):
            assert _as_value(call(**_asked(item))) == json.loads(item.response.body)
    assert len(_replies(stream=False)) == 23


@pytest.mark.slow
def test_every_message_is_understood_without_waiting(base_url: str) -> None:
    """The same for the async client, all at once."""

    async def play() -> None:
        async with anthropic.AsyncAnthropic(base_url=base_url, api_key=KEY, max_retries=0) as client:
            for call in _calls(client.messages, client.beta.messages):
                items = _replies(stream=False)
                got = await asyncio.gather(*(call(**_asked(item)) for item in items))
                assert list(map(_as_value, got)) == [json.loads(item.response.body) for item in items]

    asyncio.run(play())


@pytest.mark.slow
def test_every_stream_is_understood(client: anthropic.Anthropic) -> None:
    """The client's own accumulator makes of each stream the message that ours makes of it."""
    for namespace in (client.messages, client.beta.messages):
        for item in _replies(stream=True):
            body = _asked(item)
            del body["stream"]
            with namespace.stream(**body) as stream:
                message = stream.get_final_message()
            _same_message(message, item)
    assert len(_replies(stream=True)) == 23


@pytest.mark.slow
def test_every_stream_is_understood_without_waiting(base_url: str) -> None:
    """The same for the async client, all at once."""

    async def final(namespace: Any, item: Interaction) -> Any:
        body = _asked(item)
        del body["stream"]
        async with namespace.stream(**body) as stream:
            return await stream.get_final_message()

    async def play() -> None:
        async with anthropic.AsyncAnthropic(base_url=base_url, api_key=KEY, max_retries=0) as client:
            for namespace in (client.messages, client.beta.messages):
                items = _replies(stream=True)
                got = await asyncio.gather(*(final(namespace, item) for item in items))
                for message, item in zip(got, items, strict=True):
                    _same_message(message, item)

    asyncio.run(play())


def _same_message(message: Any, item: Interaction) -> None:
    ours = accumulate(decode_events(item.response.body))
    theirs = _as_value(message)
    for key in ("id", "model", "role", "stop_reason", "stop_sequence", "stop_details"):
        assert theirs[key] == ours[key], item.request.body
    assert theirs["usage"]["output_tokens"] == ours["usage"]["output_tokens"]
    for block, our_block in zip(theirs["content"], ours["content"], strict=True):
        # What the client adds of its own: a parsed form of structured output, and empty citations.
        got = {key: block[key] for key in block if key in our_block}
        assert got == our_block, item.request.body


def test_streams_come_in_the_order_of_their_events(client: anthropic.Anthropic) -> None:
    """`create(stream=True)` yields every recorded event but the ping, which the client keeps to itself."""
    for item in _replies(stream=True):
        with client.messages.create(**_asked(item)) as stream:
            kinds = [event.type for event in stream]
        events = decode_events(item.response.body)
        assert kinds == [event["type"] for event in events if event["type"] != "ping"]


def test_the_bytes_are_those_of_the_file(client: anthropic.Anthropic) -> None:
    """What the client reads off the wire is the recorded body, JSON and stream alike."""
    raw = client.messages.with_raw_response
    for item in [*_replies(stream=False), *_replies(stream=True)]:
        reply = raw.create(**_asked(item)).http_response
        assert reply.read() == item.response.body
        assert reply.headers["request-id"] == dict(item.response.headers)["request-id"]
        assert reply.headers["x-mockapi-source"] == "recorded"


@pytest.mark.slow
def test_requests_are_recorded_as_the_client_sends_them(
    server: mockapi.Server, client: anthropic.Anthropic, base_url: str
) -> None:
    """Byte for byte, the order of the keys included."""
    items = [*_replies(stream=False), *_replies(stream=True)]
    for item in items:
        client.messages.with_raw_response.create(**_asked(item)).http_response.read()
    session = base_url.rpartition("/")[2]
    journal = httpx.get(f"{server.base_url}/_mockapi/sessions/{session}/journal", trust_env=False).json()
    sent = [jsontext.compact(entry["request"]["json"]) for entry in journal["entries"]]
    assert sent == [item.request.body for item in items]


WEATHER = {"Zürich": '{"sky": "light rain", "temperature": 11}'}


def test_a_tool_loop_ends(client: anthropic.Anthropic) -> None:
    """What the client hands back, its own blocks and all, is what was recorded."""
    request = _asked(
        next(item for item in _plays("/v1/messages") if b"in Z\xc3\xbcrich?" in item.request.body)
    )
    first = client.messages.create(**request)
    assert first.stop_reason == "tool_use"
    call = next(block for block in first.content if block.type == "tool_use")
    assert call.input == {"city": "Zürich", "unit": "celsius"}
    result = {"type": "tool_result", "tool_use_id": call.id, "content": WEATHER["Zürich"]}
    request["messages"] += [
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result]},
    ]
    last = client.messages.create(**request)
    assert last.stop_reason == "end_turn"
    assert last.content[0].type == "text"
    assert "11 °C in Zürich" in last.content[0].text


def test_a_streamed_tool_loop_hands_its_thinking_back(client: anthropic.Anthropic) -> None:
    """Thinking, text and tool use accumulated from a stream are accepted as the next request's turn."""
    request = _asked(next(item for item in _plays("/v1/messages") if b"in Basel today?" in item.request.body))
    with client.messages.stream(**request) as stream:
        first = stream.get_final_message()
    assert [block.type for block in first.content] == ["thinking", "text", "tool_use"]
    call = first.content[2]
    assert call.type == "tool_use"
    result = {"type": "tool_result", "tool_use_id": call.id, "content": '{"sky": "sunny", "temperature": 17}'}
    request["messages"] += [
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": [result]},
    ]
    with client.messages.stream(**request) as stream:
        assert "sunglasses" in stream.get_final_text()


def test_thinking_is_shown_or_omitted_as_asked(client: anthropic.Anthropic) -> None:
    """Omitted thinking still has its signature."""
    shown = {}
    for item in _replies(stream=False):
        body = _asked(item)
        if "thinking" in body:
            block = client.messages.create(**body).content[0]
            if block.type == "thinking":
                assert block.signature
                shown[json.dumps(body["thinking"])] = block.thinking != ""
    assert shown == {
        '{"type": "adaptive", "display": "summarized"}': True,
        '{"type": "adaptive"}': False,
        '{"type": "enabled", "budget_tokens": 2048}': True,
    }


EXCEPTIONS = {
    400: anthropic.BadRequestError,
    401: anthropic.AuthenticationError,
    402: anthropic.APIStatusError,
    403: anthropic.PermissionDeniedError,
    404: anthropic.NotFoundError,
    409: anthropic.ConflictError,
    413: anthropic.APIStatusError,
    429: anthropic.RateLimitError,
    500: anthropic.InternalServerError,
    504: anthropic.InternalServerError,
    529: anthropic.InternalServerError,
}


def test_errors_become_the_right_exceptions(client: anthropic.Anthropic) -> None:
    """Status, words and request id arrive where programs look for them."""
    seen: set[int] = set()
    for item in _plays("/v1/messages"):
        if item.response.status < 400 or item.request.method != "POST":
            continue
        with pytest.raises(EXCEPTIONS[item.response.status]) as caught:
            client.messages.create(**_asked(item))
        error = caught.value
        assert isinstance(error, anthropic.APIStatusError)
        assert error.status_code == item.response.status
        assert error.body == json.loads(item.response.body)
        assert error.request_id == json.loads(item.response.body)["request_id"]
        seen.add(item.response.status)
    assert seen == set(EXCEPTIONS)


@pytest.mark.slow
def test_a_retry_gets_the_second_recording(base_url: str) -> None:
    """Overloaded once, then answered: a client that retries never tells its program."""
    failing = next(item for item in _plays("/v1/messages") if b"fail once" in item.request.body)
    with anthropic.Anthropic(base_url=base_url, api_key=KEY, max_retries=1) as client:
        message = client.messages.create(**_asked(failing))
        assert message.content[0].type == "text"
        assert message.content[0].text.startswith("Here I am.")
        with client.messages.stream(**{k: v for k, v in _asked(failing).items() if k != "stream"}) as stream:
            assert stream.get_final_text().startswith("Here I am.")


@pytest.mark.parametrize(
    ("words", "kind"), [("breaks off with an error", "overloaded_error"), ("Fail before", "api_error")]
)
def test_an_error_inside_a_stream_is_raised_after_what_came_before(
    client: anthropic.Anthropic, words: str, kind: str
) -> None:
    """The status was 200; the error comes with its type out of the stream."""
    item = next(item for item in _plays("/v1/messages") if words.encode() in item.request.body)
    seen: list[str] = []
    with pytest.raises(anthropic.APIStatusError) as caught, client.messages.create(**_asked(item)) as stream:
        seen.extend(event.type for event in stream)  # keeps what came before the error
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == kind
    assert seen == [e["type"] for e in decode_events(item.response.body)[:-1] if e["type"] != "ping"]


def test_a_stream_whose_connection_is_reset_is_a_connection_error(client: anthropic.Anthropic) -> None:
    """What came before the reset is there, and the break is not taken for an end."""
    item = next(item for item in _plays("/v1/messages") if b"Hang up" in item.request.body)
    seen: list[str] = []
    with (
        pytest.raises(httpx2.ReadError, match="reset"),  # the client hands its transport's error on
        client.messages.create(**_asked(item)) as stream,
    ):
        seen.extend(event.type for event in stream)  # keeps what came before the error
    assert seen[0] == "message_start"
    assert "message_stop" not in seen


def test_tokens_are_counted(client: anthropic.Anthropic) -> None:
    """The count of the greeting is the one that its reply was billed with."""
    hello = {"model": "claude-sonnet-5", "messages": [{"role": "user", "content": "Hello, Claude"}]}
    counted = client.messages.count_tokens(**hello)  # type: ignore[arg-type] # built as a program builds it
    replied = client.messages.create(**hello, max_tokens=1024)  # type: ignore[call-overload] # see above
    assert counted.input_tokens == replied.usage.input_tokens
    assert len(_plays("/v1/messages/count_tokens")) == 2


@pytest.mark.slow
def test_models_are_listed_page_by_page(client: anthropic.Anthropic) -> None:
    """The client follows the pages of its own accord."""
    models = list(client.models.list(limit=2))
    assert [model.id for model in models] == ["claude-sonnet-5", "claude-opus-5", "claude-fable-5"]
    assert client.models.retrieve("claude-sonnet-5") == models[0]
    assert models[0].lifecycle == "active"
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("claude-sonnet-0")


def test_the_probe_and_a_wrong_method_are_answered(base_url: str) -> None:
    """`HEAD /` gets a 404 without a body, `GET /v1/messages` a 405."""
    with httpx.Client(base_url=base_url, trust_env=False) as plain:
        probe = plain.head("/")
        assert (probe.status_code, probe.content, probe.headers["server"]) == (404, b"", "cloudflare")
        wrong = plain.get("/v1/messages")
        assert (wrong.status_code, wrong.json()["error"]["message"]) == (405, "Method Not Allowed")
