"""The API's errors as Bedrock tells them: a message alone, the name in `x-amzn-errortype`."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from mockapi import jsontext
from mockapi.messages import dump
from mockapi.replies._hop_headers import wire_field
from mockapi.replies.surfaces._translation import bearer_of, rule_of, with_hint, with_pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.exchange import Reply, Request

_STATUSES: Final = {
    "ValidationException": 400,
    "AccessDeniedException": 403,
    "MissingAuthenticationTokenException": 403,
    "UnrecognizedClientException": 403,
    "ResourceNotFoundException": 404,
    "ModelTimeoutException": 408,
    "ModelErrorException": 424,
    "ThrottlingException": 429,
    "InternalServerException": 500,
    "ServiceUnavailableException": 503,
}
_BY_STATUS: Final = {
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    500: "InternalServerException",
    502: "ServiceUnavailableException",
    503: "ServiceUnavailableException",
    504: "ModelTimeoutException",
    529: "ServiceUnavailableException",
}
"""What Bedrock calls an error that the API answers with a status; any other of the 400s is a refusal."""

_IN_STREAM: Final = {
    "api_error": "internalServerException",
    "invalid_request_error": "validationException",
    "overloaded_error": "serviceUnavailableException",
    "rate_limit_error": "throttlingException",
    "timeout_error": "modelTimeoutException",
}
_WORDS: Final = (
    ("prompt is too long", "Input is too long for requested model."),
    ("Request exceeds the maximum size", "Input is too long for requested model."),
    (
        "The request body is not valid JSON",
        "Malformed input request, please reformat your input and try again.",
    ),
    ("anthropic-version: header is required", "anthropic_version: Field required"),
    ("Overloaded", "Bedrock is unable to process your request."),
    ("Service Unavailable", "Bedrock is unable to process your request."),
    (
        "Internal server error",
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    ("The request timed out", "Model has timed out in processing the request. Try your request again."),
    ("Request Timeout", "Model has timed out in processing the request. Try your request again."),
)
"""How the API's words begin, and Bedrock's in their place. What Bedrock passes on has no row."""

_AT_THE_DOOR: Final = frozenset({"MissingAuthenticationTokenException", "UnrecognizedClientException"})
_NAMESPACE: Final = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
"""What stands behind the name of an error of Bedrock's own; clients cut it off."""

_HINTS: Final = {
    "auth.missing": "Sign the request, or send authorization: Bearer; any credential will do.",
    "version.missing": "Send anthropic_version in the body: bedrock-2023-05-31 or 2026-10-21.",
    "version.unknown": "Bedrock's versions are bedrock-2023-05-31 and 2026-10-21, in the body.",
}
"""What a person may want to know besides, where the API's own hint speaks of its header fields."""

_UNKNOWN_MODEL: Final = "The provided model identifier is invalid."
_BAD_KEY: Final = "Authentication failed: Please make sure your API Key is valid."


def aws_error(reply: Reply, request: Request) -> Reply:
    """An error of the API as AWS writes it; what is not the API's stays as it is."""
    value = jsontext.parse(reply.body)
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return reply
    name, body = _told(reply.status, error, request)
    own = str(error.get("type")).startswith("mockapi_")  # not an answer of Bedrock's: clients must not retry
    made = with_pieces(reply, [(sum(chunk.delay for chunk in reply.chunks), dump(body))])
    made = replace(made, status=reply.status if own else _STATUSES[name])
    if (hint := _HINTS.get(rule_of(reply))) is not None:
        made = with_hint(made, hint)
    where = "" if name in _AT_THE_DOOR else _NAMESPACE
    return made.with_headers(wire_field("x-amzn-errortype", name + where))


def exception_of(event: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name and the payload of the frame that stands for an `error` event."""
    error = event.get("error")
    error = error if isinstance(error, dict) else {}
    words = _words(str(error.get("type")), str(error.get("message")))
    return _IN_STREAM.get(str(error.get("type")), "modelStreamErrorException"), {"message": words}


def request_id_of(reply: Reply) -> str:
    """AWS's request id in place of the API's: a UUID, the same for the same id."""
    digest = blake2b((reply.header("request-id") or "").encode(), digest_size=16).digest()
    return str(UUID(bytes=digest, version=4))


def _told(status: int, error: Mapping[str, Any], request: Request) -> tuple[str, dict[str, str]]:
    kind, message = str(error.get("type")), str(error.get("message"))
    if status == 401:
        return _unauthenticated(request)
    if kind == "not_found_error" and message.startswith("model: "):
        return "ValidationException", {"message": _UNKNOWN_MODEL}
    name = _BY_STATUS.get(status, "ValidationException" if status < 500 else "InternalServerException")
    return name, {"message": _words(kind, message)}


def _unauthenticated(request: Request) -> tuple[str, dict[str, str]]:
    if bearer_of(request):
        return "AccessDeniedException", {"Message": _BAD_KEY}  # AWS's front door writes it in this way
    if request.header("authorization") is not None or "X-Amz-Signature" in request.query:
        return "UnrecognizedClientException", {
            "message": "The security token included in the request is invalid."
        }
    return "MissingAuthenticationTokenException", {"message": "Missing Authentication Token"}


def _words(kind: str, message: str) -> str:
    if kind == "rate_limit_error" and message.startswith("This request would exceed"):
        what = "tokens" if "token" in message else "requests"
        return f"Too many {what}, please wait before trying again."
    if message.startswith('anthropic-version: "'):
        return message.replace("anthropic-version", "anthropic_version", 1)
    return next((words for start, words in _WORDS if message.startswith(start)), message)
