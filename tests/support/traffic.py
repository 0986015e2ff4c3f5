"""Traffic that is worth looking at: conversations with tools, caches, streams, misses, refusals, faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx

from mockapi.messages import accumulate, decode_events
from tests.support.server import ask, control, open_session

if TYPE_CHECKING:
    import mockapi

KEY: Final = {
    "x-api-key": "sk-ant-test-1",
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
}
MODEL: Final = "claude-opus-4-6"
WEATHER: Final = {
    "name": "get_weather",
    "description": "The weather at a place, now.",
    "input_schema": {
        "type": "object",
        "properties": {"location": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
        "required": ["location"],
    },
}
RULES: Final = (
    "You plan walks. Say what to wear, and look the weather up before you promise sunshine. "
    "Speak plainly, name the hour, and never invent a forecast. "
)


def post(base_url: str, body: Any, path: str = "/v1/messages") -> httpx.Response | None:
    """Ask; None where the connection broke."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        return ask(base_url, path=path, content=content, headers=KEY)
    except httpx.HTTPError:
        return None


def conversation(base_url: str, question: str, turns: int = 5) -> None:
    """An agent's conversation: it streams, calls a tool, and goes on; its third turn breaks the cache."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": question}]
    for turn in range(turns):
        rules = RULES * 130 if turn < 2 else f"{RULES}It is nine. {RULES * 130}"
        system = [{"type": "text", "text": rules, "cache_control": {"type": "ephemeral"}}]
        body = {"model": MODEL, "max_tokens": 400, "stream": True, "system": system, "tools": [WEATHER]}
        reply = post(base_url, {**body, "messages": messages})
        assert reply is not None
        said = accumulate(decode_events(reply.content))
        messages.append({"role": "assistant", "content": said["content"]})
        calls = [block for block in said["content"] if block["type"] == "tool_use"]
        results = [
            {"type": "tool_result", "tool_use_id": block["id"], "content": "11 °C, light rain from the west"}
            for block in calls
        ]
        messages.append({"role": "user", "content": results or f"And on day {turn + 2}?"})


def everything(server: mockapi.Server) -> None:
    """Some of all that the page can show, the newest the most telling."""
    for recording in server.service.library.recordings:
        asked = recording.interaction.request
        if asked.path == "/v1/messages" and recording.position < 2:
            post(server.base_url, asked.body)
    pace = {"first": 0.35, "between": {"median": 0.02, "sigma": 0.7}}
    oslo = open_session(server, name="tests/test_walks.py::test_oslo", pace=pace, validation="strict")
    conversation(oslo["base_url"], "A walk in Oslo today: do I need an umbrella?")
    nearest = next(
        item.interaction.request
        for item in server.service.library.recordings
        if item.interaction.request.path == "/v1/messages" and b"weather" in item.interaction.request.body
    )
    missed = json.loads(nearest.body)
    missed["messages"][0]["content"] += " It is 2026-11-29, in Lisbon."
    b = open_session(server, name="tests/test_walks.py::test_lisbon", on_unmatched="fail")
    post(b["base_url"], missed)
    strict = open_session(server, name="tests/test_walks.py::test_refused", validation="strict")
    post(
        strict["base_url"], {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": ""}]}
    )
    control(server, f"/sessions/{oslo['id']}/faults", [{"fault": "cut", "event": 9}], method="POST")
    body = {"model": MODEL, "max_tokens": 200, "stream": True}
    post(oslo["base_url"], {**body, "messages": [{"role": "user", "content": "Tell me about the fjord."}]})
