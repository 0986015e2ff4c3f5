"""The API door where keys are listed: `--api-key-file`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

import mockapi
from tests.support.doors import NEIGHBOUR
from tests.support.server import RawClient, ask, control, journal, message, open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow  # hundreds of requests
KEYS = ["sk-ant-test-first", "sk-ant-test-second"]
VERSION = {"anthropic-version": "2023-06-01"}

VALID: dict[str, dict[str, str]] = {
    "the first": {"x-api-key": KEYS[0]},
    "the second": {"x-api-key": KEYS[1]},
    "as bearer": {"authorization": f"Bearer {KEYS[0]}", "anthropic-version": "2026-10-21"},
    "as bearer, spelled otherwise": {
        "authorization": f"bearer  {KEYS[1]}",
        "anthropic-version": "2026-10-21",
    },
    "before a bearer": {"x-api-key": KEYS[0], "authorization": "Bearer other"},
}
INVALID: dict[str, tuple[dict[str, str], str]] = {
    "none": ({}, "x-api-key header is required"),
    "empty": ({"x-api-key": ""}, "x-api-key header is required"),
    "another": ({"x-api-key": "sk-ant-test-third"}, "API key is invalid."),
    "the beginning of one": ({"x-api-key": KEYS[0][:-1]}, "API key is invalid."),
    "two in one": ({"x-api-key": ", ".join(KEYS)}, "API key is invalid."),
    "a list's own line end": ({"x-api-key": f"{KEYS[0]} {KEYS[1]}"}, "API key is invalid."),
    "as bearer": ({"authorization": "Bearer other"}, "API key is invalid."),
    "as a user's password": ({"authorization": f"Basic {KEYS[0]}"}, "x-api-key header is required"),
    "behind a wrong one": (
        {"x-api-key": "other", "authorization": f"Bearer {KEYS[0]}"},
        "API key is invalid.",
    ),
    "as the control token": ({"x-mockapi-token": KEYS[0]}, "x-api-key header is required"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[mockapi.Server]:
    """A server that takes two keys."""
    with mockapi.Server(api_keys=KEYS, settings=mockapi.Settings(cors=("http://localhost:5173",))) as running:
        yield running


@pytest.mark.parametrize("fields", VALID.values(), ids=VALID)
def test_a_listed_key_is_answered(server: mockapi.Server, fields: dict[str, str]) -> None:
    """Each of them, in either field."""
    assert ask(server.base_url, message("hi"), headers=VERSION | fields).status_code == 200


@pytest.mark.parametrize(("fields", "words"), INVALID.values(), ids=INVALID)
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/files", "/v1/models", "/anything"])
def test_another_key_is_the_apis_401(
    server: mockapi.Server, path: str, fields: dict[str, str], words: str
) -> None:
    """In its shape and its words, at every path; nothing is used up or written down."""
    session = open_session(server)
    reply = ask(session["base_url"], message("hi"), path, headers=VERSION | fields)
    assert reply.status_code == 401
    assert reply.json()["error"] == {"type": "authentication_error", "message": words}
    assert journal(server, session["id"]) == []
    control(server, f"/sessions/{session['id']}", method="DELETE")


def test_a_body_is_not_read_for_who_has_no_key(server: mockapi.Server) -> None:
    """The refusal comes before 32 MB have come."""
    with RawClient(server.base_url) as client:
        client.ask("POST", "/v1/messages", b"{", ("content-length", "33000000"))
        assert client.read().status == 401


def test_a_preflight_needs_no_key(server: mockapi.Server) -> None:
    """Browsers send none with it; the request itself needs one."""
    fields = {"origin": "http://localhost:5173", "access-control-request-method": "POST"}
    with RawClient(server.base_url) as client:
        client.ask("OPTIONS", "/v1/messages", b"", *fields.items())
        assert client.read(head=True).status == 204
        client.ask("POST", "/v1/messages", orjson.dumps(message("hi")), ("origin", fields["origin"]))
        assert client.read().status == 401


def test_probes_and_the_control_api_need_no_key(server: mockapi.Server) -> None:
    """They have doors of their own."""
    assert control(server, "/livez", headers={"host": NEIGHBOUR}).status_code == 200
    assert control(server, "/sessions").status_code == 200
