"""LiteLLM: text, tool calls, stop reason and usage of a streamed completion."""

from __future__ import annotations

import importlib
import json
from importlib.metadata import version
from typing import Any

from mockapi.fuzzing.drivers._lines import KEY, serve

_litellm: Any = importlib.import_module("litellm")  # no dependency of this project
_openai: Any = importlib.import_module("openai")  # whose exceptions LiteLLM's are derived from


class BrokenInputError(Exception):
    """The arguments of a call, which the client gives as text, are not JSON: its user cannot miss that."""


def _input(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenInputError(str(error)) from None


def _look(base_url: str, patience: float, _shown: list[Any]) -> Any:
    chunks = list(
        _litellm.completion(
            model="anthropic/claude-sonnet-4-5",
            messages=[{"role": "user", "content": "Say something."}],
            api_base=base_url,
            api_key=KEY,
            timeout=patience,
            num_retries=0,
            max_tokens=1024,
            stream=True,
        )
    )
    message = _litellm.stream_chunk_builder(chunks).choices[0].message
    calls = [
        {"id": call.id, "name": call.function.name, "input": _input(call.function.arguments or "{}")}
        for call in message.tool_calls or ()
    ]
    return {"text": message.content, "tool_calls": calls}


if __name__ == "__main__":
    shows = ("text", "tool_calls")
    serve(
        f"litellm {version('litellm')}",
        "message",
        _look,
        (_openai.OpenAIError, BrokenInputError),
        shows=shows,
    )
