"""OpenAI's client for Python: a chat, a stream, a tool call, an error, the models."""

import os

import openai

MODEL = "claude-sonnet-4-6"
MESSAGES = [{"role": "user", "content": "Hello"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
    },
}

with openai.OpenAI(base_url=f"{os.environ['ANTHROPIC_BASE_URL']}/v1", api_key="sk-ant-test-1") as client:
    chat = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert chat.choices[0].message.content
    chunks = list(client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    called = client.chat.completions.create(model=MODEL, messages=MESSAGES, tools=[TOOL]).choices[0].message
    assert called.tool_calls[0].function.name == "look"
    try:
        client.chat.completions.create(model="no-such-model", messages=MESSAGES)
    except openai.NotFoundError:
        pass
    else:
        raise SystemExit("an unknown model was taken")
    assert any(model.id.startswith("claude-") for model in client.models.list())
print("chat, stream, tool call, error, models")
