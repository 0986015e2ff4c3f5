"""Traffic of the clouds' clients: recorded without a credential, and played to the byte to another one."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import mockapi
from tests.support.cloud_clients import ACCESS_KEY, CLOUDS, Cloud
from tests.support.recording import recorded, recording
from tests.support.server import PATIENCE, eventually, interaction, journal, serving, write_cassette
from tests.support.surfaces import VERTEX_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HELLO: Any = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
NAMES = {"access_token": "ya29.", "api_key": "ABSK"}


@pytest.fixture(scope="module")
def upstream() -> Iterator[mockapi.Server]:
    """A server that answers as the clouds do."""
    with mockapi.Server() as running:
        yield running


def _with_secrets(cloud: Cloud) -> tuple[Cloud, list[str]]:
    """The cloud with credentials of the real shapes, and what must stand in no file."""
    made = {name: NAMES.get(name, "") + secrets.token_urlsafe(60) for name in ("access_token", "api_key")}
    made["aws_session_token"] = secrets.token_urlsafe(90)
    options = {**cloud.options, **{name: made[name] for name in made if name in cloud.options}}
    if "aws_access_key" in options:
        options["aws_session_token"] = made["aws_session_token"]
        made["id"] = ACCESS_KEY
    for name in ("token_provider", "azure_ad_token_provider"):
        if name in options:
            made["token"] = (
                f"eyJ{secrets.token_urlsafe(30)}.{'.'.join(secrets.token_urlsafe(30) for _ in 'ab')}"
            )
            options[name] = partial(made.__getitem__, "token")
    return replace(cloud, options=options), list(made.values())


def _talk(cloud: Cloud, base_url: str) -> list[Any]:
    with cloud.made(base_url) as client:
        whole = client.messages.create(model=cloud.model, **HELLO)
        with client.messages.stream(model=cloud.model, **HELLO) as stream:
            streamed = stream.get_final_message()
        counted = client.messages.count_tokens(model=cloud.model, messages=HELLO["messages"])
    return [whole.to_dict(), whole._request_id, streamed.to_dict(), counted.to_dict()]


@pytest.mark.slow
@pytest.mark.parametrize("name", CLOUDS)
def test_what_is_recorded_is_played(tmp_path: Path, upstream: mockapi.Server, name: str) -> None:
    """Without the upstream, to a client with other credentials, whose signatures differ too."""
    cloud, hidden = _with_secrets(CLOUDS[name])
    with recording(upstream.base_url, tmp_path / "r.yaml") as recorder:
        said = _talk(cloud, recorder.base_url)
    assert len(recorded(tmp_path / "r.yaml").interactions) == 3
    written = (tmp_path / "r.yaml").read_text("utf-8")
    assert [secret for secret in hidden if secret in written] == []
    assert "AWS4-" not in written
    with serving(str(tmp_path / "r.yaml")) as player:
        assert _talk(CLOUDS[name], player.base_url) == said


SIGNED_URL = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261129%2Fus-east-1%2Fbedrock"
    "%2Faws4_request&X-Amz-Date=20261129T120000Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host"
    "&X-Amz-Security-Token={token}&X-Amz-Signature={signature}"
)


def test_a_signed_url_is_masked(tmp_path: Path, upstream: mockapi.Server) -> None:
    """Key, signature and token of a signature that stands in the URL."""
    token, signature = secrets.token_urlsafe(90), secrets.token_hex(32)
    query = SIGNED_URL.format(token=token, signature=signature)
    with recording(upstream.base_url, tmp_path / "r.yaml") as recorder:
        url = f"{recorder.base_url}/v1/messages?{query}"
        assert httpx.post(url, json={"model": "claude-opus-4-6", **HELLO}, timeout=PATIENCE).status_code in (
            200,
            401,
        )
    written = (tmp_path / "r.yaml").read_text("utf-8")
    assert "X-Amz-Signature" in written
    assert [secret for secret in (token, signature, ACCESS_KEY) if secret in written] == []


def test_a_miss_explains_itself(tmp_path: Path) -> None:
    """By what really came; nobody says that mockapi knows nothing of the path."""
    recorded_body = {"anthropic_version": "vertex-2023-10-16", **HELLO}
    path = f"{VERTEX_PATH}/claude-opus-4-6:rawPredict"
    cassette = write_cassette(tmp_path / "r.yaml", interaction(recorded_body, b"{}", path=path))
    with mockapi.Server([cassette]) as server:
        asked = {**recorded_body, "max_tokens": 65}
        headers = {"authorization": "Bearer test-token"}
        reply = httpx.post(f"{server.base_url}{path}", json=asked, headers=headers, timeout=PATIENCE)
        assert (reply.status_code, reply.json()["error"]["type"]) == (422, "mockapi_no_recording")
        eventually(lambda: journal(server)[0]["miss"] is not None, "the explanation")
        (entry,) = journal(server)
    assert entry["request"]["surface"] == "vertex"
    assert entry["miss"]["nearest"]["interaction"] == 0
    assert [item["path"] for item in entry["miss"]["differences"]] == ["$.max_tokens"]
    assert not any("makes up no replies" in remedy for remedy in entry["miss"]["remedies"])


@pytest.mark.slow
def test_a_large_request_is_judged_as_a_plain_one(upstream: mockapi.Server) -> None:
    """In a helper process, as the Messages request that it stands for."""
    url = f"{upstream.base_url}{VERTEX_PATH}/claude-opus-4-6:rawPredict"
    asked = {
        "anthropic_version": "vertex-2023-10-16",
        **HELLO,
        "messages": [{"role": "user", "content": "x " * 600_000}],
    }
    headers = {"authorization": "Bearer test-token"}
    with httpx.Client(headers=headers, timeout=PATIENCE) as client:
        message = client.post(url, json=asked)
        refused = client.post(url, json={**asked, "no_such_field": 1})
    assert message.json()["id"].startswith("msg_vrtx_01"), message.text
    assert refused.json()["error"]["message"] == "no_such_field: Extra inputs are not permitted"
