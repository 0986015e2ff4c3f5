"""The hosts that other tests use: what is done to one is done to it alone, and nothing is left of them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.hosts import Host, Hosts, need_hosts, start_node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hosts")]
SHORT = 0.5
"""Seconds after which what does not answer is taken for away."""


@pytest.fixture(autouse=True)
def _needs() -> None:
    need_hosts()


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host, Host]]:
    """Two with a process that waits, and one for clients."""
    need_hosts()
    with Hosts() as made:
        yield made.host("one"), made.host("two"), made.host("client")


@pytest.fixture
def served(hosts: tuple[Host, Host, Host], tmp_path: Path) -> Iterator[tuple[Host, str, str]]:
    """The first host, its server's URL, and the other's."""
    one, two, _ = hosts
    yield one, start_node(one, tmp_path / "one.log"), start_node(two, tmp_path / "two.log")
    for host in (one, two):
        host.kill()


def answers(client: Host, url: str) -> bool:
    """Whether a server answers a client in time."""
    with client.entered():
        try:
            return httpx.get(f"{url}/_mockapi/livez", timeout=SHORT, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@pytest.mark.parametrize(
    ("harm", "undo"), [(Host.silence, Host.connect), (Host.unplug, Host.connect), (Host.pause, Host.resume)]
)
def test_a_harmed_host_is_away_until_that_is_undone(
    hosts: tuple[Host, Host, Host],
    served: tuple[Host, str, str],
    harm: Callable[[Host], None],
    undo: Callable[[Host], None],
) -> None:
    """Its neighbour is not; and what listened there listens again."""
    one, url, other = served
    assert answers(hosts[2], url)
    harm(one)
    assert not answers(hosts[2], url)
    assert answers(hosts[2], other)
    undo(one)
    with hosts[2].entered():
        assert httpx.get(f"{url}/_mockapi/livez", timeout=20, trust_env=False).status_code == 200


def test_a_killed_host_refuses_connections_until_something_listens_there(
    hosts: tuple[Host, Host, Host], served: tuple[Host, str, str], tmp_path: Path
) -> None:
    """It still has its address."""
    one, url, other = served
    one.kill()
    with hosts[2].entered(), pytest.raises(httpx.ConnectError, match="refused"):
        httpx.get(url, timeout=20, trust_env=False)
    assert answers(hosts[2], other)
    assert start_node(one, tmp_path / "again.log") == url
    assert answers(hosts[2], url)


def test_a_thread_is_at_home_again_after_its_visit(hosts: tuple[Host, Host, Host]) -> None:
    """Also after an error there."""
    here = Path("/proc/thread-self/ns/net").readlink()
    with pytest.raises(ZeroDivisionError), hosts[2].entered():  # noqa: PT012 - what is left by an error
        assert Path("/proc/thread-self/ns/net").readlink() != here
        raise ZeroDivisionError
    assert Path("/proc/thread-self/ns/net").readlink() == here


def test_nothing_is_left_after_a_failure() -> None:
    """Neither namespaces nor processes, paused ones included."""
    names = []
    with pytest.raises(ZeroDivisionError), Hosts() as made:  # noqa: PT012 - as above
        host = made.host("one")
        names = [host.namespace, made.switch]
        process = host.start("sleep", "1000")
        host.pause()
        raise ZeroDivisionError
    assert process.returncode == -9
    assert not [name for name in names if Path("/run/netns", name).exists()]


def test_what_a_killed_run_left_is_swept() -> None:
    """Its namespaces are told by the process id in their names, and their processes are ended, too."""
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = f"mockapi-test-{int(gone.stdout)}-{secrets.token_hex(3)}-left"
    kept = f"mockapi-test-{os.getpid()}-{secrets.token_hex(3)}-kept"
    for name in (left, kept):
        subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        with subprocess.Popen(["ip", "netns", "exec", left, "sleep", "1000"]) as process:
            while not subprocess.run(["ip", "netns", "pids", left], capture_output=True, check=True).stdout:
                os.sched_yield()
            with Hosts():
                assert process.wait(20) == -9
                assert not Path("/run/netns", left).exists()
                assert Path("/run/netns", kept).exists()
    finally:
        subprocess.run(["ip", "netns", "delete", kept], check=True)
