"""The API's errors as the chat endpoint writes them.

The form is the one of answers of 2025 and 2026 that people published, with status 400, 401 and 429, and
with 404 by way of a relay: `code` is the API's error type, `type` is "invalid_request_error" and `param`
is null in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final = {"API key is invalid.": "Invalid Anthropic API Key"}
"""Messages that the endpoint words in its own way."""


def chat_error(error: Mapping[str, Any]) -> dict[str, Any]:
    """The body for an error of the API, given its inner object."""
    message = str(error.get("message", ""))
    return {
        "error": {
            "code": error.get("type"),
            "message": _WORDS.get(message, message),
            "type": "invalid_request_error",
            "param": None,
        }
    }
