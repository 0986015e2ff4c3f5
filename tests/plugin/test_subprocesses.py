"""Subprocesses cannot reach the real API, and reach everything else."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

import mockapi
from pytest_mockapi._proxy import Proxy
from tests.support.plugin import run

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFUSED = "you tried to reach"


@pytest.fixture
def server() -> Iterator[mockapi.Server]:
    """Whose loop runs a proxy, and which stands for the rest of the network."""
    with mockapi.Server() as running:
        yield running


def _asks(proxy: str, server: mockapi.Server, host: str | None = None) -> int:
    """The status of a request through the proxy's tunnel."""
    address = urlsplit(server.base_url)
    connection = http.client.HTTPConnection(str(urlsplit(proxy).hostname), urlsplit(proxy).port, timeout=20)
    try:
        connection.set_tunnel(host or str(address.hostname), address.port)
        connection.request("GET", "/_mockapi/health")
        return connection.getresponse().status
    finally:
        connection.close()


def _refusal(host: str) -> str | None:
    return f"{_REFUSED} {host}\n\u2026" if host == "api.anthropic.com" else None


@pytest.mark.slow
def test_a_subprocess_is_refused_by_name(pytester: pytest.Pytester) -> None:
    """Whatever environment it is given; the test's own process keeps its proxies; loopback is reached."""
    pytester.makepyfile(
        """
        import asyncio, os, subprocess, sys, urllib.request
        import client

        PROGRAM = "import urllib.request; urllib.request.urlopen('https://api.anthropic.com', timeout=20)"

        def test_inherited(messages_api):
            done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
            assert "403 test_a_subprocess_is_refused_by_name.py::test_inherited tried" in done.stderr
            assert "https" not in urllib.request.getproxies()

        def test_given(messages_api):
            given = {"PATH": os.environ["PATH"], "HTTPS_PROXY": "", "https_proxy": ""}
            done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=given)
            assert "403 test_a_subprocess_is_refused_by_name.py::test_given tried" in done.stderr
            assert given["HTTPS_PROXY"] == ""

        def test_asyncio(messages_api):
            async def go():
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", PROGRAM, stderr=asyncio.subprocess.PIPE
                )
                return (await process.communicate())[1]

            assert b"::test_asyncio tried to connect to api.anthropic.com" in asyncio.run(go())

        def test_loopback(messages_api):
            subprocess.run([sys.executable, "-c", "import client; client.ask('hi')"], check=True)
            assert messages_api.last_request.last_user_text == "hi"

        def test_report(messages_api):
            subprocess.run([sys.executable, "-c", PROGRAM], check=True)

        def test_without(request):
            assert subprocess.Popen.__init__.__module__ == "subprocess"
        """
    )
    result = run(pytester, HTTPS_PROXY="", https_proxy="")
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*requests of this test*", "*::test_report tried to connect*"])


@pytest.mark.slow
@pytest.mark.parametrize("option", ["mockapi_env=false", "mockapi_network=off"])
def test_subprocesses_are_left_alone(pytester: pytest.Pytester, option: str) -> None:
    """By those who want neither their environment nor their network touched."""
    pytester.makepyfile(
        """
        import subprocess

        def test_it(messages_api):
            assert subprocess.Popen.__init__.__module__ == "subprocess"
        """
    )
    run(pytester, "-o", option).assert_outcomes(passed=1)


def test_other_hosts_are_reached_through_the_proxy(server: mockapi.Server) -> None:
    """Directly, or through the proxy that stood in the environment; each may refuse."""
    outer = Proxy(server, _refusal, {})
    inner = Proxy(server, lambda _: None, {"HTTPS_PROXY": outer.url, "ALL_PROXY": "socks5://127.0.0.1:1"})
    for proxy in (outer, inner):
        assert _asks(proxy.url, server) == 200
        with pytest.raises(OSError, match=f"403 {_REFUSED} api.anthropic.com"):
            _asks(proxy.url, server, "api.anthropic.com")
        with pytest.raises(OSError, match="502"):
            _asks(proxy.url, server, "nowhere.invalid")
        assert proxy.lead({"A": "b"}) == {"A": "b", "HTTPS_PROXY": proxy.url, "https_proxy": proxy.url}
    inner.close()
    outer.close()
    with pytest.raises(ConnectionRefusedError):
        _asks(outer.url, server)


def test_a_proxy_that_is_no_plain_http_is_kept(server: mockapi.Server) -> None:
    """What this one does not speak stays where it was."""
    proxy = Proxy(server, _refusal, {"HTTPS_PROXY": "socks5://127.0.0.1:1"})
    assert proxy.lead({"HTTPS_PROXY": "socks5://127.0.0.1:1"}) == {"HTTPS_PROXY": "socks5://127.0.0.1:1"}
    proxy.close()


def test_the_credentials_of_a_proxy_are_passed_on(server: mockapi.Server) -> None:
    """To the proxy that stood in the environment, as its own clients would send them."""
    heads: list[bytes] = []

    def accept() -> None:
        there, _ = listening.accept()
        with there:
            heads.append(there.recv(4096))
            there.sendall(b"HTTP/1.1 407 Who\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        thread = threading.Thread(target=accept)
        thread.start()
        before = f"user:pass%20word@127.0.0.1:{listening.getsockname()[1]}"
        proxy = Proxy(server, _refusal, {"https_proxy": before})
        with pytest.raises(OSError, match="407 Who"):
            _asks(proxy.url, server)
        thread.join(20)
    proxy.close()
    assert heads[0].endswith(b"\r\nProxy-Authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n\r\n")


def test_what_is_no_tunnel_is_refused(server: mockapi.Server) -> None:
    """Plain HTTP, and what is no HTTP at all; neither stops the proxy."""
    proxy = Proxy(server, _refusal, {})
    port = urlsplit(proxy.url).port
    for sent, answer in (
        (b"GET http://api.anthropic.com/ HTTP/1.1\r\n\r\n", b"HTTP/1.1 405 Only HTTPS"),
        (b"\x16\x03\x01\r\n\r\n", b""),
        (b"CONNECT [ HTTP/1.1\r\n\r\n", b""),
        (b"CONNECT", b""),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as there:
            there.sendall(sent)
            there.shutdown(socket.SHUT_WR)
            assert there.makefile("rb").read().startswith(answer)
    assert _asks(proxy.url, server) == 200
    proxy.close()
