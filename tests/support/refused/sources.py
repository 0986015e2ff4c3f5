"""Refused for images, documents and what the API itself looks up."""

from __future__ import annotations

import base64

from tests.support.refused._case import (
    HAIKU,
    OPUS,
    Case,
    ask,
    assistant,
    call,
    image,
    result,
    system,
    text,
    thought,
    tool,
    user,
)
from tests.support.refused.content import png

_HAIKU_3 = "claude-3-haiku-20240307"
_CITED = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "The duck is yellow."},
    "citations": {"enabled": True},
}
_PLACE = {
    "type": "char_location",
    "cited_text": "yellow",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 20,
    "end_char_index": 26,
}
_FOUND = {
    "type": "search_result",
    "source": "https://example.com",
    "title": "Ducks",
    "content": [text("The duck is yellow.")],
}
_CALLED = (user("Look"), assistant(call()))
_ADVISOR: dict[str, str | None] = {"anthropic-beta": "advisor-tool-2026-03-01"}
_ICON = base64.b64encode(b"\0\0\1\0\1\0\1\1" + bytes(40)).decode()
_MCP: dict[str, str | None] = {"anthropic-beta": "mcp-client-2025-11-20"}
_SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
_OLD_FORMAT: dict[str, str | None] = {"anthropic-beta": "structured-outputs-2025-11-13"}


def _searching(**fields: object) -> dict[str, object]:
    return {"type": "web_search_20250305", "name": "web_search", **fields}


def _searched(sealed: str) -> dict[str, object]:
    page = {
        "type": "web_search_result",
        "title": "A",
        "url": "https://a.example",
        "encrypted_content": sealed,
    }
    return assistant(
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "a"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [page]},
    )


def _advising(model: str) -> dict[str, object]:
    return {"type": "advisor_20260301", "name": "advisor", "model": model}


CASES = (
    Case(
        "image.format",
        "messages.0.content.0.image.source.base64.data: Image format image/png not supported",
        ask(user(image(_ICON))),
    ),
    Case(
        "image.oversized",
        "messages.0.content.0: image dimensions 1920x1080 exceed the maximum image size of a model named on "
        "this request and would be downsized to 1456x819; scale the image to at most 1456x819 or set the "
        'image\'s oversized_image setting to "downsize"',
        ask(user({**image(png(1920, 1080)), "transformations": {"oversized_image": "error"}})),
    ),
    Case(
        "image.oversized",
        "messages.0.content.0: image dimensions 3840x2160 exceed the maximum image size of a model named on "
        "this request and would be downsized to 2576x1449; scale the image to at most 2576x1449 or set the "
        'image\'s oversized_image setting to "downsize"',
        ask(user({**image(png(3840, 2160)), "transformations": {"oversized_image": "error"}}), model=OPUS),
    ),
    Case(
        "image.too_many",
        "too many images and documents: 101 + 0 > 100",
        ask(user(*(image() for _ in range(101)))),
    ),
    Case(
        "citations.unsupported",
        f"'{_HAIKU_3}' does not support citations.",
        ask(user(_CITED), model=_HAIKU_3),
    ),
    Case(
        "citations.output_format",
        "output_config.format: cannot be combined with citations",
        ask(user(_CITED), output_config={"format": {"type": "json_schema", "schema": _SCHEMA}}),
    ),
    Case(
        "search_result.mixed",
        "messages.2.content.0.tool_result.content: `search_result` blocks cannot be mixed with other "
        "block types",
        ask(*_CALLED, user(result(content=[_FOUND, text("More")])), tools=[tool()]),
    ),
    Case(
        "web_search.both_lists",
        "tools.0.web_search_20250305: Only one of allowed_domains or blocked_domains may be set.",
        ask(tools=[_searching(allowed_domains=["a.example"], blocked_domains=["b.example"])]),
    ),
    Case(
        "web_search.no_crawlers",
        "The following domains are not accessible to our user agent: ['nytimes.com', 'ft.com/x']. Read more: "
        "https://support.anthropic.com/en/articles/8896518-does-anthropic-crawl-data-from-the-web-and-how-"
        "can-site-owners-block-the-crawler",
        ask(tools=[_searching(allowed_domains=["nytimes.com", "a.example", "ft.com/x"])]),
    ),
    Case(
        "mcp.unknown_server",
        "MCP server 'desk' is referenced by an `mcp_toolset` in `tools` but not defined in `mcp_servers`.",
        ask(tools=[{"type": "mcp_toolset", "mcp_server_name": "desk"}]),
        _MCP,
    ),
    Case(
        "batch.unsupported",
        '"speed" is not supported in the Message Batches API',
        ask(model="claude-opus-5", speed="fast"),
        {"anthropic-beta": "fast-mode-2026-02-01"},
        row=True,
    ),
    Case("max_tokens.zero", "max_tokens: must be greater than or equal to 1", ask(max_tokens=0, stream=True)),
    Case(
        "max_tokens.zero",
        "max_tokens: must be greater than or equal to 1",
        ask(max_tokens=0, output_format={"type": "json_schema", "schema": _SCHEMA}),
        _OLD_FORMAT,
    ),
    Case(
        "citations.output_format",
        "output_format: cannot be combined with citations",
        ask(user(_CITED), output_format={"type": "json_schema", "schema": _SCHEMA}),
        _OLD_FORMAT,
    ),
    Case(
        "billing.profile_required",
        "billing_policy: `bill_to` is `user_profile`; name the profile in `anthropic-user-profile-id`",
        ask(billing_policy={"type": "billing_policy", "bill_to": "user_profile"}),
        {"anthropic-beta": "user-profiles-billing-2026-10-01"},
    ),
    Case(
        "inference_geo.unsupported",
        "'claude-haiku-4-5-20251001' does not support inference_geo.",
        ask(inference_geo="us"),
    ),
    *(
        Case(
            "effort.per_turn",
            "output_config.effort requires a model that supports per-turn effort; this model does not",
            ask(user("Hi"), {**system(), "output_config": {"effort": "low"}}, model=model),
            {"anthropic-beta": "mid-conversation-output-config-2026-07-01"},
        )
        for model in ("claude-sonnet-5", "claude-fable-5")
    ),
    *(
        Case(
            "tools.token_efficient",
            f"'{model}' does not support token-efficient tool use.",
            ask(tools=[tool()], model=model),
            {"anthropic-beta": "token-efficient-tools-2025-02-19"},
        )
        for model in ("claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022", "claude-3-sonnet-20240229")
    ),
    Case(
        "container.object",
        "container: Input should be a valid string",
        ask(
            container={"id": "container_1"},
            tools=[{"type": "code_execution_20250825", "name": "code_execution"}],
        ),
    ),
    Case(
        "files.not_counted",
        "File sources are not supported in the token counting endpoint.",
        ask(
            user(text("Add"), {"type": "container_upload", "file_id": "file_011"}),
            tools=[{"type": "code_execution_20250825", "name": "code_execution"}],
            max_tokens=...,
        ),
        {"anthropic-beta": "files-api-2025-04-14"},
        endpoint="/v1/messages/count_tokens",
    ),
    Case(
        "tool_reference.mixed",
        "Tool definitions/code execution functions cannot be mixed with other content",
        ask(
            *_CALLED,
            user(result(content=[text("found"), {"type": "tool_reference", "tool_name": "look"}])),
            tools=[tool()],
        ),
    ),
    *(
        Case(
            "web_search.encrypted_content",
            "messages.1.content.1: Invalid `encrypted_content` in `search_result` block",
            ask(user("Hi"), _searched(sealed), user("Go on"), tools=[_searching()]),
        )
        for sealed in ("", "bm90IHNlYWxlZA==")
    ),
    Case(
        "advisor.model_not_found",
        "tools.1.model: anthropic/claude-opus-4-7",
        ask(tools=[tool(), _advising("anthropic/claude-opus-4-7")]),
        _ADVISOR,
    ),
    *(
        Case(
            "advisor.less_capable",
            f"tools.0.model: '{advisor}' cannot be used as an advisor when the request model is '{model}'.",
            ask(tools=[_advising(advisor)], model=model),
            _ADVISOR,
        )
        for model, advisor in (
            ("claude-fable-5", "claude-opus-4-8"),
            ("claude-sonnet-5", "claude-haiku-4-5-20251001"),
        )
    ),
    Case(
        "advisor.result",
        "Advisor tool result content could not be processed.",
        ask(
            user("Hi"),
            assistant(
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "advisor", "input": {}},
                {
                    "type": "advisor_tool_result",
                    "tool_use_id": "srvtoolu_1",
                    "content": {"type": "advisor_redacted_result", "encrypted_content": "bm90IHNlYWxlZA=="},
                },
            ),
            user("Go on"),
            tools=[_advising(OPUS)],
        ),
        _ADVISOR,
    ),
    Case(
        "complete.model",
        f'"{HAIKU}" is not supported on this API. Please use the Messages API instead.',
        {"model": HAIKU, "prompt": "Human: Hi", "max_tokens_to_sample": 3},
        endpoint="/v1/complete",
    ),
    Case(
        "thinking.empty",
        "messages.1.content.0.thinking: each thinking block must contain thinking",
        ask(user("Hi"), assistant({**thought(""), "thinking": ""}, text("Ho")), user("Go on")),
    ),
    Case(
        "citations.beyond_document",
        "messages.1.content.0.citations.0: Start index 20 is beyond document length 19",
        ask(user(_CITED), assistant(text("Yellow.", citations=[_PLACE])), user("Sure?")),
    ),
    Case(
        "model.dotted",
        "model: claude-opus-4.8 was not found. Did you mean claude-opus-4-8?",
        ask(model="claude-opus-4.8"),
        status=404,
        type="not_found_error",
    ),
    Case(
        "task_budget.unsupported",
        "This model does not support user-configurable task budgets.",
        ask(output_config={"task_budget": {"type": "tokens", "total": 30000}}),
        {"anthropic-beta": "task-budgets-2026-03-13"},
    ),
)
