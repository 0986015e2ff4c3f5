"""Over TLS all is as over plain HTTP: bytes, pace, faults, sessions; and a stop waits for nobody."""

from __future__ import annotations

import asyncio
import io
import ssl
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

import mockapi
from mockapi.exchange import Ending
from mockapi.server import Console
from mockapi.server.wire import _thread, throwaway_tls
from mockapi.validation import ValidationSettings
from tests.support.server import (
    RawClient,
    connections,
    eventually,
    interaction,
    message,
    paced,
    write_cassette,
)
from tests.support.tls import self_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockapi.server.wire import TLS

LARGE = b"x" * 2_000_000
SETTINGS = mockapi.Settings(validation=ValidationSettings(mode="off"), on_unmatched="fail", speed=1)

pytestmark = pytest.mark.slow  # certificates take a moment to make, megabytes to be read slowly


@pytest.fixture(scope="module")
def cassette(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Replies that end well, and others that do not, short and long."""
    endings = [
        paced(message(f"{ending} {size}"), [(0.0, b"data: 1\n\n"), (0.001, data)], ending=ending)
        for ending in (Ending.RESET, Ending.CUT, Ending.HALF_CLOSE, Ending.STALL)
        for size, data in (("short", b"end"), ("long", LARGE))
    ]
    path = tmp_path_factory.mktemp("tls") / "a.yaml"
    return write_cassette(path, interaction(message("hi"), b"ok"), *endings)


def trusted_by(bundle: Path | str | None) -> list[str]:
    """The subjects of the certificates in a file, as OpenSSL reads them."""
    return [str(item["subject"]) for item in ssl.create_default_context(cafile=bundle).get_ca_certs()]


def trusting(tls: TLS | None) -> ssl.SSLContext:
    """A client that trusts what a server says to trust, and nothing else."""
    assert tls is not None
    assert tls.ca_file is not None
    return ssl.create_default_context(cafile=tls.ca_file)


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def secure(request: pytest.FixtureRequest, cassette: str) -> Iterator[mockapi.Server]:
    """A server with a throw-away certificate, on each kind of event loop."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "asyncio":
            patch.setattr(_thread, "event_loop", asyncio.new_event_loop)
        with mockapi.Server(cassette, settings=SETTINGS, tls=True) as server:
            yield server


@pytest.fixture
def connect(secure: mockapi.Server) -> Callable[..., RawClient]:
    """Connects a client that trusts the server."""
    context = trusting(secure.tls)
    return lambda **options: RawClient(secure.base_url, tls=context, **options)


def test_a_recording_is_played_and_the_connection_kept(
    secure: mockapi.Server, connect: Callable[..., RawClient]
) -> None:
    """The base URL says https, and a session's does too."""
    assert secure.base_url.startswith("https://127.0.0.1:")
    with connect() as client:
        for _ in range(3):
            client.ask("POST", "/v1/messages", orjson.dumps(message("hi")))
            assert client.read().body == b"ok"
        client.ask("POST", "/_mockapi/sessions", b"{}")
        opened = client.read().json()
        assert opened["base_url"] == f"{secure.base_url}/s/{opened['id']}"


@pytest.mark.parametrize("size", ["short", "long"])
@pytest.mark.parametrize(
    ("ending", "end"), [(Ending.RESET, "reset"), (Ending.CUT, "eof"), (Ending.HALF_CLOSE, "eof")]
)
def test_a_reply_that_ends_badly_ends_as_ordered_with_all_its_bytes(
    connect: Callable[..., RawClient], ending: Ending, end: str, size: str
) -> None:
    """Also where the client reads slowly, so that most of it waits in buffers when the end comes."""
    with connect(receive_buffer=20_000) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message(f"{ending} {size}")))
        client.read_head()
        rest, seen = client.read_to_end()
    assert seen == end
    assert (b"end" if size == "short" else LARGE) in rest
    assert not rest.endswith(b"0\r\n\r\n")


def test_a_half_closed_connection_counts_as_open_until_the_client_leaves(
    secure: mockapi.Server, connect: Callable[..., RawClient]
) -> None:
    """The server goes on reading."""
    eventually(lambda: connections(secure) == 0, "those of other tests are gone")
    with connect() as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message("half-close short")))
        client.read_to_end()
        assert connections(secure) == 1
    eventually(lambda: connections(secure) == 0, "it has left")


def test_a_stalled_reply_ends_when_the_client_leaves(
    secure: mockapi.Server, connect: Callable[..., RawClient]
) -> None:
    """Nothing is held afterwards."""
    with connect() as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message("stall short")))
        client.read_head()
        assert [client.read_piece(), client.read_piece()] == [b"data: 1\n\n", b"end"]
        assert client.is_silent(0.05)
    eventually(lambda: connections(secure) == 0, "it is forgotten")


@pytest.mark.parametrize("asked", ["hi", "stall short"], ids=["idle", "in the middle of a reply"])
def test_a_stop_waits_for_no_goodbye(cassette: str, asked: str) -> None:
    """A client that keeps a connection in its pool reads nothing from it meanwhile."""
    server = mockapi.Server(cassette, settings=SETTINGS, tls=True).start()
    with RawClient(server.base_url, tls=trusting(server.tls)) as client:
        client.ask("POST", "/v1/messages", orjson.dumps(message(asked)))
        client.read_head()
        server.stop()
        assert not server._running._server.force_exit
        assert connections(server) == 0
        assert client.read_to_end()[1] in {"eof", "reset"}


def test_the_files_for_clients_are_their_owners_and_go_with_the_server(cassette: str) -> None:
    """The authority's certificate alone, and behind those of the machine; no key is among them."""
    with mockapi.Server(cassette, tls=True) as server:
        assert server.tls is not None
        names = server.tls.variables()
        assert set(names) == {"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}
        assert server.tls.ca_file is not None
        folder = server.tls.ca_file.parent
        assert sorted(path.name for path in folder.iterdir()) == ["bundle.pem", "ca.pem"]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert b"PRIVATE KEY" not in path.read_bytes()
            assert path.read_bytes().endswith(server.tls.ca_file.read_bytes())
    assert not folder.exists()


@pytest.mark.parametrize("in_one_file", [True, False], ids=["a file", "a folder"])
def test_the_bundle_holds_what_the_machine_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_one_file: bool
) -> None:
    """Systems keep it in a file, or in a folder under hashes; clients of the bundle reach other hosts too."""
    self_signed(tmp_path)
    (tmp_path / "0a1b2c3d.0").write_bytes((tmp_path / "server.pem").read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / ("server.pem" if in_one_file else "missing.pem")))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with throwaway_tls() as tls:
        subjects = trusted_by(tls.bundle)
    assert len(subjects) == 2
    assert any("127.0.0.1" in subject for subject in subjects)


@pytest.mark.parametrize("in_one_file", [True, False], ids=["a file", "a folder"])
@pytest.mark.parametrize("name", ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_what_the_environment_trusts_already_stays_trusted(
    tmp_path: Path, name: str, *, in_one_file: bool
) -> None:
    """A company's authority stands there for its proxy: a client that is led here still reaches that."""
    self_signed(tmp_path)
    (tmp_path / "0a1b2c3d.0").write_bytes((tmp_path / "server.pem").read_bytes())
    place = str(tmp_path / "server.pem" if in_one_file else tmp_path)
    with throwaway_tls() as tls:
        named = tls.variables({name: place})
        subjects = trusted_by(named[name])
        others = {other: path for other, path in named.items() if other != name}
        assert others == {other: path for other, path in tls.variables().items() if other != name}
        folder = Path(named[name]).parent
    assert len(subjects) == 2
    assert any("127.0.0.1" in subject for subject in subjects)
    assert not folder.exists()


def test_a_file_that_the_environment_names_and_nobody_has_is_passed_over(tmp_path: Path) -> None:
    """Its client would not have found it either."""
    with throwaway_tls() as tls:
        missing = {"NODE_EXTRA_CA_CERTS": str(tmp_path / "missing.pem"), "SSL_CERT_FILE": ""}
        assert tls.variables(missing) == tls.variables()


def test_who_does_not_trust_it_is_not_let_in(secure: mockapi.Server) -> None:
    """It is a certificate like any other."""
    with pytest.raises(ssl.SSLCertVerificationError):
        RawClient(secure.base_url, tls=ssl.create_default_context())


def test_http2_is_not_offered(secure: mockapi.Server) -> None:
    """A client that would rather speak it speaks HTTP/1.1."""
    context = trusting(secure.tls)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with RawClient(secure.base_url, tls=context) as client:
        assert client.sock._tls.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_the_console_tells_of_clients_that_cannot_shake_hands(
    cassette: str, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who speaks plain HTTP, and who does not trust the certificate: a line each, however often they come."""
    if loop == "asyncio":
        monkeypatch.setattr(_thread, "event_loop", asyncio.new_event_loop)
    stream = io.StringIO()
    with mockapi.Server(cassette, console=Console(stream), tls=True) as server:
        for _ in range(2):
            with RawClient(server.base_url.replace("https", "http")) as client:
                client.ask("GET", "/v1/models")
                answer, _ = client.read_to_end()
            assert not answer.startswith(b"HTTP/")
            with pytest.raises(ssl.SSLCertVerificationError):
                RawClient(server.base_url, tls=ssl.create_default_context())
        eventually(lambda: stream.getvalue().count("\n") == 2, "both are told of")
    assert "A client speaks plain HTTP to this port of TLS" in stream.getvalue()
    assert "A client does not trust this server's certificate" in stream.getvalue()
