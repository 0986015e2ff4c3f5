"""Bedrock's own paths with its clients, unmodified, over a socket: the official classes and boto3."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import httpx2
import pytest

import mockapi
from mockapi.messages import accumulate, decode_events
from mockapi.server import Console
from tests.support.cloud_clients import ACCESS_KEY, SECRET_KEY, SIGNED
from tests.support.server import control, journal, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-6-v1"
HELLO: Any = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
BODY = json.dumps(
    {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 64, "messages": HELLO["messages"]}
)


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server that makes up its replies."""
    with mockapi.Server() as running:
        yield running


def client(base_url: str, **options: Any) -> anthropic.AnthropicBedrock:
    """The official client, signing with AWS's key unless told otherwise."""
    return anthropic.AnthropicBedrock(base_url=base_url, **{**SIGNED, "max_retries": 0, **options})


@contextlib.contextmanager
def boto(base_url: str, *, attempts: int = 1) -> Iterator[Any]:
    """boto3's client of `bedrock-runtime`; its connections are closed at the end."""
    import boto3  # half a second, for the slow tests alone
    from botocore.config import Config

    aws = boto3.client(
        "bedrock-runtime",
        endpoint_url=base_url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": attempts}),
    )
    yield aws
    aws.close()


def test_both_paths_answer(server: mockapi.Server) -> None:
    """One with a message, one with the same message in frames."""
    headers = {"authorization": "Bearer test-token"}
    url = f"{server.base_url}/model/{MODEL}/invoke"
    whole = httpx.post(url, content=BODY, headers=headers)
    streamed = httpx.post(f"{url}-with-response-stream", content=BODY, headers=headers)
    assert streamed.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert accumulate(decode_events(streamed.content))["content"] == whole.json()["content"]


@pytest.mark.slow
def test_a_message_as_json_and_as_a_stream(server: mockapi.Server) -> None:
    """Both are the same message to the official client, with Bedrock's ids."""
    with client(server.base_url) as bedrock:
        whole = bedrock.messages.create(**HELLO)
        with bedrock.messages.stream(**HELLO) as stream:
            streamed = stream.get_final_message()
    assert [block.to_dict() for block in whole.content] == [block.to_dict() for block in streamed.content]
    assert whole.id.startswith("msg_bdrk_01")
    assert streamed.id.startswith("msg_bdrk_01")
    assert streamed.usage.output_tokens == whole.usage.output_tokens


@pytest.mark.slow
def test_the_asynchronous_client_and_a_key(server: mockapi.Server) -> None:
    """It streams the same, and a key of Bedrock's own needs no signature."""

    async def talk() -> tuple[Any, Any]:
        options: Any = {"api_key": "test-token", "aws_region": "us-east-1", "base_url": server.base_url}
        async with anthropic.AsyncAnthropicBedrock(**options) as bedrock:
            whole = await bedrock.messages.create(**HELLO)
            events = [event.type async for event in await bedrock.messages.create(**HELLO, stream=True)]
            return whole, events

    whole, events = asyncio.run(talk())
    assert whole.id.startswith("msg_bdrk_01")
    assert (events[0], events[-1]) == ("message_start", "message_stop")


@pytest.mark.slow
def test_boto3_invokes_a_model(server: mockapi.Server) -> None:
    """By an inference profile's ARN; counts and latency stand in the header."""
    with boto(server.base_url) as aws:
        found = aws.invoke_model(modelId=PROFILE, body=BODY)
        message = json.loads(found["body"].read())
    assert message["model"] == "claude-opus-4-6"
    told = found["ResponseMetadata"]["HTTPHeaders"]
    assert told["x-amzn-bedrock-output-token-count"] == str(message["usage"]["output_tokens"])
    assert found["contentType"] == "application/json"


@pytest.mark.slow
def test_boto3_streams(server: mockapi.Server) -> None:
    """Each chunk is one event, and the last one tells what was used."""
    with boto(server.base_url) as aws:
        found = aws.invoke_model_with_response_stream(modelId=MODEL, body=BODY)
        events = [json.loads(event["chunk"]["bytes"]) for event in found["body"]]
    message = accumulate(events)
    metrics = events[-1]["amazon-bedrock-invocationMetrics"]
    assert metrics["outputTokenCount"] == message["usage"]["output_tokens"]
    assert found["contentType"] == "application/json"


@pytest.mark.slow
def test_errors_are_the_clients_exceptions(server: mockapi.Server) -> None:
    """The official client goes by the status, boto3 by the name."""
    with client(server.base_url) as bedrock:
        with pytest.raises(anthropic.BadRequestError, match="model identifier is invalid"):
            bedrock.messages.create(**{**HELLO, "model": "us.anthropic.claude-nobody-v1:0"})
        with pytest.raises(anthropic.BadRequestError, match="at least one message"):
            bedrock.messages.create(**{**HELLO, "messages": []}, stream=True)
    with boto(server.base_url) as aws:
        with pytest.raises(aws.exceptions.ValidationException, match="anthropic_version: Field required"):
            aws.invoke_model(modelId=MODEL, body="{}")
        with pytest.raises(aws.exceptions.ValidationException, match="stream: Extra inputs"):
            aws.invoke_model(modelId=MODEL, body=BODY[:-1] + ',"stream":true}')


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "name", "official"),
    [
        ("429", "ThrottlingException", anthropic.RateLimitError),
        ("500", "InternalServerException", anthropic.InternalServerError),
        ("529", "ServiceUnavailableException", anthropic.ServiceUnavailableError),
        ("403", "AccessDeniedException", anthropic.PermissionDeniedError),
    ],
)
def test_faults_before_a_stream(
    server: mockapi.Server, fault: str, name: str, official: type[Exception]
) -> None:
    """They have Bedrock's status and name."""
    from botocore.exceptions import ClientError

    session = open_session(server, faults=[{"fault": fault}])
    with client(session["base_url"]) as bedrock, pytest.raises(official):
        bedrock.messages.create(**HELLO, stream=True)
    with boto(session["base_url"]) as aws, pytest.raises(ClientError) as caught:
        aws.invoke_model_with_response_stream(modelId=MODEL, body=BODY)
    assert caught.value.response["Error"]["Code"] == name


@pytest.mark.slow
def test_retries(server: mockapi.Server) -> None:
    """An overloaded Bedrock is asked again, and the second try succeeds."""
    session = open_session(server, faults=[{"fault": "529", "times": 1}])
    with client(session["base_url"], max_retries=1) as bedrock:
        assert bedrock.messages.create(**HELLO).id.startswith("msg_bdrk_01")
    assert [entry["reply"]["status"] for entry in journal(server, session["id"])] == [503, 200]
    session = open_session(server, faults=[{"fault": "429", "times": 1}])
    with boto(session["base_url"], attempts=2) as aws:
        aws.invoke_model(modelId=MODEL, body=BODY)["body"].read()
    assert [entry["reply"]["status"] for entry in journal(server, session["id"])] == [429, 200]


@pytest.mark.slow
def test_faults_in_a_stream(server: mockapi.Server) -> None:
    """An error event is an exception's frame, after what had come before."""
    from botocore.exceptions import EventStreamError

    session = open_session(server, faults=[{"fault": "stream_error", "event": 3}])
    with (
        client(session["base_url"]) as bedrock,
        pytest.raises(anthropic.APIStatusError, match="unable to process"),
    ):
        list(bedrock.messages.create(**HELLO, stream=True))
    with boto(session["base_url"]) as aws:
        found = aws.invoke_model_with_response_stream(modelId=MODEL, body=BODY)
        with (
            contextlib.closing(found["body"]) as body,
            pytest.raises(EventStreamError, match="serviceUnavailableException"),
        ):
            list(body)
    session = open_session(server, faults=[{"fault": "close", "event": 2}])
    with client(session["base_url"]) as bedrock, pytest.raises(httpx2.RemoteProtocolError):
        list(bedrock.messages.create(**HELLO, stream=True))


@pytest.mark.slow
def test_a_stream_is_cut_between_frames_and_within(server: mockapi.Server) -> None:
    """Faults of the wire count frames as events, and bytes as bytes."""
    path = f"/model/{MODEL}/invoke-with-response-stream"
    for fault, whole in (({"event": 1}, 2), ({"byte": 100}, 0)):
        session = open_session(server, faults=[{"fault": "cut", **fault}])
        headers = {"authorization": "Bearer test-token"}
        body = httpx.post(f"{session['base_url']}{path}", content=BODY, headers=headers).content
        assert len(decode_events(body)) == whole
        assert len(body) == 100 or whole


@pytest.mark.slow
def test_a_script_answers(server: mockapi.Server) -> None:
    """A tool's use comes through, its id marked as Bedrock's; the answer to it is taken."""
    tool: Any = {"name": "get_weather", "input_schema": {"type": "object", "properties": {}}}
    session = open_session(server)
    script = [{"blocks": [{"type": "tool_use", "name": "get_weather", "input": {}}]}, "Sunny."]
    assert control(server, f"/sessions/{session['id']}/script", script, method="POST").status_code == 201
    with client(session["base_url"]) as bedrock:
        with bedrock.messages.stream(**HELLO, tools=[tool]) as stream:
            asked = stream.get_final_message()
        call = asked.content[0]
        assert call.type == "tool_use"
        assert call.id.startswith("toolu_bdrk_01")
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "22"}
        turns: Any = [
            *HELLO["messages"],
            {"role": "assistant", "content": [call.to_dict()]},
            {"role": "user", "content": [result]},
        ]
        told = bedrock.messages.create(**{**HELLO, "messages": turns}, tools=[tool])
    assert told.content[0].to_dict()["text"] == "Sunny."


@pytest.mark.slow
def test_no_credential_is_a_403(server: mockapi.Server) -> None:
    """As AWS's front door says it, and one that is listed as invalid likewise."""
    url = f"{server.base_url}/model/{MODEL}/invoke"
    reply = httpx.post(url, content=BODY)
    assert (reply.status_code, reply.json()) == (403, {"message": "Missing Authentication Token"})
    assert reply.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    session = open_session(server, invalid_keys=[ACCESS_KEY])
    with (
        client(session["base_url"]) as bedrock,
        pytest.raises(anthropic.PermissionDeniedError, match="security token"),
    ):
        bedrock.messages.create(**HELLO)


def test_the_console_hints_at_what_the_client_is_told() -> None:
    """It speaks of the member of the body, as the reply does, where the API has a header field."""
    stream = io.StringIO()
    with mockapi.Server(console=Console(stream)) as server:
        url = f"{server.base_url}/model/{MODEL}/invoke"
        reply = httpx.post(url, json={"max_tokens": 9}, headers={"authorization": "Bearer test"})
    hint = reply.headers["x-mockapi-hint"]
    assert "anthropic_version" in hint
    assert f"  {hint}\n" in stream.getvalue()
