"""LangChain's chat model for the API: text, tool calls and stop reason of a streamed message."""

from __future__ import annotations

import functools
import importlib
import operator
from importlib.metadata import version
from typing import Any

import anthropic

from mockapi.fuzzing.drivers._lines import KEY, serve

_langchain: Any = importlib.import_module("langchain_anthropic")  # no dependency of this project


def _look(base_url: str, patience: float, _shown: list[Any]) -> Any:
    model = _langchain.ChatAnthropic(
        model="claude-sonnet-4-5", base_url=base_url, api_key=KEY, timeout=patience, max_retries=0
    )
    said: Any = functools.reduce(operator.add, model.stream("Say something."))
    calls = [{"id": call["id"], "name": call["name"], "input": call["args"]} for call in said.tool_calls]
    text = said.text if isinstance(said.text, str) else said.text()
    return {"text": text, "tool_calls": calls, "stop_reason": said.response_metadata.get("stop_reason")}


if __name__ == "__main__":
    shows = ("text", "tool_calls", "stop_reason")
    name = f"langchain-anthropic {version('langchain-anthropic')}"
    serve(name, "message", _look, (anthropic.AnthropicError,), shows=shows)
