"""Refused for what the messages say: turns, system messages, tool rounds, thinking, media."""

from __future__ import annotations

import base64
import struct
from typing import Any

from tests.support.refused._case import (
    HAIKU,
    LOOKED,
    OPUS,
    PDF,
    PNG,
    SONNET,
    Case,
    ask,
    assistant,
    call,
    image,
    pdf,
    result,
    system,
    text,
    thought,
    tool,
    user,
)

_TAIL = "; the directive-only form (content: [] with output_config) is accepted at any position"
_PREFILL = (
    "This model does not support assistant message prefill. The conversation must end with a user message."
)
_MARK = {"cache_control": {"type": "ephemeral"}}
_ENABLED = {"type": "enabled", "budget_tokens": 1024}
_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
_SEARCHED = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "a"}}
_FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}


def png(width: int, height: int) -> str:
    """The start of a PNG of this size."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0"
    return base64.b64encode(head).decode()


def _round(*calls: Any, results: Any, **fields: Any) -> dict[str, Any]:
    return ask(user("Look"), assistant(*calls), user(*results), tools=[tool()], **fields)


_TURNS = (
    Case("user.empty", "messages.0: user messages must have non-empty content", ask(user(""))),
    Case(
        "user.empty",
        "messages.2: user messages must have non-empty content",
        ask(user("a"), assistant("b"), user(), user("")),
    ),
    Case("text.empty", "messages: text content blocks must be non-empty", ask(user(text("")))),
    Case(
        "text.blank", "messages: text content blocks must contain non-whitespace text", ask(user(text(" \n")))
    ),
    Case("text.blank", "messages: text content blocks must contain non-whitespace text", ask(user("  "))),
    Case(
        "text.empty_cached",
        "messages.0.content.0.text: cache_control cannot be set for empty text blocks",
        ask(user(text("", **_MARK), text("a"))),
    ),
    Case("prefill.unsupported", _PREFILL, ask(user("a"), assistant("b"), model=SONNET)),
    Case("prefill.unsupported", _PREFILL, ask(user("a"), assistant(text("b")), model="claude-opus-4-6")),
    Case(
        "prefill.whitespace",
        "messages: final assistant content cannot end with trailing whitespace",
        ask(user("a"), assistant("b ")),
    ),
)

_SYSTEM = (
    Case("system.empty_text", "system: text content blocks must be non-empty", ask(system=[text("")])),
    Case(
        "system.blank_text",
        "system: text content blocks must contain non-whitespace text",
        ask(system=[text(" ")]),
    ),
    Case(
        "system.empty_cached",
        "system.0: cache_control cannot be set for empty text blocks",
        ask(system=[text("", **_MARK)]),
    ),
    Case(
        "system_message.empty",
        "messages.1: system content must contain at least one block",
        ask(user("a"), system(), model=SONNET),
    ),
    Case(
        "system_message.block_type",
        "messages.1: role 'system' supports text, tool_addition, and tool_removal blocks only",
        ask(user("a"), system(image()), model=SONNET),
    ),
    Case(
        "system_message.first",
        "messages.0: use the top-level 'system' parameter for the initial system prompt" + _TAIL,
        ask(system("s"), user("a")),
    ),
    Case(
        "system_message.unsupported",
        "role 'system' is not supported on this model",
        ask(user("a"), system("s"), model="claude-opus-4-7"),
    ),
    Case(
        "system_message.follows",
        "messages.2: role 'system' must follow a 'user' message or an 'assistant' message ending in a "
        "server tool result" + _TAIL,
        ask(user("a"), assistant("b"), system("s"), model=SONNET),
    ),
    Case(
        "system_message.precedes",
        "messages.2: role 'system' must precede an 'assistant' message or end the array" + _TAIL,
        ask(user("a"), system("s"), system("t"), user("b"), model=SONNET),
    ),
    Case(
        "system_message.blank",
        "messages.1: system text blocks must contain non-whitespace text",
        ask(user("a"), system("  "), model=SONNET),
    ),
)

_PLACES = (
    Case(
        "placement.tool_use",
        "messages.0: `tool_use` blocks can only be in `assistant` messages",
        ask(user(call()), tools=[tool()]),
    ),
    Case(
        "placement.tool_result",
        "messages.1: `tool_result` blocks can only be in `user` messages",
        ask(user("a"), assistant(result()), user("b"), tools=[tool()]),
    ),
    Case(
        "placement.thinking",
        "messages.0.content: thinking blocks may only be in `assistant` messages",
        ask(user(thought(), text("a"))),
    ),
    Case(
        "placement.assistant",
        "messages.1.content: 'image' blocks are not permitted within assistant turns",
        ask(user("a"), assistant(image()), user("b")),
    ),
    Case(
        "placement.document",
        "messages.1.content: 'document' blocks are not permitted within assistant turns",
        ask(user("a"), assistant(pdf(PDF)), user("b")),
        headers={"anthropic-version": "2026-10-21"},
    ),
    Case(
        "placement.citations",
        "messages.0.content.0.text.citations: Extra inputs are not permitted",
        ask(
            user(
                text(
                    "a",
                    citations=[
                        {
                            "type": "char_location",
                            "cited_text": "a",
                            "document_index": 0,
                            "document_title": None,
                            "start_char_index": 0,
                            "end_char_index": 1,
                        }
                    ],
                )
            )
        ),
        headers={"anthropic-version": "2026-10-21"},
    ),
)

_OPEN = (
    "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each "
    "`tool_use` block must have a corresponding `tool_result` block in the next message."
)
_UNASKED = (
    "messages.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each `tool_result` block must "
    "have a corresponding `tool_use` block in the previous message."
)

_ROUNDS = (
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_1, toolu_2"),
        _round(call("toolu_1"), call("toolu_2"), results=["Well?"]) | {"tools": [tool()]},
    ),
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_2"),
        _round(call(), call("toolu_2"), results=[result()]),
    ),
    Case(
        "tool_use.without_result", _OPEN.format(1, "toolu_1"), _round(call(), text("so"), results=[result()])
    ),
    Case(
        "tool_use.without_result",
        _OPEN.format(1, "toolu_1"),
        ask(assistant(call()), user("b"), tools=[tool()]),
    ),
    Case(
        "tool_result.without_use", _UNASKED.format("0.content.1", "toolu_1"), ask(user("a"), user(result()))
    ),
    Case(
        "tool_result.without_use",
        _UNASKED.format("2.content.1", "toolu_9"),
        _round(call(), results=[result(), result("toolu_9")]),
    ),
    Case(
        "tool_use.unique_ids",
        "messages.1.content.1: `tool_use` ids must be unique",
        _round(call(), call(), results=[result()]),
    ),
    Case(
        "tool_result.duplicate",
        "messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks "
        "with id: toolu_1",
        _round(call(), results=[result(), result()]),
    ),
    Case(
        "tool_result.error_content",
        "messages.2.content.0.tool_result: all content must be type `text` if `is_error` is true",
        _round(call(), results=[result(content=[image()], is_error=True)]),
    ),
    Case(
        "tool_reference.not_found",
        "Tool reference 'other' not found in available tools",
        _round(call(), results=[result(content=[{"type": "tool_reference", "tool_name": "other"}])]),
    ),
    Case(
        "tool_use.caller_not_found",
        "source tool `srvtoolu_9` not found for tool use block `toolu_1`",
        _round(
            call(caller={"type": "code_execution_20250825", "tool_id": "srvtoolu_9"}),
            results=[result()],
        ),
    ),
    Case(
        "server_tool.without_result",
        "messages.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding "
        "`web_search_tool_result` block",
        ask(user("a"), assistant(_SEARCHED, text("b")), user("c"), tools=[_SEARCH]),
    ),
    Case(
        "server_tool.without_result",
        "messages.1: `web_search` tool use with id `srvtoolu_1` was found without a corresponding "
        "`web_search_tool_result` block",
        ask(user("a"), assistant(text("b"), _SEARCHED), user("c"), tools=[_SEARCH]),
    ),
    Case(
        "server_tool.without_use",
        "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: "
        "srvtoolu_1. Each `web_search_tool_result` block must have a corresponding `server_tool_use` block "
        "before it.",
        ask(user("a"), assistant(_FOUND, text("b")), user("c"), tools=[_SEARCH]),
    ),
)

_MUST_START = (
    "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{}`. When `thinking` "
    "is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set "
    "of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. "
    "To avoid this requirement, disable `thinking`. Please consult our documentation at "
    "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
)

_THOUGHTS = (
    Case(
        "thinking.must_start",
        _MUST_START.format("tool_use"),
        ask(*LOOKED, tools=[tool()], thinking=_ENABLED),
    ),
    Case(
        "thinking.must_start",
        _MUST_START.format("text"),
        ask(user("a"), assistant("Well,"), thinking=_ENABLED),
    ),
    Case(
        "thinking.first_block",
        "messages.1.content.0: If an assistant message contains any thinking blocks, the first block must "
        "be `thinking` or `redacted_thinking`. Found `text`.",
        ask(user("a"), assistant(text("b"), thought()), user("c"), thinking=_ENABLED),
    ),
    Case(
        "thinking.final_without",
        "messages.1.content.0: When thinking is disabled, an `assistant` message in the final position "
        "cannot contain `thinking`. To use thinking blocks, enable `thinking` in your request.",
        ask(user("a"), assistant(thought(), text("b"))),
    ),
    Case(
        "thinking.signature",
        "messages.1.content.0: Invalid `signature` in `thinking` block",
        ask(user("a"), assistant(thought("made up"), text("b")), user("c")),
    ),
    Case(
        "thinking.redacted_data",
        "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
        ask(user("a"), assistant({"type": "redacted_thinking", "data": "secret"}, text("b")), user("c")),
    ),
)

_BASE64 = "messages.0.content.0.image.source.base64"
_PAGES = base64.b64encode(b"%PDF-1.4\n1 0 obj\n<< /Type /Pages /Count 700 >>\n%%EOF").decode()
_LOCKED = base64.b64encode(b"%PDF-1.4\ntrailer << /Encrypt 5 0 R >>\n%%EOF").decode()

_MEDIA = (
    Case("image.empty", f"{_BASE64}: image cannot be empty", ask(user(image("")))),
    Case(
        "image.not_base64",
        f"{_BASE64}: invalid base64 data",
        ask(user(image("data:image/png;base64," + PNG))),
    ),
    Case(
        "image.media_type",
        f"{_BASE64}: The image was specified using the image/gif media type, but the image appears to be a "
        "image/png image",
        ask(user(image(media_type="image/gif"))),
    ),
    Case("image.unreadable", "Could not process image", ask(user(image("aGVsbG8gd29ybGQ=")))),
    Case(
        "image.dimensions",
        f"{_BASE64}.data: At least one of the image dimensions exceed max allowed size: 8000 pixels",
        ask(user(image(png(9000, 10)))),
    ),
    Case(
        "image.dimensions",
        f"{_BASE64}.data: At least one of the image dimensions exceed max allowed size for many-image "
        "requests: 2000 pixels",
        ask(user(image(png(10, 2001)), *(image() for _ in range(20)))),
    ),
    Case(
        "image.too_large",
        f"{_BASE64}: image exceeds 5 MB maximum: 5242884 bytes > 5242880 bytes",
        ask(user(image("A" * 5_242_884))),
    ),
    Case(
        "url.unreachable",
        "Unable to download the file. Please verify the URL and try again.",
        ask(user({"type": "image", "source": {"type": "url", "url": "http://localhost:9/a.png"}})),
    ),
    Case(
        "pdf.invalid",
        "messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.",
        ask(user(pdf("aGVsbG8="))),
    ),
    Case(
        "pdf.password",
        "messages.0.content.0.pdf.source.base64.data: The PDF specified is password protected.",
        ask(user(pdf(_LOCKED))),
    ),
    Case(
        "pdf.pages",
        "messages.0.content.0.pdf.source.base64.data: A maximum of 100 PDF pages may be provided.",
        ask(user(pdf(_PAGES)), model=HAIKU),
    ),
    Case(
        "pdf.pages",
        "messages.0.content.0.pdf.source.base64.data: A maximum of 600 PDF pages may be provided.",
        ask(user(pdf(_PAGES)), model=OPUS),
    ),
)

CASES = (*_TURNS, *_SYSTEM, *_PLACES, *_ROUNDS, *_THOUGHTS, *_MEDIA)
