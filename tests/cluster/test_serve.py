"""`mockapi serve --workers`: options, and a server as people start it."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from mockapi.cli._workers import read_workers
from mockapi.cluster import usable_cpus
from mockapi.errors import UsageError
from tests.support.process import Serving
from tests.support.server import PATIENCE, interaction, message, write_cassette

if TYPE_CHECKING:
    from pathlib import Path


def test_a_number_of_workers_is_read() -> None:
    """`auto` is one for each processor that may be used."""
    assert read_workers("1") == 1
    assert read_workers("12") == 12
    assert read_workers("auto") == usable_cpus() >= 1


@pytest.mark.parametrize("text", ["0", "-1", "257", "two", "", "1.5", "٣"])
def test_what_is_no_number_of_workers_is_refused(text: str) -> None:
    """With what would do."""
    with pytest.raises(UsageError, match="from 1 to 256, or auto"):
        read_workers(text)


def test_a_system_without_such_sockets_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process is served there all the same."""
    monkeypatch.setattr(os, "name", "nt")
    assert read_workers("1") == 1
    with pytest.raises(UsageError, match="needs Linux or macOS"):
        read_workers("2")


@pytest.mark.slow
def test_a_server_of_two_workers_as_people_start_it(tmp_path: Path) -> None:
    """One ready line, summary and report; each request told of; exit code 0; TLS and a drain as with one."""
    cassette = write_cassette(
        tmp_path / "a.yaml", interaction(message("hi"), b"ok"), interaction(message("ho"))
    )
    report = tmp_path / "report.json"
    options = ("--port", "0", "--tls", "--drain", "5", "--report", str(report), "--verbose")
    with Serving("serve", cassette, "--workers", "2", *options) as server:
        for _ in range(8):
            with httpx.Client(verify=False, trust_env=False) as client:
                assert client.post(f"{server.url}/v1/messages", json=message("hi")).content == b"ok"
        ended = server.stop(signal.SIGINT)
    assert ended.code == 0
    assert ended.err.count("playing 2 interactions of 1 cassette") == 1
    assert (ended.out + ended.err).count("POST /v1/messages") == 8
    assert '"interaction": 0' in report.read_text().partition("not_played")[0]
    assert '"interaction": 1' in report.read_text().partition("not_played")[2]


@pytest.mark.slow
def test_a_client_goes_on_with_its_session_of_tls_at_any_worker() -> None:
    """As with one process: only the first connection of many pays for a whole handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    session, resumed = None, 0
    with Serving("serve", "--workers", "2", "--port", "0", "--tls") as server:
        port = httpx.URL(server.url).port
        for _ in range(12):
            with socket.create_connection(("127.0.0.1", port)) as sock:
                sock.settimeout(PATIENCE)
                with context.wrap_socket(sock, session=session) as wrapped:
                    wrapped.sendall(b"GET /_mockapi/livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    assert wrapped.recv(4096).startswith(b"HTTP/1.1 200")
                    session, resumed = wrapped.session, resumed + bool(wrapped.session_reused)
    assert resumed == 11
