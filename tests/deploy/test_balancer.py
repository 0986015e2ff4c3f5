"""deploy/compose/nginx.conf at work, on a host of its own in front of nodes on theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.hosts import Host, Hosts, need_hosts, start_node
from tests.support.manifests import DEPLOY, TOKEN
from tests.support.server import PATIENCE, eventually, interaction, message, paced, write_cassette

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hosts")]
NODES = ("node-1", "node-2", "node-3")
NEVER = 600.0
"""Seconds to a chunk that no test waits for."""
DATED = (("date", "Thu, 01 Oct 2026 00:16:40 GMT"), ("server", "cloudflare"), ("content-type", "text/plain"))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[tuple[httpx.Client, dict[str, Host]]]:
    """A client of the balancer, and the nodes behind that by their names."""
    need_hosts("nginx")
    cassette = write_cassette(
        tmp_path / "a.yaml",
        interaction(message("dated"), b"as it was", headers=DATED),
        paced(message("stream"), [(0.0, b"event: a\n\n"), (NEVER, b"event: b\n\n")]),
    )
    token = tmp_path / "token"
    token.write_text(TOKEN)
    with Hosts() as hosts:
        nodes = {name: hosts.host(name.replace("-", "")) for name in NODES}
        balancer = hosts.host("balancer")
        for host in nodes.values():
            start_node(
                host,
                tmp_path / f"{host.name}.log",
                *(cassette, "--speed", "1", "--validation", "off"),
                *("--advertise", f"http://{host.address}:4010", "--control-token-file", str(token)),
            )
        configuration = (DEPLOY / "compose" / "nginx.conf").read_text(encoding="utf-8")
        for name, host in nodes.items():
            configuration = configuration.replace(f"server {name}:", f"server {host.address}:")
        own = {"/tmp/nginx.pid": tmp_path / "nginx.pid", "access_log off;": _places(tmp_path)}
        for there, here in own.items():
            assert there in configuration
            configuration = configuration.replace(there, str(here))
        (tmp_path / "nginx.conf").write_text(configuration)
        balancer.start(
            *("nginx", "-e", str(tmp_path / "nginx.log"), "-p", str(tmp_path)),
            *("-c", str(tmp_path / "nginx.conf"), "-g", "daemon off;"),
        )
        with (
            hosts.host("client").entered(),
            httpx.Client(
                base_url=f"http://{balancer.address}:4010", timeout=PATIENCE, trust_env=False
            ) as asking,
        ):
            eventually(lambda: _is_up(asking), "the balancer takes connections")
            yield asking, nodes


def _places(folder: Path) -> str:
    """Where this nginx keeps bodies, which is elsewhere in its image."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(["access_log off;", *(f"{kind}_temp_path {folder / kind};" for kind in kinds)])


def _is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/_mockapi/livez").status_code == 200
    except httpx.TransportError:
        return False


def test_the_balancer_passes_on_what_nodes_say_and_goes_round_a_dead_one(
    client: tuple[httpx.Client, dict[str, Host]],
) -> None:
    """Recorded fields, large bodies, streams and openings go through it; a node that ends costs nothing."""
    asking, nodes = client
    dated = asking.post("/v1/messages", json=message("dated"))
    assert dated.text == "as it was"
    assert (dated.headers.get_list("date"), dated.headers.get_list("server")) == (
        [DATED[0][1]],
        [DATED[1][1]],
    )
    large = asking.post("/v1/messages", json=message("x" * 8_000_000))
    assert large.headers["x-mockapi-source"] == "unmatched"
    with asking.stream("POST", "/v1/messages", json=message("stream")) as stream:
        assert next(stream.iter_raw()) == b"event: a\n\n"
    opened = asking.post("/_mockapi/sessions", json={}, headers={"x-mockapi-token": TOKEN}).json()
    assert urlsplit(opened["base_url"]).hostname in {host.address for host in nodes.values()}
    straight = asking.post(f"{opened['base_url']}/v1/messages", json=message("dated"))
    assert straight.text == "as it was"
    nodes["node-2"].kill()
    answered = [asking.post("/v1/messages", json=message("dated")).status_code for _ in range(9)]
    assert answered == [200] * 9
