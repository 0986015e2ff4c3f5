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
_FOUND = {
    "type": "search_result",
    "source": "https://example.com",
    "title": "Ducks",
    "content": [text("The duck is yellow.")],
}
_CALLED = (user("Look"), assistant(call()))
_ICON = base64.b64encode(b"\0\0\1\0\1\0\1\1" + bytes(40)).decode()
_MCP: dict[str, str | None] = {"anthropic-beta": "mcp-client-2025-11-20"}
_SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def _searching(**fields: object) -> dict[str, object]:
    return {"type": "web_search_20250305", "name": "web_search", **fields}


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
        "billing.profile_required",
        "billing_policy: `bill_to` is `user_profile`; name the profile in `anthropic-user-profile-id`",
        ask(billing_policy={"type": "billing_policy", "bill_to": "user_profile"}),
        {"anthropic-beta": "user-profiles-billing-2026-10-01"},
    ),
    Case(
        "inference_geo.unsupported",
        "'claude-haiku-4-5-20251001' does not support the `inference_geo` parameter.",
        ask(inference_geo="us"),
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
)
