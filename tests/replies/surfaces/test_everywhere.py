"""What surfaces make of messages is the same on every Python: written down, for changes that nobody meant."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from mockapi.exchange import Request
from mockapi.messages import dump
from mockapi.sessions import Settings
from mockapi.validation import ValidationSettings
from tests.support.each import each
from tests.support.shapes import SHAPES
from tests.support.surfaces import VERTEX_PATH, answered, session_of

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


DIGESTS: list[tuple[Callable[[dict[str, Any]], Request], str]] = [
    (_vertex, "911dd79d24953896820b02f0de6ef26793f6d5291b573a8544fba4c2ff67f137"),
    (_bedrock, "0937c6fd2b5a8ccd5216c8c01aafb8b2792b1b7998561e000f0d4184775c5686"),
    (_foundry, "c639a2ad3d98de37213c38e3069861c6f730e71b83d41900a9e4c4ea8ff15ae0"),
    (_mantle, "f1ee0544cb4023fe920e7f7947d9003406dd29c5846a794429207a3b8ce16b9b"),
    (_google, "8ff81375fe6181d25367570573558d69f0986d7e60d829d73fd21ab3b3234118"),
    (_chat, "dd234a30114d6caa11dd04580bf2f66186778820ec0a1f90a108e2a242619f67"),
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
    assert found.hexdigest() == digest
