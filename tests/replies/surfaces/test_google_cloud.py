"""Claude on Google Cloud: the API behind a prefix, and a gateway that looks at credentials."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockapi.exchange import Request
from mockapi.replies import faults
from mockapi.replies.surfaces import GOOGLE_CLOUD, surface_of
from mockapi.sessions import Settings
from tests.support.surfaces import HELLO, answered, session_of

PREFIX = "/v1/projects/p-1/locations/global/workspaces/w-1/invoke"
ORGANIZATION = "/v1/projects/p-1/locations/global/claudeOrganization/invoke"


def _request(
    path: str = "/v1/messages", method: str = "POST", token: str = "ya29.t", prefix: str = PREFIX
) -> Request:
    fields = [(b"anthropic-version", b"2023-06-01")]
    if token:
        fields.append((b"authorization", f"Bearer {token}".encode()))
    body: dict[str, Any] = {"model": "claude-opus-4-6", **HELLO}
    return Request(
        method, f"{prefix}{path}", "", tuple(fields), orjson.dumps(body) if method == "POST" else b""
    )


@pytest.mark.parametrize("prefix", [PREFIX, ORGANIZATION])
@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/v1/files/file_1"]
)
def test_every_path_is_there(prefix: str, path: str) -> None:
    """The plain request is the same without the prefix."""
    request = _request(path, "GET", prefix=prefix)
    assert surface_of(request) is GOOGLE_CLOUD
    plain = GOOGLE_CLOUD.plain(request)
    assert (plain.path, plain.header("x-api-key")) == (path, "ya29.t")


def test_a_message_is_the_apis() -> None:
    """With the ids of the API itself."""
    reply = answered(_request(), session_of())
    assert reply.status == 200
    assert orjson.loads(reply.body)["id"].startswith("msg_01")


def test_models_are_listed() -> None:
    """As at the API."""
    assert len(orjson.loads(answered(_request("/v1/models", "GET"), session_of()).body)["data"]) > 5


def test_no_token() -> None:
    """The gateway's 401."""
    reply = answered(_request(token=""), session_of())
    assert (reply.status, orjson.loads(reply.body)["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_an_ordered_403_is_the_gateways() -> None:
    """It names the project, unless the order has words of its own."""
    orders = faults.parse_faults(["403"])
    error = orjson.loads(answered(_request(), session_of(Settings(faults=orders))).body)["error"]
    assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
    assert "projects/p-1/locations/global" in error["message"]


@pytest.mark.parametrize("order", ["404", "429", "529"])
def test_other_errors_are_the_apis(order: str) -> None:
    """They come from behind the gateway."""
    reply = answered(_request(), session_of(Settings(faults=faults.parse_faults([order]))))
    assert orjson.loads(reply.body)["type"] == "error"
