"""Refused for the shape of a field, of a message or of a tool."""

from __future__ import annotations

from typing import Any

from tests.support.refused._case import (
    HAIKU,
    LOOKED,
    OPUS,
    Case,
    ask,
    assistant,
    call,
    image,
    result,
    system,
    text,
    tool,
    user,
)

_REMOVAL = {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "look"}}
_FRUITLESS = (
    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "tool_search_tool_bm25", "input": {"query": "a"}},
    {
        "type": "tool_search_tool_result",
        "tool_use_id": "srvtoolu_1",
        "content": {"type": "tool_search_tool_result_error"},
    },
)


def _type(message: str, **fields: Any) -> Case:
    return Case("shape.type", message, ask(**fields))


def _extra(name: str, value: Any, **more: Any) -> Case:
    return Case(
        "shape.unknown_field", f"{name}: Extra inputs are not permitted", ask(**{name: value}), **more
    )


def _closed(path: str, body: Any, **more: Any) -> Case:
    return Case("shape.needs_beta", f"{path}: Extra inputs are not permitted", body, **more)


def _missing(path: str, body: Any, **more: Any) -> Case:
    return Case("shape.required", f"{path}: Field required", body, **more)


def _in_batch(rule: str, message: str, *requests: Any) -> Case:
    return Case(rule, message, {"requests": list(requests)}, endpoint="/v1/messages/batches")


_ROW = {"custom_id": "a", "params": ask()}
_EPHEMERAL = {"type": "ephemeral"}

_TOP = (
    _missing("model", ask(model=...)),
    _missing("messages", {"model": HAIKU, "max_tokens": 9}),
    _missing("max_tokens", ask(max_tokens=...)),
    _type("model: Input should be a valid string", model=None),
    Case("shape.length", "model: String should have at least 1 character", ask(model="")),
    _type("messages: Input should be a valid array", messages=None),
    Case("shape.length", "messages: at least one message is required", ask(messages=[])),
    _type("max_tokens: Input should be a valid integer", max_tokens=1.5),
    _type("max_tokens: Input should be a valid integer", max_tokens=True),
    Case("shape.range", "max_tokens: must be greater than or equal to 0", ask(max_tokens=-7)),
    _type("tool_choice: Input should be an object", tool_choice=None),
    _missing("tool_choice.type", ask(tool_choice={})),
    _missing("tool_choice.tool.name", ask(tool_choice={"type": "tool"})),
    Case(
        "shape.tag",
        "tool_choice: Input tag 'required' found using 'type' does not match any of the expected tags: "
        "'auto', 'any', 'tool', 'none'",
        ask(tool_choice={"type": "required"}),
    ),
    _type("messages.1: Input does not match the expected shape.", messages=[user("a"), "b"]),
    _type(
        "tools.0.custom.input_schema: Input does not match the expected shape.",
        tools=[{"name": "look", "input_schema": False}],
    ),
    Case(
        "shape.value",
        "thinking.enabled.display: Input should be 'summarized', 'omitted'",
        ask(thinking={"type": "enabled", "budget_tokens": 1024, "display": "updates"}),
    ),
    _type("tools: Input should be a valid array", tools=None),
    _type("tools.0: Input should be an object", tools=[7]),
    _type("system: Input should be a valid array", system=None),
    _type("system.0: Input does not match the expected shape.", system=[7]),
    _type("thinking: Input should be an object", thinking="on"),
    _missing("thinking.enabled.budget_tokens", ask(thinking={"type": "enabled"})),
    Case(
        "shape.range",
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ask(thinking={"type": "enabled", "budget_tokens": 500}),
    ),
    Case(
        "shape.unknown_field",
        "thinking.adaptive.budget_tokens: Extra inputs are not permitted",
        ask(thinking={"type": "adaptive", "budget_tokens": 2000}),
    ),
    Case(
        "shape.tag",
        "thinking: Input tag 'deep' found using 'type' does not match any of the expected tags: 'adaptive', "
        "'between_tools', 'disabled', 'enabled'",
        ask(thinking={"type": "deep"}),
    ),
    _type("output_config: Input does not match the expected shape.", output_config="high"),
    Case(
        "shape.value",
        "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
        ask(output_config={"effort": "extreme"}),
    ),
    _missing("output_config.format.schema", ask(output_config={"format": {"type": "json_schema"}})),
    _type("cache_control: Input should be an object", cache_control="yes"),
    _type("metadata: Input does not match the expected shape.", metadata=[]),
    Case("shape.unknown_field", "metadata.team: Extra inputs are not permitted", ask(metadata={"team": "a"})),
    _type("metadata.user_id: Input should be a valid string", metadata={"user_id": 5}),
    _type("stop_sequences: Input should be a valid array", stop_sequences="END"),
    _type("stop_sequences.1: Input should be a valid string", stop_sequences=["a", 1]),
    _type("temperature: Input should be a valid number", temperature="0.5"),
    Case("shape.range", "temperature: range: 0..1", ask(temperature=1.2)),
    Case("shape.value", "service_tier: Input should be 'auto' or 'standard_only'", ask(service_tier=None)),
    _type("top_k: Input should be a valid integer", top_k=0.5),
    Case("shape.range", "top_p: range: 0..1", ask(top_p=-0.5)),
    _type("stream: Input should be a valid boolean", stream="true"),
    _type("container.ContainerParams: Input does not match the expected shape.", container=[]),
    _type("inference_geo: Input should be a valid string", inference_geo=1),
    Case("shape.value", "inference_geo: must be one of ['global', 'us']", ask(inference_geo="mars")),
    Case("shape.type", "Input should be an object", []),
    _extra("seed", 1),
    _extra("user", None),
    _closed("context_management", ask(context_management={"edits": []})),
    _closed("mcp_servers", ask(mcp_servers=[])),
    _closed("speed", ask(speed="fast")),
    _closed(
        "output_config.task_budget", ask(output_config={"task_budget": {"type": "tokens", "total": 20000}})
    ),
    _closed("temperature", ask(temperature=1), headers={"anthropic-version": "2026-10-21"}),
    Case(
        "shape.needs_beta",
        "output_format: This field is deprecated. Use 'output_config.format' instead. See "
        "https://platform.claude.com/docs/en/build-with-claude/structured-outputs for more information.",
        ask(output_format={"type": "json_schema", "schema": {}}),
    ),
    _extra("max_tokens", 5, endpoint="/v1/messages/count_tokens"),
)

_MESSAGES = (
    _missing("messages.0.role", ask({"content": "Hi"})),
    _missing("messages.0.content", ask({"role": "user"})),
    _type("messages.0.content: Input should be a valid array", messages=[{"role": "user", "content": None}]),
    Case(
        "shape.unknown_field",
        "messages.0.name: Extra inputs are not permitted",
        ask({**user("Hi"), "name": "a"}),
    ),
    Case(
        "shape.value",
        'messages: Unexpected role "developer". Allowed roles are "user" or "assistant"',
        ask({"role": "developer", "content": "Hi"}),
    ),
    Case(
        "shape.value",
        'messages: Unexpected role "tool". Allowed roles are "user" or "assistant". For instructions on how '
        "to use tools, see https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview.",
        ask(user("Hi"), {"role": "tool", "content": "x"}),
    ),
    _type("messages.0.content.1: Input should be an object", messages=[user(text("a"), 7)]),
    _missing("messages.0.content.0.type", ask(user({"text": "a"}))),
    _missing("messages.0.content.0.text.text", ask(user({"type": "text"}))),
    _type("messages.0.content.0.text.text: Input should be a valid string", messages=[user(text(None))]),
    Case(
        "shape.tag",
        "messages.0.content.0: Input tag 'image_url' found using 'type' does not match any of the expected "
        "tags: 'bash_code_execution_tool_result', 'code_execution_tool_result', 'container_upload', "
        "'document', 'image', 'redacted_thinking', 'search_result', 'server_tool_use', 'text', "
        "'text_editor_code_execution_tool_result', 'thinking', 'tool_result', 'tool_search_tool_result', "
        "'tool_use', 'web_fetch_tool_result', 'web_search_tool_result'",
        ask(user({"type": "image_url", "image_url": {}})),
    ),
    Case(
        "shape.value",
        "system.0.cache_control.ephemeral.ttl: Input should be '5m' or '1h'",
        ask(system=[text("s", cache_control={"type": "ephemeral", "ttl": "2h"})]),
    ),
    _closed(
        "messages.0.content.0.text.cache_control.ephemeral.scope",
        ask(user(text("a", cache_control={**_EPHEMERAL, "scope": "global"}))),
    ),
    Case(
        "shape.unknown_field",
        "messages.1.content.0.thinking.cache_control: Extra inputs are not permitted",
        ask(
            user("a"),
            assistant({"type": "thinking", "thinking": "", "signature": "", "cache_control": _EPHEMERAL}),
        ),
    ),
    _missing(
        "messages.1.content.0.tool_use.input",
        ask(user("a"), assistant({"type": "tool_use", "id": "a", "name": "b"})),
    ),
    _type(
        "messages.1.content.0.tool_use.input: Input should be an object",
        messages=[user("a"), assistant(call(input="x"))],
    ),
    Case(
        "shape.pattern",
        "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
        ask(user("a"), assistant(call("a b"))),
    ),
    Case(
        "shape.pattern",
        "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
        ask(user("a"), assistant(call("toolu_1\n"))),
    ),
    Case(
        "shape.length",
        "messages.1.content.0.tool_use.name: String should have at most 200 characters",
        ask(user("a"), assistant(call(name="n" * 201))),
    ),
    Case(
        "shape.tag",
        "messages.1.content.0.tool_use.caller: Input tag 'me' found using 'type' does not match any of the "
        "expected tags: 'code_execution_20250825', 'code_execution_20260120', 'direct'",
        ask(user("a"), assistant(call(caller={"type": "me"}))),
    ),
    _missing("messages.2.content.0.tool_result.tool_use_id", ask(*LOOKED[:2], user({"type": "tool_result"}))),
    _missing(
        "messages.2.content.0.tool_result.content.0.image.source",
        ask(*LOOKED[:2], user(result(content=[{"type": "image"}])), tools=[tool()]),
    ),
    Case(
        "shape.value",
        "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', "
        "'image/gif' or 'image/webp'",
        ask(user(image(media_type="image/bmp"))),
    ),
    _missing(
        "messages.0.content.0.image.source.url.url", ask(user({"type": "image", "source": {"type": "url"}}))
    ),
    Case(
        "shape.value",
        "messages.0.content.0.document.source.base64.media_type: Input should be 'application/pdf'",
        ask(user({"type": "document", "source": {"type": "base64", "media_type": "text/plain", "data": ""}})),
    ),
    Case(
        "shape.needs_beta",
        "messages.0.content.0.document.source: Input tag 'file' found using 'type' does not match any of "
        "the expected tags: 'base64', 'content', 'text', 'url'",
        ask(user({"type": "document", "source": {"type": "file", "file_id": "file_1"}})),
    ),
    Case(
        "shape.needs_beta",
        "messages.1.content.0: `tool_removal` blocks require anthropic-beta: inline-tools-2026-09-15",
        ask(user("a"), system(_REMOVAL), model=OPUS),
    ),
    _missing(
        "messages.1.content.1.tool_search_tool_result.content.RequestToolSearchToolResultError.error_code",
        ask(user("a"), assistant(*_FRUITLESS), user("b")),
    ),
    Case(
        "shape.pattern",
        "messages.1.content.0.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'",
        ask(
            user("a"),
            assistant({"type": "server_tool_use", "id": "call_1", "name": "web_search", "input": {}}),
        ),
    ),
    Case(
        "shape.length",
        "messages.1.content.0.compaction.content: content cannot be empty",
        ask(user("a"), assistant({"type": "compaction", "content": ""}), model="claude-opus-4-8"),
        headers={"anthropic-beta": "compact-2026-01-12"},
    ),
)

_TOOLS = (
    _missing("tools.0.custom.name", ask(tools=[{"input_schema": {"type": "object"}}])),
    Case(
        "shape.length", "tools.0.custom.name: String should have at least 1 character", ask(tools=[tool("")])
    ),
    _missing("tools.0.custom.input_schema", ask(tools=[{"name": "look"}])),
    _missing("tools.0.custom.input_schema.type", ask(tools=[tool(schema={"properties": {}})])),
    _missing("tools.0.web_search_20250305.name", ask(tools=[{"type": "web_search_20250305"}])),
    Case(
        "shape.value",
        "tools.0.web_search_20250305.name: Input should be 'web_search'",
        ask(tools=[{"type": "web_search_20250305", "name": "google"}]),
    ),
    Case(
        "shape.length",
        "tools.0.web_search_20250305.user_location.country: String should have at most 2 characters",
        ask(
            tools=[
                {
                    "type": "web_search_20250305",
                    "name": "web_search",
                    "user_location": {"type": "approximate", "country": "USA"},
                }
            ]
        ),
    ),
)

_BATCHES = (
    _in_batch("shape.length", "requests: List should have at least 1 item after validation, not 0"),
    _in_batch("shape.required", "requests.0.custom_id: Field required", {"params": ask()}),
    _in_batch(
        "shape.length",
        "requests.1.custom_id: String should have at most 64 characters",
        _ROW,
        {**_ROW, "custom_id": "x" * 65},
    ),
    _in_batch(
        "shape.pattern",
        "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
        {**_ROW, "custom_id": "a b"},
    ),
    _in_batch(
        "batch.duplicate_id",
        "requests: custom_id's must be unique within a batch. Duplicate custom_id found: a",
        _ROW,
        _ROW,
    ),
    Case(
        "batch.stream",
        '"stream=True" is not supported in the Message Batches API',
        ask(stream=True),
        row=True,
    ),
    Case("batch.max_tokens", "max_tokens: must be greater than or equal to 1", ask(max_tokens=0), row=True),
)

CASES = (*_TOP, *_MESSAGES, *_TOOLS, *_BATCHES)
