"""deploy/ at work: a node with the manifest's own arguments and mounts, probed as a kubelet probes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.manifests import KEY, TOKEN, access, cassettes, node
from tests.support.process import Serving
from tests.support.server import message
from tests.support.state import state_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A node with the arguments of the manifest, as far as one machine has what they name."""
    place = tmp_path_factory.mktemp("pod")
    here = {
        "/cassettes": str(cassettes(place / "cassettes")),
        "/etc/mockapi/": f"{access(place / 'access')}/",
        "--host=0.0.0.0": "--host=127.0.0.1",
        "--port=4010": "--port=0",
        "redis://mockapi-redis:6379/0?prefix=$(REVISION)": state_url(),
        "$(POD_NAME)": "mockapi-0",
        "$(POD_NAMESPACE)": "team",
    }
    arguments = []
    for argument in node()["args"]:
        for there, instead in here.items():
            argument = argument.replace(there, instead)  # noqa: PLW2901 - one after the other
        arguments.append(argument)
    with Serving(*arguments, env={"MOCKAPI_CACHE": str(place / "cache")}) as serving:
        yield serving.url


def ask(url: str, method: str, path: str, **more: Any) -> httpx.Response:
    """A request from another machine, which a pod's address is the Host of."""
    headers = {"host": "10.1.2.3:4010", **more.pop("headers", {})}
    return httpx.request(method, url + path, headers=headers, trust_env=False, **more)


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_a_kubelets_probe_is_answered(url: str, probe: str) -> None:
    """At the path of the manifest, under the pod's address and without any token."""
    assert ask(url, "GET", node()[probe]["httpGet"]["path"]).status_code == 200


def test_each_recording_of_the_configmap_is_there_once(url: str) -> None:
    """Though the mounted folder has every file twice."""
    health = ask(url, "GET", "/_mockapi/health").json()
    assert health["cassettes"] == 1


def test_a_session_is_opened_with_the_token_alone(url: str) -> None:
    """The token of the Secret opens the control API under the name of a Service; a guess does not."""
    opened = ask(url, "POST", "/_mockapi/sessions", json={}, headers={"x-mockapi-token": TOKEN})
    assert opened.status_code == 201
    advertised = "http://mockapi-0.mockapi-nodes.team.svc:4010"
    assert opened.json()["base_url"].startswith(f"{advertised}/s/")
    refused = ask(url, "POST", "/_mockapi/sessions", json={}, headers={"x-mockapi-token": "a-guess"})
    assert refused.status_code == 401


def test_the_api_takes_the_keys_of_the_secret_alone(url: str) -> None:
    """Others get the API's 401."""
    asked = {**message("Hello, Claude"), "model": "claude-sonnet-5", "max_tokens": 1024}
    answered = ask(url, "POST", "/v1/messages", json=asked, headers={"x-api-key": KEY})
    assert answered.headers["x-mockapi-source"] == "recorded", answered.text
    other = ask(url, "POST", "/v1/messages", json=asked, headers={"x-api-key": "sk-ant-test-other"})
    assert other.status_code == 401


def test_prometheus_finds_its_numbers(url: str) -> None:
    """The manifest's arguments count."""
    assert "mockapi_sessions_open" in ask(url, "GET", "/_mockapi/metrics").text


def test_the_mounts_are_those_of_the_arguments(tmp_path: Path) -> None:
    """A folder as a kubelet mounts it has each file under its name, and once more in its version."""
    made = cassettes(tmp_path / "cassettes")
    assert len(list(made.rglob("*.yaml"))) == 2
