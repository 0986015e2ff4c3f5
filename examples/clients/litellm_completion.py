"""LiteLLM: a completion and a stream."""

import litellm

litellm.telemetry = False
ASK = {
    "model": "anthropic/claude-sonnet-4-6",
    "messages": [{"role": "user", "content": "Hello"}],
    "max_tokens": 64,
}

assert litellm.completion(**ASK).choices[0].message.content
pieces = [chunk.choices[0].delta.content or "" for chunk in litellm.completion(**ASK, stream=True)]
assert "".join(pieces)
print("completion, stream")
