"""Pydantic AI's model for the API: text, thinking and tool calls of a streamed response."""

from __future__ import annotations

import asyncio
import importlib
from importlib.metadata import version
from typing import Any

import anthropic

from mockapi.fuzzing.drivers._lines import KEY, serve

# No dependency of this project.
_direct: Any = importlib.import_module("pydantic_ai.direct")
_messages: Any = importlib.import_module("pydantic_ai.messages")
_models: Any = importlib.import_module("pydantic_ai.models.anthropic")
_providers: Any = importlib.import_module("pydantic_ai.providers.anthropic")
_errors: Any = importlib.import_module("pydantic_ai.exceptions")


async def _ask(base_url: str, patience: float) -> Any:
    async with anthropic.AsyncAnthropic(
        base_url=base_url, api_key=KEY, timeout=patience, max_retries=0
    ) as client:
        provider = _providers.AnthropicProvider(anthropic_client=client)
        model = _models.AnthropicModel("claude-sonnet-4-5", provider=provider)
        asked = [_messages.ModelRequest.user_text_prompt("Say something.")]
        async with _direct.model_request_stream(model, asked) as stream:
            async for _ in stream:
                pass
            return stream.get()


def _look(base_url: str, patience: float, _shown: list[Any]) -> Any:
    parts = asyncio.run(_ask(base_url, patience)).parts
    return {
        "text": "".join(part.content for part in parts if part.part_kind == "text"),
        "tool_calls": [
            {"id": part.tool_call_id, "name": part.tool_name, "input": part.args_as_dict()}
            for part in parts
            if part.part_kind == "tool-call"
        ],
    }


if __name__ == "__main__":
    documented = (anthropic.AnthropicError, _errors.AgentRunError, _errors.UserError)
    name = f"pydantic-ai {version('pydantic-ai-slim')}"
    serve(name, "message", _look, documented, shows=("text", "tool_calls"))
