"""One list of endpoints: what validation knows is answered, bounded alike on the wire, and on its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockapi import jsontext
from mockapi.exchange import Request
from mockapi.replies.endpoints import EndpointContext, ResourceStore, answer
from mockapi.server.wire._body import limit_of
from mockapi.validation._endpoints import CHAT, ENDPOINTS, Endpoint
from tests.replies.endpoints.test_store import keep
from tests.support.each import each

PAGE = Path(__file__).resolve().parents[3] / "docs" / "synthesis.md"
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH")
CONTEXT = EndpointContext(
    at=1.7e9,
    request_id="req_1",
    base_url="http://localhost:1",
    seed=0,
    lenient=False,
    live=False,
    keep=keep,
    validate=lambda _: None,
)
OTHERS = [endpoint for endpoint in ENDPOINTS if endpoint.path not in {"/v1/messages", CHAT}]
"""A message is synthesized or scripted, and a chat stands for one; the router has the rest."""


def _message(method: str, endpoint: Endpoint) -> tuple[int, str]:
    """Status and error message of a request without a body."""
    request = Request(method, endpoint.path.replace("{id}", "some_id"), body=b"{}")
    reply, _ = answer(request, ResourceStore(), CONTEXT)
    body = jsontext.parse(reply.body)
    error = body.get("error", {}) if isinstance(body, dict) else {}
    return reply.status, error.get("message", "")


@pytest.mark.parametrize("endpoint", OTHERS, ids=lambda endpoint: endpoint.path)
def test_every_endpoint_has_a_route(endpoint: Endpoint) -> None:
    """A method that it takes is answered, if only by what is missing; any other gets 405."""
    for method in METHODS:
        status, message = _message(method, endpoint)
        if method in endpoint.methods:
            assert status != 405
            assert message != "Not Found", "the router does not know this path"
        else:
            assert status == 405, method


@each("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
def test_the_wire_and_validation_have_one_limit(endpoint: Endpoint) -> None:
    """A body that validation would take is not refused before it is read, nor the other way round."""
    if "POST" in endpoint.methods:
        assert limit_of(endpoint.path) >= endpoint.limit
    if endpoint.schema or endpoint.path == "/v1/files":
        assert limit_of(endpoint.path) == endpoint.limit
        assert limit_of(f"/anthropic{endpoint.path}") == endpoint.limit


@pytest.mark.parametrize("endpoint", OTHERS, ids=lambda endpoint: endpoint.path)
def test_every_endpoint_is_on_its_page(endpoint: Endpoint) -> None:
    """Or the collection that it belongs to."""
    assert f"`{endpoint.path.partition('/{')[0]}`" in PAGE.read_text(encoding="utf-8")


def test_a_batch_may_be_nested_deep() -> None:
    """A row, or its name, as deep as a body may be, where nothing is validated: each row has a result."""
    deep = b"[" * 1000 + b"]" * 1000
    rows = b'{"requests":[{"custom_id":"a","params":{"system":%b}},{"custom_id":%b,"params":{}}]}' % (
        deep,
        deep,
    )
    made, store = answer(Request("POST", "/v1/messages/batches", body=rows), ResourceStore(), CONTEXT)
    path = f"/v1/messages/batches/{jsontext.parse(made.body)['id']}"
    _, store = answer(Request("GET", path), store, CONTEXT)
    reply, _ = answer(Request("GET", f"{path}/results"), store, CONTEXT)
    results = [jsontext.parse(line) for line in reply.body.splitlines()]
    assert [(row["custom_id"], row["result"]["type"]) for row in results] == [
        ("a", "succeeded"),
        ("", "succeeded"),
    ]
