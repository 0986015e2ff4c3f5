"""What surfaces make of messages is the same on every Python: written down, for changes that nobody meant."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.replies import RateLimits
from mockapi.replies.faults import parse_faults
from mockapi.sessions import Settings
from mockapi.validation import ValidationSettings
from tests.support.each import each
from tests.support.shapes import SHAPES
from tests.support.surfaces import HELLO, VERTEX_PATH, answered, session_of

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 4000  # of a body
KEY = (b"x-api-key", b"sk-ant-test-1")
TOKEN = (b"authorization", b"Bearer ya29.test-token")
SIGNED = (b"authorization", b"AWS4-HMAC-SHA256 Credential=AKIATEST/20261129/us-east-1/bedrock/aws4_request")
AZURE = (b"api-key", b"test-key")
VERSION = (b"anthropic-version", b"2023-06-01")


def _post(path: str, body: dict[str, Any], *fields: tuple[bytes, bytes]) -> Request:
    return Request("POST", path, "", (VERSION, *fields), dump(body))


def _vertex(body: dict[str, Any]) -> Request:
    verb = "streamRawPredict" if body["stream"] else "rawPredict"
    path = f"{VERTEX_PATH}/claude-sonnet-4-5@20250929:{verb}"
    return _post(path, {**body, "anthropic_version": "vertex-2023-10-16"}, TOKEN)


def _bedrock(body: dict[str, Any]) -> Request:
    verb = "invoke-with-response-stream" if body["stream"] else "invoke"
    path = f"/model/us.anthropic.claude-sonnet-4-5-20250929-v1:0/{verb}"
    kept = {key: value for key, value in body.items() if key not in ("model", "stream")}
    return _post(path, {**kept, "anthropic_version": "bedrock-2023-05-31"}, SIGNED)


def _foundry(body: dict[str, Any]) -> Request:
    return _post("/anthropic/v1/messages", body, AZURE)


def _mantle(body: dict[str, Any]) -> Request:
    return _post("/anthropic/v1/messages", {**body, "model": "anthropic.claude-opus-4-7"}, SIGNED)


def _google(body: dict[str, Any]) -> Request:
    path = "/v1/projects/p-1/locations/global/workspaces/w-1/invoke/v1/messages"
    return _post(path, body, TOKEN)


def _chat(body: dict[str, Any]) -> Request:
    """As a client of OpenAI's would say what such a body says."""
    tools = [
        {"type": "function", "function": {"name": tool["name"], "parameters": tool["input_schema"]}}
        for tool in body.get("tools", ())
        if "input_schema" in tool
    ]
    messages = [
        {"role": message["role"], "content": message["content"]}
        for message in body["messages"]
        if isinstance(message["content"], str)
    ]
    more: dict[str, Any] = {"tools": tools} if tools else {}
    if body["stream"]:
        more["stream_options"] = {"include_usage": True}
    sent = {"model": body["model"], "stream": body["stream"], "messages": messages, **more}
    return Request("POST", "/v1/chat/completions", "", ((b"authorization", b"Bearer sk-test"),), dump(sent))


KEYS = frozenset({"ya29.test-token", "AKIATEST", "test-key", "sk-test"})
ORDERED = [
    Settings(),
    Settings(validation=ValidationSettings(invalid_keys=KEYS)),
    Settings(faults=parse_faults(["529"])),
    Settings(faults=parse_faults(["401"])),
    Settings(rate_limits=RateLimits(requests=1, input_tokens=1)),
]
"""What makes replies of errors."""
DIGESTS: list[tuple[Callable[[dict[str, Any]], Request], str]] = [
    (_vertex, "b1ce22d550b5450268dd4d2b8b258d3e773147da1a14e2f9fd4fa0756350abe9"),
    (_bedrock, "de5234a970527b916ec3392158a12bf76425e7695b2026ede5385515beb12039"),
    (_foundry, "849548eba9786b75b925e2a7393fe1cb4b7b65d48d87ca52a0ce3efb07028857"),
    (_mantle, "242f9943c221346c1c8bc2df8d65f6717a31735c56a3ec9d524373229f36de0a"),
    (_google, "916459eb23213288ab9b127912c633b74dda0470d4fef6c8d656dd781343126d"),
    (_chat, "839d89c905fd388d8a61458d46cba324666f39e9b3d8a3c37a653063385bebf8"),
]
"""Of all replies; a change of what a surface sends changes it, on purpose only."""


@each(("asked", "digest"), DIGESTS)
def test_every_shape_is_the_same_everywhere(asked: Callable[[dict[str, Any]], Request], digest: str) -> None:
    """As a message, as a stream, and as a refusal of what the surface does not take."""
    found = hashlib.sha256()
    for mode in ("strict", "off"):
        settings = Settings(validation=ValidationSettings(mode=mode))
        session = session_of(settings)
        for number, shape in enumerate(SHAPES.values()):
            body = {key: value for key, value in shape.items() if key != "beta"}
            if len(dump(body)) < LARGE and number % 8 == 4 * (mode == "off"):
                reply = answered(asked({**body, "stream": number % 16 < 8}), session)
                found.update(
                    repr((reply.status, reply.headers, [chunk.data for chunk in reply.chunks])).encode()
                )
    hello = {"model": "claude-opus-4-6", "stream": False, **HELLO}
    for settings in ORDERED:
        for body in (hello, {**hello, "model": "claude-nobody"}, {**hello, "max_tokens": -1}):
            reply = answered(asked(body), session_of(settings))
            found.update(repr((reply.status, reply.headers, reply.body)).encode())
    assert found.hexdigest() == digest
