"""The two clouds whose paths stand under /anthropic: Azure's Foundry, and Amazon's Bedrock."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from mockapi.exchange import Request, Source
from mockapi.replies import faults
from mockapi.replies.surfaces import surface_of
from mockapi.sessions import Settings
from mockapi.validation import ValidationSettings
from tests.support.each import each
from tests.support.surfaces import HELLO, answered, session_of

PATH = "/anthropic/v1/messages"
SIGNED = (
    b"authorization",
    b"AWS4-HMAC-SHA256 Credential=AKIATEST/20261129/us-east-1/bedrock/aws4_request, Signature=0",
)
API_KEY = (b"api-key", b"test-key")
VERSION = (b"anthropic-version", b"2023-06-01")


def _request(*fields: tuple[bytes, bytes], path: str = PATH, method: str = "POST", **members: Any) -> Request:
    body = {"model": "claude-opus-4-7", **HELLO, **members}
    return Request(method, path, "", (VERSION, *fields), b"" if method == "GET" else orjson.dumps(body))


def _bearer(token: str) -> tuple[bytes, bytes]:
    return (b"authorization", f"Bearer {token}".encode())


@each(
    ("request_", "name"),
    [
        (_request(API_KEY), "foundry"),
        (_request(API_KEY, (b"x-api-key", b"test-key")), "foundry"),
        (_request(_bearer("eyJ.eyJ.x")), "foundry"),
        (_request(_bearer("eyJ.eyJ.x"), path="/anthropic/v1/files", method="GET"), "foundry"),
        (_request(SIGNED), "bedrock-mantle"),
        (_request(SIGNED, path=f"{PATH}/count_tokens"), "bedrock-mantle"),
        (_request(_bearer("ABSKtest")), "bedrock-mantle"),
        (_request(_bearer("bedrock-api-key-test")), "bedrock-mantle"),
        (_request(_bearer("test"), model="anthropic.claude-opus-4-7"), "bedrock-mantle"),
        (_request(_bearer("test"), model="us.anthropic.claude-opus-4-7"), "bedrock-mantle"),
        (_request(model="anthropic.claude-opus-4-7"), "bedrock-mantle"),
        (_request((b"x-api-key", b"sk-ant-test-1")), None),
        (_request((b"x-api-key", b"an-azure-key")), "foundry"),
        (_request(_bearer("sk-ant-test-1")), None),
        (_request(), None),
        (_request(SIGNED, path="/anthropic/v1/models", method="GET"), None),
    ],
)
def test_whose_a_request_is(request_: Request, name: str | None) -> None:
    """Credential and model tell; a plain client whose base URL is wrong is nobody's."""
    surface = surface_of(request_)
    assert (None if surface is None else surface.name) == name


def test_a_plain_client_there_is_a_near_miss() -> None:
    """It gets the API's 404, and a hint about its base URL."""
    reply = answered(_request((b"x-api-key", b"sk-ant-test-1")), session_of())
    assert reply.status == 404
    assert "base URL" in (reply.header("x-mockapi-hint") or "")


class TestFoundry:
    """Azure."""

    def test_a_message(self) -> None:
        """With the API's ids, without the fields of an account."""
        reply = answered(_request(API_KEY), session_of())
        assert (reply.status, reply.source) == (200, Source.SYNTHESIZED)
        assert orjson.loads(reply.body)["id"].startswith("msg_01")
        names = {name for name, _ in reply.headers}
        assert b"apim-request-id" in names
        assert not any(name.startswith((b"anthropic-ratelimit", b"anthropic-org")) for name in names)

    def test_a_key_that_is_listed(self) -> None:
        """Azure's 401."""
        settings = Settings(validation=ValidationSettings(invalid_keys=frozenset({"test-key"})))
        reply = answered(_request(API_KEY), session_of(settings))
        error = orjson.loads(reply.body)["error"]
        assert (reply.status, error["code"]) == (401, "401")
        assert error["message"].startswith("Access denied due to invalid subscription key")

    def test_a_deployment_that_nobody_knows(self) -> None:
        """Azure's 404, with a way out: deployments may have any name."""
        reply = answered(_request(API_KEY, model="my-deployment"), session_of())
        assert (reply.status, orjson.loads(reply.body)["error"]["code"]) == (404, "DeploymentNotFound")
        assert "--models" in (reply.header("x-mockapi-hint") or "")

    @pytest.mark.parametrize("path", ["/v1/models", "/v1/models/claude-opus-4-7", "/v1/messages/batches"])
    def test_paths_that_it_does_not_have(self, path: str) -> None:
        """Whatever else is wrong with the request."""
        reply = answered(_request(API_KEY, path=f"/anthropic{path}", method="GET"), session_of())
        assert (reply.status, orjson.loads(reply.body)["error"]["code"]) == (404, "api_not_supported")

    def test_other_errors_are_the_apis(self) -> None:
        """A body that is wrong, and an order with words of its own."""
        assert orjson.loads(answered(_request(API_KEY, max_tokens="x"), session_of()).body)["type"] == "error"
        orders = faults.parse_faults([{"fault": "401", "message": "mine"}])
        reply = answered(_request(API_KEY), session_of(Settings(faults=orders)))
        assert orjson.loads(reply.body)["error"]["message"] == "mine"


class TestMantle:
    """Amazon."""

    MODEL = "anthropic.claude-opus-4-7"

    def test_a_message(self) -> None:
        """With Bedrock's ids, the same ones each time, in body and header."""
        reply, again = (answered(_request(SIGNED, model=self.MODEL), session_of()) for _ in "ab")
        message = orjson.loads(reply.body)
        assert reply == again
        assert re.fullmatch("msg_bdrk_[a-z2-7]{52}", message["id"])
        assert message["model"] == "claude-opus-4-7"
        assert re.fullmatch("req_[a-z2-7]{52}", reply.header("request-id") or "")
        assert reply.header("x-amzn-requestid") == reply.header("request-id")

    def test_ids_of_calls(self) -> None:
        """They are Bedrock's too."""
        tool = {"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {}}}
        request = _request(SIGNED, model=self.MODEL, tools=[tool], tool_choice={"type": "any"})
        (call,) = (
            block
            for block in orjson.loads(answered(request, session_of()).body)["content"]
            if "input" in block
        )
        assert re.fullmatch("toolu_bdrk_[a-z2-7]{52}", call["id"])

    @pytest.mark.parametrize(
        "name", ["claude-opus-4-7", "us.anthropic.claude-opus-4-7", "anthropic.claude-nobody"]
    )
    def test_a_model_that_is_not_there(self, name: str) -> None:
        """The API's 404 with the name as it was sent; it takes neither a region nor the API's own name."""
        reply = answered(_request(SIGNED, model=name), session_of())
        body = orjson.loads(reply.body)
        assert (reply.status, body["error"]["message"]) == (404, f"model: {name}")
        assert body["request_id"] == reply.header("request-id")

    def test_the_user_profile_is_a_member(self) -> None:
        """It is the header's value for the rules, and no field too many."""
        request = _request(SIGNED, model=self.MODEL, user_profile_id="uprof_01TestTestTestTestTestTe")
        surface = surface_of(request)
        assert surface is not None
        plain = surface.plain(request)
        assert isinstance(plain, Request)
        assert plain.header("anthropic-user-profile-id") == "uprof_01TestTestTestTestTestTe"
        assert "user_profile_id" not in orjson.loads(plain.body)

    def test_a_signature_counts_for_the_key_that_made_it(self) -> None:
        """A session lists the key's id."""
        settings = Settings(validation=ValidationSettings(invalid_keys=frozenset({"AKIATEST"})))
        assert answered(_request(SIGNED, model=self.MODEL), session_of(settings)).status == 401
