"""`AnthropicVertex`, unmodified, over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import mockapi

if TYPE_CHECKING:
    from collections.abc import Iterator

HELLO: Any = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
MODEL = "claude-opus-4-6"


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server that makes up its replies."""
    with mockapi.Server() as running:
        yield running


def _client(server: mockapi.Server, **options: Any) -> anthropic.AnthropicVertex:
    return anthropic.AnthropicVertex(
        region="us-east5",
        project_id="p-1",
        base_url=f"{server.base_url}/v1",
        **{"access_token": "ya29.test-token", "max_retries": 0, **options},
    )


def test_a_message_as_json_and_as_a_stream(server: mockapi.Server) -> None:
    """Both are the same message but for its id."""
    with _client(server) as client:
        whole = client.messages.create(model=MODEL, **HELLO)
        with client.messages.stream(model=MODEL, **HELLO) as stream:
            streamed = stream.get_final_message()
    assert whole.id.startswith("msg_vrtx_01")
    assert streamed.id.startswith("msg_vrtx_01")
    assert (whole._request_id or "").startswith("req_vrtx_01")
    assert [block.to_dict() for block in whole.content] == [block.to_dict() for block in streamed.content]


def test_tokens_are_counted(server: mockapi.Server) -> None:
    """By the model `count-tokens`."""
    with _client(server) as client:
        counted = client.messages.count_tokens(model=MODEL, messages=HELLO["messages"])
    assert counted.input_tokens > 0
