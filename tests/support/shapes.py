"""Request bodies of every shape that synthesis knows: one table for many tests.

`SHAPES` maps a name to a body of POST /v1/messages; the key `beta` in a body is the value of its
`anthropic-beta` header, as tools that read bodies from lines take it.
"""

from __future__ import annotations

import base64
from typing import Any

from mockapi.replies._seeded import SeededChoices

OLD = "claude-haiku-4-5-20251001"
NEW = "claude-opus-4-7"
NEWEST = "claude-opus-5-5"

WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "description": "The weather at a place.",
    "input_schema": {
        "type": "object",
        "properties": {
            "location": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["location"],
    },
}
TIME: dict[str, Any] = {
    "name": "get_time",
    "input_schema": {
        "type": "object",
        "properties": {"zone": {"type": "string", "pattern": "^[A-Z][a-z]+/[A-Z][a-z]+$"}},
        "required": ["zone"],
        "additionalProperties": False,
    },
}
NOTHING: dict[str, Any] = {"name": "no_arguments", "input_schema": {"type": "object", "properties": {}}}
ORDER: dict[str, Any] = {
    "name": "place_order",
    "input_schema": {
        "$defs": {
            "item": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
                    "count": {"type": "integer", "minimum": 1, "maximum": 9},
                    "tags": {
                        "type": "array",
                        "items": {"type": "string"},
                        "uniqueItems": True,
                        "minItems": 2,
                    },
                },
                "required": ["sku", "count", "tags"],
            }
        },
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "at": {"type": "string", "format": "date-time"},
            "to": {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]},
            "items": {"type": "array", "items": {"$ref": "#/$defs/item"}, "minItems": 1},
        },
        "required": ["id", "at", "to", "items"],
    },
}
TREE: dict[str, Any] = {
    "name": "store_tree",
    "input_schema": {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "number"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
                "required": ["value", "children"],
            }
        },
        "type": "object",
        "properties": {"root": {"$ref": "#/$defs/node"}},
        "required": ["root"],
    },
}
IMPOSSIBLE: dict[str, Any] = {
    "name": "impossible",
    "input_schema": {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 5, "maximum": 3}},
        "required": ["n"],
    },
}
ENDLESS: dict[str, Any] = {
    "name": "endless",
    "input_schema": {
        "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}},
        "type": "object",
        "properties": {"n": {"$ref": "#/$defs/n"}},
        "required": ["n"],
    },
}
PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer"},
        "mail": {"type": "string", "format": "email"},
    },
    "required": ["name", "age", "mail"],
    "additionalProperties": False,
}
PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
    )
).decode()
PDF = base64.b64encode(
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
).decode()


def body(text: Any = "What's the weather in Paris?", model: str = NEW, **more: Any) -> dict[str, Any]:
    """A body with one user turn, or with the messages that are given."""
    messages = [{"role": "user", "content": text}]
    return {"model": model, "max_tokens": 1024, "messages": messages, **more}


def called(*tools: dict[str, Any], more: tuple[dict[str, Any], ...] = (), **options: Any) -> dict[str, Any]:
    """A body whose conversation hands back the result of a call of the first tool."""
    call = {"type": "tool_use", "id": "toolu_01A09q90qw90lq91783lq9xy", "name": tools[0]["name"], "input": {}}
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": "15 degrees"}
    messages = [
        {"role": "user", "content": "What's the weather?"},
        {"role": "assistant", "content": [*more, call]},
        {"role": "user", "content": [result]},
    ]
    return {**body(**options), "tools": list(tools), "messages": messages}


def _again(number: int) -> list[dict[str, Any]]:
    """One more call of the weather tool, and its result."""
    call = {"type": "tool_use", "id": f"toolu_0{number}", "name": "get_weather", "input": {}}
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": "still 15 degrees"}
    return [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]


def _document(source: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "document", "source": source, "citations": {"enabled": True}, **more}


_PLAIN = {"type": "text", "media_type": "text/plain", "data": "The grass is green. The sky is blue."}
_THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": SeededChoices(b"shapes").signature()}
_ADAPTIVE = {"type": "adaptive", "display": "summarized"}
_BUDGET = {"type": "enabled", "budget_tokens": 1024}
_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_FETCH = {"type": "web_fetch_20250910", "name": "web_fetch", "citations": {"enabled": True}}
_CODE = {"type": "code_execution_20250825", "name": "code_execution"}
_RESULT = {
    "type": "search_result",
    "source": "https://example.com/ants",
    "title": "Ants",
    "content": [{"type": "text", "text": "Ants have six legs."}],
    "citations": {"enabled": True},
}
_PAUSED = {
    "type": "server_tool_use",
    "id": "srvtoolu_01A09q90qw90lq91783lq9xy",
    "name": "web_search",
    "input": {"query": "ants"},
}
_MCP = [{"type": "url", "name": "library", "url": "https://mcp.example.com/sse"}]
_MESSAGES = {
    "conversation": [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi!"},
        {"role": "user", "content": "And now?"},
    ],
    "prefill": [
        {"role": "user", "content": "What is latin for Ant? (A) Apoidea, (B) Rhopalocera, (C) Formicidae"},
        {"role": "assistant", "content": "The answer is ("},
    ],
    "prefill_json": [
        {"role": "user", "content": "Answer as JSON."},
        {"role": "assistant", "content": '{"answer":'},
    ],
    "paused": [{"role": "user", "content": "Find ants"}, {"role": "assistant", "content": [_PAUSED]}],
    "system_turn": [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi!"},
        {"role": "user", "content": "Go on"},
        {"role": "system", "content": "Be brief."},
    ],
}

SHAPES: dict[str, dict[str, Any]] = {
    "text": body("Hello, Claude"),
    "text old model": body("Hello, Claude", OLD),
    "text newest model": body("Hello, Claude", NEWEST),
    "text blocks": body([{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]),
    "text alias": body("Hello", "claude-haiku-4-5"),
    "text multi-byte": body("日本の首都は\uff1f 👩‍👩‍👧 naïve"),
    "conversation": {**body(), "messages": _MESSAGES["conversation"]},
    "system": body(system="You are terse."),
    "system blocks": body(
        system=[{"type": "text", "text": "You are terse.", "cache_control": {"type": "ephemeral"}}]
    ),
    "system turn": {**body(model=NEWEST), "messages": _MESSAGES["system_turn"]},
    "metadata": body(metadata={"user_id": "user-1"}, service_tier="auto"),
    "max tokens 0": body(max_tokens=0),
    "max tokens 1": body(max_tokens=1),
    "max tokens 7": body("日本の首都は\uff1f 👩‍👩‍👧", max_tokens=7),
    "stop sequence": body("Say one STOP two", stop_sequences=["STOP"]),
    "stop sequence first": body(stop_sequences=["T", "H", "m", "N"]),
    "prefill": {**body(model=OLD, max_tokens=1), "messages": _MESSAGES["prefill"]},
    "prefill long": {**body(model=OLD), "messages": _MESSAGES["prefill"]},
    "prefill json": {**body(model=OLD), "messages": _MESSAGES["prefill_json"]},
    "tool": body(tools=[WEATHER]),
    "tool without arguments": body(tools=[NOTHING]),
    "tools in parallel": body(tools=[WEATHER, TIME, ORDER, TREE]),
    "tools not in parallel": body(
        tools=[WEATHER, TIME], tool_choice={"type": "auto", "disable_parallel_tool_use": True}
    ),
    "tool any": body(tools=[WEATHER, TIME], tool_choice={"type": "any"}),
    "tool chosen": body(tools=[WEATHER, ORDER], tool_choice={"type": "tool", "name": "place_order"}),
    "tool none": body(tools=[WEATHER], tool_choice={"type": "none"}),
    "tool cut": body(tools=[ORDER], tool_choice={"type": "any"}, max_tokens=40),
    "tool cut early": body(tools=[ORDER], tool_choice={"type": "any"}, max_tokens=14),
    "tool tree": body(tools=[TREE], tool_choice={"type": "tool", "name": "store_tree"}),
    "tool impossible": body(tools=[IMPOSSIBLE]),
    "tool endless": body(tools=[ENDLESS, WEATHER]),
    "tool result": called(WEATHER),
    "tool result any": called(WEATHER, tool_choice={"type": "any"}),
    "tool cached": body(tools=[{**WEATHER, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]),
    "bash": body(tools=[{"type": "bash_20250124", "name": "bash"}]),
    "text editor": body(tools=[{"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}]),
    "memory": body(tools=[{"type": "memory_20250818", "name": "memory"}]),
    "thinking": body(thinking=_ADAPTIVE),
    "thinking omitted": body(thinking={"type": "adaptive", "display": "omitted"}),
    "thinking by default": body(thinking={"type": "adaptive"}),
    "thinking newest": body(model=NEWEST, thinking={"type": "adaptive"}),
    "thinking budget": body(model=OLD, max_tokens=2048, thinking=_BUDGET),
    "thinking off": body(thinking={"type": "disabled"}),
    "thinking cut": body(thinking=_ADAPTIVE, max_tokens=9),
    "thinking with tools": body(thinking=_ADAPTIVE, tools=[WEATHER]),
    "thinking after result": called(WEATHER, thinking=_ADAPTIVE),
    "thinking between tools": called(WEATHER, model="claude-sonnet-5-5", thinking={"type": "between_tools"}),
    "structured": body(
        "Ada, 36, ada@example.com", output_config={"format": {"type": "json_schema", "schema": PERSON}}
    ),
    "structured cut": body(
        "Ada", max_tokens=9, output_config={"format": {"type": "json_schema", "schema": PERSON}}
    ),
    "effort": body(output_config={"effort": "low"}),
    "image": body(
        [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            {"type": "text", "text": "What?"},
        ]
    ),
    "image by url": body([{"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}]),
    "pdf": body(
        [_document({"type": "base64", "media_type": "application/pdf", "data": PDF}, title="A sheet")]
    ),
    "document": body([_document(_PLAIN, title="Colours"), {"type": "text", "text": "Which colour?"}]),
    "document of blocks": body(
        [_document({"type": "content", "content": [{"type": "text", "text": "One."}]})]
    ),
    "search results": body([_RESULT, {"type": "text", "text": "How many legs?"}]),
    "web search": body("ants", tools=[_SEARCH]),
    "web search cut": body("ants", tools=[_SEARCH], max_tokens=30),
    "web search chosen": body(tools=[_SEARCH, WEATHER], tool_choice={"type": "tool", "name": "web_search"}),
    "web search in a domain": body(tools=[{**_SEARCH, "allowed_domains": ["example.org"]}]),
    "web fetch": body("Read https://example.com/ants.", tools=[_FETCH]),
    "code execution": body("6 * 7?", tools=[_CODE]),
    "pause": {**body(), "tools": [_SEARCH], "messages": _MESSAGES["paused"]},
    "tool search": body(
        tools=[
            {"type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25"},
            {**WEATHER, "defer_loading": True},
        ]
    ),
    "cache at the end": body("word " * 3000, cache_control={"type": "ephemeral"}),
    "beta text": body(beta="files-api-2025-04-14"),
    "beta thinking interleaved": called(
        WEATHER,
        more=(_THOUGHT,),
        model=OLD,
        max_tokens=2048,
        thinking=_BUDGET,
        beta="interleaved-thinking-2025-05-14",
    ),
    "beta context management": body(
        model=OLD,
        context_management={"edits": [{"type": "clear_tool_uses_20250919"}]},
        beta="context-management-2025-06-27",
    ),
    "beta tool uses cleared": {
        **body(
            model=OLD,
            tools=[WEATHER],
            context_management={
                "edits": [
                    {
                        "type": "clear_tool_uses_20250919",
                        "trigger": {"type": "tool_uses", "value": 2},
                        "keep": {"type": "tool_uses", "value": 1},
                    }
                ]
            },
            beta="context-management-2025-06-27",
        ),
        "messages": [*called(WEATHER)["messages"], *_again(2), *_again(3)],
    },
    "beta compaction": body(
        "word " * 60_000,
        model="claude-opus-4-6",
        context_management={
            "edits": [{"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 50_000}}]
        },
        beta="compact-2026-01-12",
    ),
    "beta compaction on demand": {
        **body(
            model="claude-opus-4-7",
            compaction={"type": "summarize", "instructions": "Short, please."},
            beta="compact-2026-09-04",
        ),
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hello yourself."},
            {"role": "user", "content": "Where were we?"},
        ],
    },
    "beta compaction with a pause": body(
        "word " * 60_000,
        model="claude-opus-4-6",
        context_management={
            "edits": [
                {
                    "type": "compact_20260112",
                    "trigger": {"type": "input_tokens", "value": 50_000},
                    "pause_after_compaction": True,
                }
            ]
        },
        beta="compact-2026-01-12",
    ),
    "beta container": body(tools=[_CODE], beta="code-execution-2025-08-25"),
    "beta computer": body(
        model="claude-opus-4-6",
        tools=[
            {
                "type": "computer_20251124",
                "name": "computer",
                "display_width_px": 800,
                "display_height_px": 600,
            }
        ],
        beta="computer-use-2025-11-24",
    ),
    "beta mcp": body(
        mcp_servers=_MCP,
        tools=[{"type": "mcp_toolset", "mcp_server_name": "library"}],
        beta="mcp-client-2025-11-20",
    ),
    "beta advisor": body(
        tools=[{"type": "advisor_20260301", "name": "advisor", "model": "claude-opus-4-8"}],
        beta="advisor-tool-2026-03-01",
    ),
    "beta speed": body(model="claude-opus-5-5", speed="fast", beta="fast-mode-2026-02-01"),
}
