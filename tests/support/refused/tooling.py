"""Refused for the tools and for cache breakpoints."""

from __future__ import annotations

from typing import Any

from tests.support.refused._case import HAIKU, OPUS, SONNET, Case, ask, text, tool, user

_STRING = {"type": "string"}
_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_INVALID = (
    "tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 "
    "(https://json-schema.org/draft/2020-12). Learn more about tool use at "
    "https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview."
)
_TTL = (
    "{}: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that "
    "blocks are processed in the following order: `tools`, `system`, `messages`."
)


def _mark(ttl: str | None = None) -> dict[str, Any]:
    return {"cache_control": {"type": "ephemeral"} if ttl is None else {"type": "ephemeral", "ttl": ttl}}


_CHOICE = (
    Case(
        "tool_choice.without_tools",
        "tool_choice.any may only be specified while providing tools",
        ask(tool_choice={"type": "any"}),
    ),
    Case(
        "tool_choice.not_found",
        "Tool 'other' not found in provided tools",
        ask(tools=[tool()], tool_choice={"type": "tool", "name": "other"}),
    ),
    Case(
        "tool_choice.not_found",
        "Tool 'other' not found in provided tools",
        ask(tool_choice={"type": "tool", "name": "other"}, model=OPUS),
    ),
    Case(
        "tool_choice.forced_unsupported",
        'tool_choice: type "tool" and "any" are not supported for this model.',
        ask(tools=[tool()], tool_choice={"type": "any"}, model=OPUS),
    ),
)

_TOOLS = (
    Case("tools.unique_names", "tools: Tool names must be unique.", ask(tools=[tool(), tool("b"), tool()])),
    Case("tools.schema_invalid", _INVALID, ask(tools=[tool(schema={"type": "object", "required": [1]})])),
    Case(
        "tools.schema_invalid",
        _INVALID,
        ask(tools=[tool(schema={"type": "object", "properties": {"a": "string"}})]),
    ),
    Case(
        "tools.schema_combinator",
        "tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level",
        ask(tools=[tool(schema={"type": "object", "oneOf": [{"required": []}]})]),
    ),
    Case(
        "tools.property_key",
        "tools.0.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'",
        ask(tools=[tool(schema={"type": "object", "properties": {"a b": _STRING}})]),
    ),
    Case(
        "tools.circular_for_code",
        "tools.0.custom.input_schema: Circular $ref detected",
        ask(
            tools=[
                tool(
                    schema={"type": "object", "properties": {"next": {"$ref": "#"}}},
                    allowed_callers=["code_execution_20260120"],
                )
            ],
            model=SONNET,
        ),
    ),
    Case(
        "tools.all_deferred",
        "At least one tool must have defer_loading=false. All tools cannot be deferred.",
        ask(tools=[tool(defer_loading=True)]),
    ),
    Case(
        "tools.toolset_name",
        "tools.0.computer_toolset_20260801: name is not accepted on a toolset entry: the member names are "
        "fixed by the dated type, and the served tool keeps the family's bare name",
        ask(tools=[{"type": "computer_toolset_20260801", "name": "computer"}], model=SONNET),
    ),
    Case(
        "tools.deferred_cached",
        "Tool 'b' cannot have both defer_loading=true and cache_control set. Tools with defer_loading cannot "
        "use prompt caching.",
        ask(tools=[tool(), tool("b", defer_loading=True, **_mark())]),
    ),
    Case(
        "tools.not_counted",
        "Server tools are not supported in the count_tokens endpoint: code_execution_20250825, "
        "tool_search_tool_bm25_20251119, web_search_20250305. Use the /v1/messages endpoint instead.",
        ask(
            tools=[
                {"type": "code_execution_20250825", "name": "code_execution"},
                tool(),
                {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"},
                _SEARCH,
            ],
            max_tokens=...,
        ),
        endpoint="/v1/messages/count_tokens",
    ),
    Case(
        "tools.programmatic_unsupported",
        "'claude-haiku-4-5-20251001' does not support programmatic tool calling. The following tools have "
        '`allowed_callers` that require it: look, web_fetch. Explicitly set `allowed_callers=["direct"]` on '
        "these tools, or use a model that supports programmatic tool calling.",
        ask(
            tools=[
                tool(allowed_callers=["direct", "code_execution_20260120"]),
                {"type": "web_fetch_20260309", "name": "web_fetch"},
                {"type": "web_search_20260209", "name": "web_search", "allowed_callers": ["direct"]},
            ]
        ),
    ),
    *(
        Case(
            "tools.injected_name",
            "Auto-injecting tools would conflict with existing tool names: ['code_execution']. "
            "Each tool name must be unique.",
            ask(tools=[{"type": "web_search_20260318", "name": "web_search"}, other], model=SONNET),
        )
        for other in (
            {"type": "code_execution_20250825", "name": "code_execution"},
            tool("code_execution"),
        )
    ),
    Case(
        "tools.type_unsupported",
        "'claude-opus-5-5' does not support tool types: computer_20251124. Did you mean one of "
        "advisor_20260301, bash_20250124, browser_toolset_20260801, code_execution_20250522, "
        "code_execution_20250825, code_execution_20260120, code_execution_20260521, "
        "computer_toolset_20260801, memory_20250818, text_editor_20250728, tool_search_tool_bm25_20251119, "
        "tool_search_tool_regex_20251119, web_fetch_20250910, web_fetch_20260209, web_fetch_20260309, "
        "web_fetch_20260318, web_search_20250305, web_search_20260209, web_search_20260318?",
        ask(
            tools=[
                {
                    "type": "computer_20251124",
                    "name": "computer",
                    "display_width_px": 9,
                    "display_height_px": 9,
                }
            ],
            model=OPUS,
        ),
        headers={"anthropic-beta": "computer-use-2025-11-24"},
    ),
    Case(
        "tools.empty_domains",
        "tools.0.web_search_20250305.blocked_domains: Empty list of domains is ambiguous. Provide at least "
        "one domain or null.",
        ask(tools=[{**_SEARCH, "blocked_domains": []}]),
    ),
    Case(
        "tools.country",
        "tools.0.web_search_20250305: Country code IE is not supported.",
        ask(tools=[{**_SEARCH, "user_location": {"type": "approximate", "country": "IE"}}]),
    ),
)

_CACHE = (
    Case(
        "cache.too_many",
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        ask(
            user(text("a", **_mark()), text("b", **_mark())),
            system=[text("s", **_mark())],
            tools=[tool(**_mark()), tool("b", **_mark())],
        ),
    ),
    Case(
        "cache.ttl_order",
        _TTL.format("messages.0.content.0.cache_control.ttl"),
        ask(user(text("a", **_mark("1h"))), tools=[tool(**_mark())], model=SONNET),
    ),
    Case(
        "cache.ttl_order",
        _TTL.format("system.1.cache_control.ttl"),
        ask(system=[text("a", **_mark("5m")), text("b", **_mark("1h"))], model=HAIKU),
    ),
    Case(
        "cache.ttl_order",
        _TTL.format("cache_control"),
        ask(system=[text("a", **_mark())], cache_control={"type": "ephemeral", "ttl": "1h"}),
    ),
)

CASES = (*_CHOICE, *_TOOLS, *_CACHE)
