"""deploy/compose.yaml and the configuration of its balancer: nodes, ports, and the command line's options."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.commands import parsed
from tests.support.manifests import DEPLOY, compose

SET = {"MOCKAPI_CONTROL_TOKEN": "a-test-token"}
NGINX = DEPLOY / "compose" / "nginx.conf"


def nodes() -> dict[str, Any]:
    """The services that are nodes."""
    services = compose(SET)["services"]
    return {name: service for name, service in services.items() if name.startswith("node-")}


def seconds(duration: str) -> float:
    """A duration of compose, in seconds alone."""
    match = re.fullmatch(r"([0-9]+)s", duration)
    assert match is not None
    return float(match[1])


def test_a_token_has_to_be_chosen() -> None:
    """Without it nothing starts, and the reason says how to make one."""
    with pytest.raises(ValueError, match="MOCKAPI_CONTROL_TOKEN: make one"):
        compose({})


def test_nodes_differ_in_their_address_alone() -> None:
    """A client reaches the address that a node advertises: it is the one of its published port."""
    same = []
    for node in nodes().values():
        (published,) = node.pop("ports")
        host, port, inner = published.rsplit(":", 2)
        (advertised,) = [argument for argument in node["command"] if argument.startswith("--advertise=")]
        assert advertised == f"--advertise=http://{host}:{port}"
        node["command"].remove(advertised)
        assert parsed(node["command"])["port"] == int(inner)
        same.append(node)
    assert len(same) == 3
    assert all(node == same[0] for node in same)


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
def test_only_the_address_that_is_said_is_published(address: str) -> None:
    """Loopback by default; with another one all ports and all nodes' addresses follow."""
    services = compose(SET | ({} if address == "127.0.0.1" else {"MOCKAPI_ADDRESS": address}))["services"]
    published = [port for service in services.values() for port in service.get("ports", ())]
    assert len(published) == 4
    assert all(port.startswith(f"{address}:") for port in published)


def test_a_node_may_drain_before_it_is_killed() -> None:
    """Compose waits longer than the drain."""
    for node in nodes().values():
        assert seconds(node["stop_grace_period"]) >= parsed(node["command"])["drain"] + 5
        assert parsed(node["command"])["drain"] > 0


def test_the_state_is_the_redis_beside_them_which_writes_nothing_down() -> None:
    """No node starts before it, it keeps nothing on a disk, and throws nothing out by itself."""
    redis = compose(SET)["services"]["redis"]
    settings = dict(zip(redis["command"][1::2], redis["command"][2::2], strict=True))
    assert (settings["--save"], settings["--appendonly"]) == ("", "no")
    assert settings["--maxmemory-policy"] == "noeviction"
    assert "ports" not in redis
    for node in nodes().values():
        assert "--state=redis://redis:6379/0" in node["command"]
        assert node["depends_on"]["redis"] == {"condition": "service_healthy"}


def test_a_node_that_is_refused_is_started_again() -> None:
    """One that meets old nodes with other cassettes ends; it has to come back when they have ended."""
    assert {node["restart"] for node in nodes().values()} == {"unless-stopped"}


def test_the_balancer_knows_every_node() -> None:
    """By the name and port that it has there."""
    named = re.findall(r"^\s+server ([\w-]+):(\d+) ", NGINX.read_text(encoding="utf-8"), re.MULTILINE)
    assert named == [(name, str(parsed(node["command"])["port"])) for name, node in nodes().items()]
    balancer = compose(SET)["services"]["balancer"]
    assert set(balancer["depends_on"]) == set(nodes())
    (volume,) = balancer["volumes"]
    assert (DEPLOY / volume.partition(":")[0]).resolve() == NGINX


def test_the_image_is_built_from_what_is_there() -> None:
    """The Dockerfile, and each folder and file that the build may see."""
    (build,) = {tuple(node["build"].items()) for node in nodes().values()}
    context = (DEPLOY / dict(build)["context"]).resolve()
    dockerfile = context / dict(build)["dockerfile"]
    user = re.findall(r"^USER (.+)$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
    assert user == ["10001:10001"]
    ignored = dockerfile.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    seen = [line[1:] for line in ignored if line.startswith("!")]
    assert seen
    assert [name for name in seen if not (context / name).exists()] == []
