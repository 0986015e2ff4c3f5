"""The API's errors as mockapi writes them: their fields, in the order of recorded ones."""

from __future__ import annotations

import json
from typing import Final

import pytest

from mockapi.exchange import Source
from mockapi.replies import refused
from mockapi.validation import Refusal

_AT: Final = 1_790_812_800.0
_REQUEST_ID: Final = "req_011CfaXtCTjTNyijzMikKzEs"
_BEFORE: Final = ("date", "content-type", "content-length", "x-should-retry", "request-id")
_AFTER: Final = ("x-robots-tag", "content-security-policy", "x-mockapi-source", "x-mockapi-rule")


def _refusal(status: int, hint: str | None = None) -> Refusal:
    return Refusal(status, "some_error", "Wrong.", rule="some.rule", hint=hint)


@pytest.mark.parametrize("status", [400, 404])
def test_an_error_names_the_account_and_no_limits(status: int) -> None:
    """An error has the fields of a recorded one, in their order, and says which rule refused."""
    reply = refused(_refusal(status), _REQUEST_ID, _AT)
    names = tuple(name.decode() for name, _ in reply.headers)
    assert names == (
        *_BEFORE,
        "strict-transport-security",
        "anthropic-organization-id",
        "anthropic-workspace-id",
        *_AFTER,
    )
    assert reply.header("date") == "Thu, 01 Oct 2026 00:00:00 GMT"
    assert reply.header("x-mockapi-rule") == "some.rule"
    assert (reply.status, reply.source) == (status, Source.INVALID)
    assert json.loads(reply.body)["request_id"] == reply.header("request-id") == _REQUEST_ID


@pytest.mark.parametrize("status", [401, 405, 413])
def test_who_is_not_known_yet_is_not_named(status: int) -> None:
    """What is refused before the key is looked at names no account."""
    reply = refused(_refusal(status), _REQUEST_ID, _AT)
    assert reply.header("anthropic-organization-id") is None
    assert reply.header("anthropic-workspace-id") is None
    assert reply.header("content-length") == str(len(reply.body))


def test_a_hint_is_one_line_of_a_header() -> None:
    """A hint that quotes what the client sent still is a header field."""
    reply = refused(_refusal(400, "It says\r\n“x”."), _REQUEST_ID, _AT)
    assert reply.header("x-mockapi-hint") == "It says ?x?."
