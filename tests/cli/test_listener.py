"""Where a server listens, and what it speaks there: TLS, Unix sockets, IPv6, prefixes."""

from __future__ import annotations

import contextlib
import signal
import ssl
import stat
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mockapi.server.wire import throwaway_tls
from tests.support.process import Serving, mockapi, run
from tests.support.server import RawClient, interaction, message, write_cassette
from tests.support.tls import self_signed

ASK = """
import json, os, ssl, urllib.request
url = os.environ["ANTHROPIC_BASE_URL"]
request = urllib.request.Request(url + "/v1/messages", data=json.dumps({asked!r}).encode())
print(url.partition(":")[0], urllib.request.urlopen(request).read().decode())
"""


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """One recording."""
    return write_cassette(tmp_path / "a.yaml", interaction(message("hi"), b"ok"))


def asked(client: httpx.Client) -> bytes:
    """The recording, asked for."""
    return client.post("/v1/messages", json=message("hi")).content


@pytest.mark.slow
def test_tls_with_a_certificate_that_is_made(cassette: str) -> None:
    """The ready line has the address, stderr what clients have to trust and how; all is gone in the end."""
    with Serving("serve", cassette, "--port", "0", "--tls") as server:
        assert server.url.startswith("https://127.0.0.1:")
        told = {
            name: server.told(f"{name}=").strip().partition("=")[2]
            for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
        }
        for path in told.values():
            context = ssl.create_default_context(cafile=path)
            for host in ("127.0.0.1", "localhost"):
                url = server.url.replace("127.0.0.1", host)
                with httpx.Client(base_url=url, verify=context, trust_env=False) as client:
                    assert asked(client) == b"ok"
        assert server.stop().code == 0
    assert not any(Path(path).exists() for path in told.values())


@pytest.mark.slow
def test_tls_with_a_certificate_of_ones_own(cassette: str, tmp_path: Path) -> None:
    """In one file with its key; nothing has to be trusted that the user does not know of."""
    self_signed(tmp_path)
    pem = str(tmp_path / "server.pem")
    with Serving("serve", cassette, "--port", "0", "--tls-cert", pem) as server:
        context = ssl.create_default_context(cafile=pem)
        with httpx.Client(base_url=server.url, verify=context, trust_env=False) as client:
            assert asked(client) == b"ok"
        assert "SSL_CERT_FILE" not in server.stop().err


@pytest.mark.parametrize(
    ("command", "started"),
    [
        (("serve", "--port", "0"), "mockapi.server.Service"),
        (("exec", "--", "true"), "mockapi.testing.Server"),
    ],
)
def test_a_signal_during_the_start_leaves_no_files(
    command: tuple[str, ...], started: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large cassettes take seconds to load, and whoever does not wait for them ends it well all the same."""
    seen: list[Path] = []

    def impatient(*_: object, **__: object) -> None:
        seen.extend(tmp_path.iterdir())
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(started, impatient)
    outcome = mockapi(command[0], "--tls", *command[1:])
    assert outcome.code == 128 + signal.SIGTERM
    assert seen
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_command_of_exec_trusts_it(cassette: str) -> None:
    """Its environment says what to trust; the machine's own authorities stay trusted."""
    code = ASK.format(asked=message("hi"))
    outcome = run("exec", "--tls", cassette, "--", sys.executable, "-c", code)
    assert outcome[:2] == (0, "https ok\n"), outcome.err


def test_a_name_of_the_host_stands_in_the_certificate() -> None:
    """Beside those of loopback; the address of all addresses is not a name."""
    with throwaway_tls(("mock.test", "0.0.0.0")) as tls:
        server_in, server_out, client_in, client_out = (ssl.MemoryBIO() for _ in range(4))
        server = tls.context.wrap_bio(server_in, server_out, server_side=True)
        context = ssl.create_default_context(cafile=tls.ca_file)
        client = context.wrap_bio(client_in, client_out, server_hostname="mock.test")
        for side in (client, server, client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
            server_in.write(client_out.read())
            client_in.write(server_out.read())
        names = (client.getpeercert() or {})["subjectAltName"]
        assert ("DNS", "mock.test") in names
        assert not any("0.0.0.0" in str(name) for name in names)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--tls-key", "key.pem"], "--tls-key is the key of a certificate"),
        (["--tls-cert", "missing.pem"], "--tls-cert missing.pem cannot be read: No such file"),
        (["--tls-cert", "text.pem"], "text.pem is not a certificate and its key in PEM"),
        (["--tls-cert", "text.pem", "--tls-key", "missing.pem"], "--tls-key missing.pem cannot be read"),
        (["--tls-cert", "locked.pem"], "The key of --tls-cert is encrypted"),
        (
            ["--tls-cert", "server.pem", "--tls-key", "other.pem"],
            "The key in other.pem is not the key of the",
        ),
        (["--tls-cert", "text.pem", "--tls-key", "text.pem"], "text.pem and text.pem are not a certificate"),
        (["--tls-cert", "large.pem"], "--tls-cert large.pem cannot be read: it has "),
        (["--tls", "--allow-host", "no such host"], "No certificate can be made for"),
        (["--root-path", "mock"], "--root-path is a path such as /mock, not 'mock'"),
        (["--root-path", "//mock"], "--root-path is a path such as /mock"),
        (["--root-path", "/mock/../v1"], "--root-path is a path such as /mock"),
        (["--uds", "text.pem"], "text.pem exists and is not a socket"),
        (["--uds", "no/such/folder"], "Cannot listen at no/such/folder: No such file"),
        (["--uds", "x" * 200], "Cannot listen at xxx"),
    ],
)
def test_what_cannot_be_used_is_told(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, before anything is served."""
    monkeypatch.chdir(tmp_path)
    Path("text.pem").write_text("no certificate", encoding="utf-8")
    self_signed(tmp_path)
    pem = (tmp_path / "server.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    Path("locked.pem").write_bytes(encrypted + pem.partition(b"-----END PRIVATE KEY-----\n")[2])
    Path("large.pem").write_bytes(pem + b"\n" * 2**20)
    another = ec.generate_private_key(ec.SECP256R1())
    Path("other.pem").write_bytes(
        another.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    outcome = mockapi("serve", "--port", "0", *options)
    assert outcome.code == 2
    assert said in outcome.err
    assert "_ssl.c" not in outcome.err


def test_without_trustme_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or to bring a certificate along."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    outcome = mockapi("serve", "--port", "0", "--tls")
    assert outcome.code == 2
    assert "pip install 'messages-mockapi[tls]'" in outcome.err
    assert "--tls-cert" in outcome.err


@pytest.mark.slow
def test_a_unix_socket(cassette: str, tmp_path: Path) -> None:
    """Its owner's alone, named in the ready line, gone at the end; what a killed server left is replaced."""
    path = tmp_path / "mock.sock"
    with Serving("serve", cassette, "--uds", str(path)) as killed:
        killed.process.kill()
        killed.process.wait()
    assert path.exists()
    with Serving("serve", cassette, "--uds", str(path)) as server:
        assert server.url == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with httpx.Client(
            base_url="http://localhost", transport=httpx.HTTPTransport(uds=str(path))
        ) as client:
            assert asked(client) == b"ok"
            opened = client.post("/_mockapi/sessions", json={}).json()
            assert opened["base_url"] == f"http://localhost/s/{opened['id']}"
        second = mockapi("serve", cassette, "--uds", str(path))
        assert second.code == 2
        assert f"A server listens at {path} already" in second.err
        assert server.stop(signal.SIGHUP).code == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--uds", "mock.sock"], "a Unix socket has none"), (["--root-path", "/mock"], "no proxy between")],
)
def test_a_command_asks_the_server_itself(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its client could not find is refused before anything is made."""
    monkeypatch.chdir(tmp_path)
    outcome = mockapi("exec", *options, "--", "true")
    assert outcome.code == 2
    assert said in outcome.err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_command_is_run_where_the_project_says_how_others_find_its_server(
    cassette: str, tmp_path: Path
) -> None:
    """As it is with the port: that is for `serve`."""
    text = '[tool.mockapi]\nuds = "mock.sock"\nroot_path = "/mock"\nport = 1\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    code = ASK.format(asked=message("hi"))
    outcome = run("exec", cassette, "--", sys.executable, "-c", code, cwd=tmp_path)
    assert (outcome.code, outcome.out) == (0, "http ok\n")


@pytest.mark.slow
def test_ipv6_and_a_prefix(cassette: str) -> None:
    """Brackets are taken as they stand in URLs; sessions have the prefix."""
    with Serving("serve", cassette, "--port", "0", "--host", "[::1]", "--root-path", "/mock/") as server:
        assert server.url.startswith("http://[::1]:")
        with RawClient(server.url) as client:
            client.ask("POST", "/_mockapi/sessions", b"{}")
            opened = client.read().json()
        assert opened["base_url"] == f"{server.url}/mock/s/{opened['id']}"
        assert "control token" not in server.stop().err


@pytest.mark.slow
def test_a_socket_that_somebody_else_has_put_there_stays(cassette: str, tmp_path: Path) -> None:
    """At its end a server removes its own only."""
    path = tmp_path / "mock.sock"
    with Serving("serve", cassette, "--uds", str(path)) as server:
        path.unlink()
        path.write_text("mine", encoding="utf-8")
        assert server.stop().code == 0
    assert path.read_text(encoding="utf-8") == "mine"
