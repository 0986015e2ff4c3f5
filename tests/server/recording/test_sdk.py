"""The whole loop with the official client: record, take the upstream away, replay, same objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.recording import recorded, recording
from tests.support.server import serving

if TYPE_CHECKING:
    from pathlib import Path

anthropic = pytest.importorskip("anthropic", reason="the official client is not installed")

TOOL = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


def _conversation(base_url: str) -> list[Any]:
    """A message, a stream, a tool loop and an error, as a program has them."""
    said: list[Any] = []
    with anthropic.Anthropic(base_url=base_url, api_key="sk-ant-test-1", max_retries=0) as client:
        ask: dict[str, Any] = {"model": "claude-sonnet-4-6", "max_tokens": 256}
        question = {"role": "user", "content": "How is the weather in Bern?"}
        said.append(client.messages.create(**ask, messages=[question]).model_dump())
        with client.messages.stream(**ask, messages=[question]) as stream:
            said.append([event.type for event in stream])
            said.append(stream.get_final_message().model_dump())
        turn = client.messages.create(**ask, messages=[question], tools=[TOOL])
        said.append(turn.model_dump())
        assert turn.stop_reason == "tool_use"
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": "sunny"}
            for block in turn.content
            if block.type == "tool_use"
        ]
        answered = [
            question,
            {"role": "assistant", "content": turn.content},
            {"role": "user", "content": results},
        ]
        said.append(client.messages.create(**ask, messages=answered, tools=[TOOL]).model_dump())
        said.append(client.messages.count_tokens(model=ask["model"], messages=[question]).model_dump())
        with pytest.raises(anthropic.BadRequestError) as caught:
            client.messages.create(**ask, messages=[question], extra_body={"no_such": 1})
        said.append((caught.value.status_code, caught.value.body, caught.value.request_id))
    return said


@pytest.mark.slow
def test_what_the_client_gets_is_the_same_without_the_upstream(tmp_path: Path) -> None:
    """Every object of a recorded conversation comes back equal when the upstream is gone."""
    from mockapi.validation import ValidationSettings

    to = tmp_path / "r.yaml"
    with (
        serving(on_unmatched="synthesize", validation=ValidationSettings()) as upstream,
        recording(upstream.base_url, to) as server,
    ):
        live = _conversation(server.base_url)
    assert len(recorded(to).interactions) == 6
    with serving(str(to), speed=1.0) as player:
        assert _conversation(player.base_url) == live
