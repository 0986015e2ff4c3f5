"""Stubs of mock servers to test with, written as the servers write and load them."""

from __future__ import annotations

from typing import Any

from tests.support.foreign import ANSWER, ASKED, ASKED_STREAM, STREAM, STREAM_HEADERS, as_json, text64

_ASKED = ASKED.decode()


def wiremock_stub(
    asked: str | None = _ASKED, *, url: str = "/v1/messages", response: Any = None, **more: Any
) -> dict[str, Any]:
    """A stub as WireMock's recorder writes it; `asked` is None for one that takes any body."""
    patterns = [{"equalToJson": asked, "ignoreArrayOrder": True, "ignoreExtraElements": True}]
    request = {"url": url, "method": "POST"} | ({"bodyPatterns": patterns} if asked is not None else {})
    answered = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": ANSWER.decode()}
    return {
        "id": "4f2b6a3e-0b41-4d3c-9a0f-2f0f4a3d6c11",
        "name": "v1_messages",
        "request": request,
        "response": answered if response is None else response,
        "uuid": "4f2b6a3e-0b41-4d3c-9a0f-2f0f4a3d6c11",
        "persistent": True,
        **more,
    }


def wiremock_folder() -> dict[str, bytes]:
    """A WireMock root as its recorder writes it: a reply in the stub, one in base64, one in a file."""
    stream = {
        "status": 200,
        "headers": {key.title(): value for key, value in STREAM_HEADERS.items()},
        "bodyFileName": "v1_messages-2.txt",
    }
    models = wiremock_stub(
        None, url="/v1/models?limit=2", response={"status": 200, "base64Body": text64(b'{"data":[]}')}
    )
    models["request"]["method"] = "GET"
    return {
        "mappings/v1_messages-1.json": as_json(wiremock_stub()),
        "mappings/v1_messages-2.json": as_json(wiremock_stub(ASKED_STREAM.decode(), response=stream)),
        "mappings/models.json": as_json(models),
        "__files/v1_messages-2.txt": STREAM,
    }
