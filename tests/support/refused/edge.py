"""Refused before the body is looked at: path, method, size, credentials, headers, JSON."""

from __future__ import annotations

import orjson

from tests.support.refused._case import Case, ask

_JSON = "The request body is not valid JSON: "


def _auth(rule: str, message: str, **headers: str | None) -> Case:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Case(rule, message, headers=named, status=401, type="authentication_error")


def _beta(message: str, value: str) -> Case:
    return Case("beta.unknown", message, headers={"anthropic-beta": value})


_UNKNOWN = (
    "Unexpected value(s) {} for the `anthropic-beta` header. Please consult our documentation at "
    "platform.claude.com/docs or try again without the header."
)

_LONE_SURROGATE = b'{"model":"\\ud800"}'


def _position(text: bytes) -> int:
    """Where orjson finds the fault: newer releases point to where the escape starts, older past it."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return error.pos
    raise AssertionError(f"orjson takes {text!r}")


_AT = _position(_LONE_SURROGATE)

CASES = (
    Case("http.unknown_path", "Not Found", endpoint="/v1/messages/", status=404, type="not_found_error"),
    Case("http.method", "Method Not Allowed", method="GET", headers={"x-api-key": None}, status=405),
    Case(
        "http.too_large",
        "Request exceeds the maximum size",
        body=b" " * (32 * 1024 * 1024 + 1),
        headers={"x-api-key": None},
        status=413,
        type="request_too_large",
    ),
    _auth("auth.missing", "x-api-key header is required", x_api_key=None),
    _auth("auth.missing", "x-api-key header is required", x_api_key=""),
    _auth("auth.bearer", "Invalid bearer token", x_api_key=None, authorization="Bearer sk-ant-test-key"),
    _auth(
        "auth.oauth_malformed",
        "Invalid OAuth token. The provided token was not found or is malformed.",
        x_api_key=None,
        authorization="Bearer sk-ant-oat01-test",
    ),
    Case("version.missing", "anthropic-version: header is required", headers={"anthropic-version": None}),
    Case(
        "version.unknown",
        'anthropic-version: "2022-01-01" is not a valid version',
        headers={"anthropic-version": "2022-01-01"},
    ),
    Case(
        "version.unknown",
        'anthropic-version: "2023-06-01, 2023-06-01" is not a valid version',
        headers={"anthropic-version": "2023-06-01, 2023-06-01"},
    ),
    _beta(_UNKNOWN.format("`no-such-2025-01-01`"), "no-such-2025-01-01"),
    _beta(_UNKNOWN.format("`a`, `b`"), "a, interleaved-thinking-2025-05-14, b"),
    Case(
        "beta.long_context_oauth",
        "This authentication style is incompatible with the long context beta header.",
        headers={
            "x-api-key": None,
            "authorization": "Bearer sk-ant-oat01-test",
            "anthropic-beta": "oauth-2025-04-20,context-1m-2025-08-07",
        },
    ),
    Case(
        "json.invalid",
        f"{_JSON}no low surrogate in string: line 1 column {_AT + 1} (char {_AT})",
        _LONE_SURROGATE,
    ),
    Case(
        "model.not_found",
        "model: claude-nobody",
        ask(model="claude-nobody"),
        status=404,
        type="not_found_error",
    ),
    Case(
        "model.not_found",
        "model: claude-nobody",
        ask(model="claude-nobody", stream=True),
        status=404,
        type="not_found_error",
    ),
    Case(
        "model.not_found",
        "model: claude-nobody",
        ask(model="claude-nobody", max_tokens=...),
        endpoint="/v1/messages/count_tokens",
        status=404,
        type="not_found_error",
    ),
)
