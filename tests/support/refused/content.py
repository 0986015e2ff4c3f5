"""Refused for what the messages say: turns, system messages, thinking, media."""

from __future__ import annotations

import base64
import struct

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
_SOME = {"type": "object", "properties": {}, "additionalProperties": False}
_MARK = {"cache_control": {"type": "ephemeral"}}
_ENABLED = {"type": "enabled", "budget_tokens": 1024}


def png(width: int, height: int) -> str:
    """The start of a PNG of this size."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0"
    return base64.b64encode(head).decode()


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
        "prefill.with_format",
        "Your API request included an `assistant` message in the final position, which would pre-fill the "
        "`assistant` response. When using output format, pre-filling the `assistant` response is not "
        "supported.",
        ask(user("a"), assistant("{"), output_config={"format": {"type": "json_schema", "schema": _SOME}}),
    ),
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
        "image.unsupported",
        "'claude-2.1' does not support image input.",
        ask(user(image()), model="claude-2.1"),
    ),
    Case(
        "url.not_https",
        "Only HTTPS URLs are supported.",
        ask(user({"type": "document", "source": {"type": "url", "url": "HTTP://example.com/a.pdf"}})),
    ),
    Case(
        "url.unreachable",
        "Unable to download the file. Please verify the URL and try again.",
        ask(user({"type": "image", "source": {"type": "url", "url": "https://localhost:9/a.png"}})),
    ),
    Case(
        "pdf.unsupported",
        "'claude-3-haiku-20240307' does not support PDF input.",
        ask(user(pdf("aGVsbG8=")), model="claude-3-haiku-20240307"),
    ),
    Case(
        "pdf.empty",
        "messages.0.content.0.document.source.base64: PDF cannot be empty",
        ask(user(pdf(""))),
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

CASES = (*_TURNS, *_SYSTEM, *_PLACES, *_THOUGHTS, *_MEDIA)
