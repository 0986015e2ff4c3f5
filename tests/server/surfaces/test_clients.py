"""The official client classes of the clouds, unmodified, over a socket."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import mockapi
from tests.support.cloud_clients import CLOUDS, Cloud
from tests.support.server import journal, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

HELLO: Any = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
FASTEST = {"vertex": CLOUDS["vertex"]}
"""What the default tier tries; the others take a second each, mostly for their own imports."""


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server that makes up its replies."""
    with mockapi.Server() as running:
        yield running


def _cases(fast: dict[str, Cloud]) -> list[Any]:
    return [
        pytest.param(cloud, id=name, marks=() if name in fast else pytest.mark.slow)
        for name, cloud in CLOUDS.items()
    ]


each_cloud = pytest.mark.parametrize("cloud", _cases(FASTEST))
slow_clouds = pytest.mark.parametrize("cloud", _cases({}))


@each_cloud
def test_a_message_as_json_and_as_a_stream(server: mockapi.Server, cloud: Cloud) -> None:
    """Both are the same message, with the cloud's ids."""
    with cloud.made(server.base_url) as client:
        whole = client.messages.create(model=cloud.model, **HELLO)
        with client.messages.stream(model=cloud.model, **HELLO) as stream:
            streamed = stream.get_final_message()
    assert [block.to_dict() for block in whole.content] == [block.to_dict() for block in streamed.content]
    assert re.fullmatch(cloud.message, whole.id)
    assert re.fullmatch(cloud.message, streamed.id)
    assert re.fullmatch(cloud.request, whole._request_id)


@slow_clouds
def test_asynchronous_clients(server: mockapi.Server, cloud: Cloud) -> None:
    """They send and get the same."""

    async def talk() -> tuple[Any, Any, Any]:
        async with cloud.made(server.base_url, is_async=True) as client:
            whole = await client.messages.create(model=cloud.model, **HELLO)
            async with client.messages.stream(model=cloud.model, **HELLO) as stream:
                streamed = await stream.get_final_message()
            counted = await client.messages.count_tokens(model=cloud.model, messages=HELLO["messages"])
            return whole, streamed, counted

    whole, streamed, counted = asyncio.run(talk())
    assert re.fullmatch(cloud.message, whole.id)
    assert re.fullmatch(cloud.message, streamed.id)
    assert counted.input_tokens > 0


@slow_clouds
def test_the_beta_namespace(server: mockapi.Server, cloud: Cloud) -> None:
    """Betas reach the rules, wherever the client puts them."""
    with cloud.made(server.base_url) as client:
        told = client.beta.messages.create(
            model=cloud.model, betas=["context-management-2025-06-27"], **HELLO
        )
        with pytest.raises(anthropic.BadRequestError, match="anthropic-beta"):
            client.beta.messages.create(model=cloud.model, betas=["no-such-beta"], **HELLO)
    assert told.context_management is not None


@slow_clouds
def test_tokens_are_counted(server: mockapi.Server, cloud: Cloud) -> None:
    """At the cloud's own path."""
    with cloud.made(server.base_url) as client:
        counted = client.messages.count_tokens(model=cloud.model, messages=HELLO["messages"])
    assert counted.input_tokens > 0


@slow_clouds
def test_errors_are_the_clients_exceptions(server: mockapi.Server, cloud: Cloud) -> None:
    """A wrong body and an unknown model raise what they raise live."""
    nobody = cloud.model.rpartition("-")[0] + "-x"
    with cloud.made(server.base_url) as client:
        with pytest.raises(anthropic.BadRequestError, match="at least one message"):
            client.messages.create(model=cloud.model, max_tokens=64, messages=[])
        with pytest.raises(anthropic.NotFoundError):
            client.messages.create(model=nobody, **HELLO)


@slow_clouds
def test_a_credential_that_is_listed_as_invalid(server: mockapi.Server, cloud: Cloud) -> None:
    """It is known by the token, or by the id of the key that signs."""
    session = open_session(server, invalid_keys=[cloud.key])
    with cloud.made(session["base_url"]) as client, pytest.raises(anthropic.AuthenticationError):
        client.messages.create(model=cloud.model, **HELLO)


@slow_clouds
def test_retries(server: mockapi.Server, cloud: Cloud) -> None:
    """An overloaded cloud is asked again, and the second try succeeds."""
    session = open_session(server, faults=[{"fault": "529", "times": 1}])
    with cloud.made(session["base_url"], max_retries=1) as client:
        message = client.messages.create(model=cloud.model, **HELLO)
    assert re.fullmatch(cloud.message, message.id)
    assert [entry["reply"]["status"] for entry in journal(server, session["id"])] == [529, 200]
