"""A small agent: it answers questions about the weather with the help of a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anthropic

if TYPE_CHECKING:
    from anthropic.types import MessageParam, ToolParam, ToolResultBlockParam

MODEL = "claude-opus-4-6"
SYSTEM = "You are a weather bot. Answer in one sentence."
TOOLS: list[ToolParam] = [
    {
        "name": "get_weather",
        "description": "The present weather of a city.",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    }
]
WEATHER = {"Oslo": "7 degrees, rain", "Cairo": "31 degrees, sun"}

client = anthropic.Anthropic()  # made at import: the plugin has set the environment by then


def get_weather(city: str) -> str:
    if city not in WEATHER:
        raise LookupError(f"no weather station in {city}")
    return WEATHER[city]


def answer(question: str, max_turns: int = 5) -> str:
    messages: list[MessageParam] = [{"role": "user", "content": question}]
    for _ in range(max_turns):
        reply = client.messages.create(
            model=MODEL, max_tokens=500, system=SYSTEM, tools=TOOLS, messages=messages
        )
        if reply.stop_reason != "tool_use":
            return "".join(block.text for block in reply.content if block.type == "text")
        results: list[ToolResultBlockParam] = []
        for block in reply.content:
            if block.type != "tool_use":
                continue
            try:
                result, is_error = get_weather(str(block.input["city"])), False
            except LookupError as error:
                result, is_error = str(error), True
            results.append(
                {"type": "tool_result", "tool_use_id": block.id, "content": result, "is_error": is_error}
            )
        messages += [
            {"role": "assistant", "content": reply.content},
            {"role": "user", "content": results},
        ]
    raise RuntimeError(f"no answer after {max_turns} turns")


def stream_answer(question: str) -> str:
    with client.messages.stream(
        model=MODEL, max_tokens=500, messages=[{"role": "user", "content": question}]
    ) as stream:
        message = stream.get_final_message()
    if message.stop_reason is None:
        raise ConnectionError("the stream was cut")
    return "".join(block.text for block in message.content if block.type == "text")
