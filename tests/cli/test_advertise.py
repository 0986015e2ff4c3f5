"""`--advertise`: a node says where its sessions are reached, with and without anything that nodes share."""

from __future__ import annotations

import httpx
import pytest

from tests.support.process import Serving, mockapi
from tests.support.server import message


@pytest.mark.slow  # starts a server
def test_an_opened_session_has_the_nodes_own_address() -> None:
    """Whatever Host was asked, its id says which node that is; the default session keeps the Host's."""
    options = ("--root-path", "/mock", "--advertise", "https://node-1.example:4010/mock/")
    with Serving("serve", "--port", "0", *options) as node, httpx.Client(trust_env=False) as client:
        control = f"{node.url}/_mockapi/sessions"
        opened = client.post(control, json={}).json()
        assert opened["base_url"] == f"https://node-1.example:4010/mock/s/{opened['id']}"
        assert opened["id"].startswith(f"{opened['node']}.")
        assert client.get(f"{control}/{opened['id']}").json()["base_url"] == opened["base_url"]
        assert client.get(f"{control}/default").json()["base_url"] == f"{node.url}/mock"
        for prefix in ("", "/mock"):
            url = f"{node.url}{prefix}/s/{opened['id']}/v1/messages"
            fields = {"x-api-key": "sk-ant-test-1", "anthropic-version": "2023-06-01"}
            assert client.post(url, json=message("hi"), headers=fields).status_code == 200
        unknown = client.post(f"{node.url}/s/other-1.4f3a9c0d1e2b/v1/messages", json={})
        assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--advertise", "node-1:4010"), "--advertise takes the address at which clients reach this node"),
        (("--advertise", "ftp://node-1"), "such as http://node-1.mockapi:4010; got 'ftp://node-1'"),
        (("--advertise", "http://node-1/?a=1"), "got 'http://node-1/?a=1'"),
        (("--advertise", "http://user:pass@node-1"), "--advertise takes the address"),
        (("--advertise", "http://node-1/mock"), "there is no --root-path: write --root-path /mock, or leave"),
        (
            ("--advertise", "http://node-1/a", "--root-path", "/b"),
            "has the path /a, and --root-path says /b: write --root-path /a",
        ),
    ],
)
def test_an_address_that_does_not_fit_is_refused_at_the_start(options: tuple[str, ...], said: str) -> None:
    """With what to write instead."""
    outcome = mockapi("serve", "--port", "0", *options)
    assert outcome.code == 2
    assert said in " ".join(outcome.err.split())
