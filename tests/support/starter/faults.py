"""Starter scenes in which something goes wrong, and the endpoints around the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.exchange import Ending
from tests.support.starter.maker import Body, Maker, input_tokens, tool_id
from tests.support.starter.talk import ask, text
from tests.support.starter.tools import count_tokens_body

if TYPE_CHECKING:
    from mockapi.cassettes import Interaction

_LIMIT = (
    "This request would exceed your organization's rate limit of 50 requests per minute"
    " (org: 00000000-0000-0000-0000-000000000000, model: claude-sonnet-5)."
    " For details, refer to: https://platform.claude.com/docs/en/api/rate-limits."
    " You can see the response headers for current usage. Please try again later."
)
_AGAIN: dict[str, Any] = {"retry": True}
_OVERLOADED: dict[str, Any] = {"retry": True, "extra": [("cache-control", "no-store, no-cache")]}


def errors() -> list[Interaction]:
    """One request for each error of the API; it names the status, and gets it each time."""
    make = Maker(40_000)
    orphan = tool_id(8)
    unanswered = [
        {"role": "user", "content": "What time is it?"},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": orphan, "name": "get_time", "input": {}}],
        },
        {"role": "user", "content": "Well?"},
    ]
    get_time = {"name": "get_time", "input_schema": {"type": "object", "properties": {}}}
    return [
        make.error(
            ask("", tools=[get_time]) | {"messages": unanswered},
            400,
            "invalid_request_error",
            f"messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: {orphan}."
            " Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
        ),
        make.error(
            ask("Hello, Claude", max_tokens=-1),
            400,
            "invalid_request_error",
            "max_tokens: must be greater than or equal to 0",
        ),
        make.error(_please(401), 401, "authentication_error", "invalid x-api-key"),
        make.error(
            _please(402),
            402,
            "billing_error",
            "There's an issue with your billing or payment information.",
        ),
        make.error(
            _please(403),
            403,
            "permission_error",
            "Your API key does not have permission to use the specified resource.",
        ),
        make.error(
            ask("Hello, Claude") | {"model": "claude-sonnet-0"},
            404,
            "not_found_error",
            "model: claude-sonnet-0",
        ),
        make.error(None, 405, "invalid_request_error", "Method Not Allowed", target=("GET", "/v1/messages")),
        make.error(
            _please(409),
            409,
            "conflict_error",
            "The request conflicts with the current state of the resource.",
        ),
        make.error(_please(413), 413, "request_too_large", "Request exceeds the maximum size"),
        make.error(_please(429), 429, "rate_limit_error", _LIMIT, retry=True, extra=[("retry-after", "1")]),
        make.error(_please(500), 500, "api_error", "Internal server error", **_AGAIN),
        make.error(
            _please(504), 504, "timeout_error", "The request timed out while it was processed.", **_AGAIN
        ),
        make.error(_please(529), 529, "overloaded_error", "Overloaded", **_OVERLOADED),
        *_second_time(make),
    ]


def _please(status: int) -> Body:
    return ask(f"Please answer with an error {status}.")


def _second_time(make: Maker) -> list[Interaction]:
    """The same request twice: first an error, then a reply, then that reply for ever."""
    body = ask("Please fail once, then answer.")
    return [
        make.error(body, 529, "overloaded_error", "Overloaded", **_OVERLOADED),
        make.message(body, [text("Here I am. The first time I was overloaded.")]),
        make.error({**body, "stream": True}, 529, "overloaded_error", "Overloaded", **_OVERLOADED),
        make.stream(body, [text("Here I am. The first time I was overloaded.")]),
    ]


def broken_streams() -> list[Interaction]:
    """Streams that begin well and do not end well. Their status is 200."""
    make = Maker(50_000)
    words = [text("The last thing I remember is the sound of the sea, and then the lamp went out. " * 2)]
    overloaded = ("overloaded_error", "Overloaded")
    internal = ("api_error", "Internal server error")
    return [
        make.broken(ask("Tell me a story that breaks off with an error."), words, 9, overloaded),
        make.broken(ask("Fail before the first word."), words, 1, internal),
        make.broken(ask("Hang up in the middle of a story."), words, 8, Ending.RESET),
    ]


def endpoints() -> list[Interaction]:
    """Counting tokens, the models, and the question whether anybody is there."""
    make = Maker(60_000)
    greeting = {key: value for key, value in ask("Hello, Claude").items() if key != "max_tokens"}
    with_tools = count_tokens_body()
    sonnet, opus, fable = _models()
    return [
        make.probe(),
        *(
            make.plain("POST", "/v1/messages/count_tokens", {"input_tokens": input_tokens(body)}, body=body)
            for body in (greeting, with_tools)
        ),
        make.plain("GET", "/v1/models", _page([sonnet, opus], more=True), query="limit=2"),
        make.plain("GET", "/v1/models", _page([fable], more=False), query=f"after_id={opus['id']}&limit=2"),
        make.plain("GET", f"/v1/models/{sonnet['id']}", sonnet),
        make.error(
            None,
            404,
            "not_found_error",
            "model: claude-sonnet-0",
            target=("GET", "/v1/models/claude-sonnet-0"),
        ),
    ]


def _page(models: list[dict[str, Any]], *, more: bool) -> dict[str, Any]:
    return {"data": models, "has_more": more, "first_id": models[0]["id"], "last_id": models[-1]["id"]}


def _models() -> list[dict[str, Any]]:
    return [
        _model("claude-sonnet-5", "Claude Sonnet 5", "2026-06-29", {"adaptive", "disabled"}),
        _model("claude-opus-5", "Claude Opus 5", "2026-07-24", {"adaptive", "disabled"}),
        _model("claude-fable-5", "Claude Fable 5", "2026-06-07", {"adaptive"}),
    ]


def _model(name: str, display: str, released: str, thinking: set[str]) -> dict[str, Any]:
    yes = {"supported": True}
    efforts = dict.fromkeys(("low", "medium", "high", "xhigh", "max"), yes)
    edits = dict.fromkeys(("clear_tool_uses_20250919", "clear_thinking_20251015", "compact_20260112"), yes)
    types = {
        kind: {"supported": kind in thinking} for kind in ("enabled", "adaptive", "disabled", "between_tools")
    }
    return {
        "type": "model",
        "id": name,
        "display_name": display,
        "created_at": f"{released}T00:00:00Z",
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {
            "batch": yes,
            "citations": yes,
            "code_execution": yes,
            "context_management": {"supported": True, **edits},
            "effort": {"supported": True, **efforts},
            "image_input": yes,
            "pdf_input": yes,
            "server_tools": {"supported": True, "code_execution": yes, "web_search": yes},
            "structured_outputs": yes,
            "thinking": {"supported": True, "types": types},
        },
        "line": name.split("-")[1],
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
    }
