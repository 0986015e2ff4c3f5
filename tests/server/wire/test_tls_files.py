"""The files of TLS: what clients are told to trust, and what another process of the server gets."""

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path

import pytest

from mockapi.errors import UsageError
from mockapi.server.wire import own_tls, tls_of
from mockapi.server.wire._tls import TLS
from tests.support.tls import self_signed

NAMES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def made(folder: Path) -> TLS:
    """TLS with files for clients, as for a certificate that was made for a run."""
    folder.mkdir()
    (folder / "ca.pem").write_bytes(b"ours\n")
    (folder / "bundle.pem").write_bytes(b"the machine's\nours\n")
    return TLS(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), folder, b"pem")


def test_clients_trust_it_by_the_variables_of_their_languages(tmp_path: Path) -> None:
    """Node's is added to what it trusts, the others stand for all of it; a file of one's own needs none."""
    tls = made(tmp_path / "tls")
    ca, bundle = str(tls.ca_file), str(tls.bundle)
    assert tls.variables() == dict(zip(NAMES, (ca, bundle, bundle), strict=True))
    assert TLS(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)).variables({"SSL_CERT_FILE": __file__}) == {}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_trusted_already_stays_trusted(tmp_path: Path, name: str) -> None:
    """It stands before ours, in a file of ours: from a file, or from a folder in its order."""
    tls = made(tmp_path / "tls")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for file, text in (("b.0", "second"), ("a.1", "first"), ("readme", "no"), ("c.pem", "no")):
        (theirs / file).write_text(text)
    for place, trusted in ((theirs, b"first\nsecond\nours\n"), (theirs / "b.0", b"second\nours\n")):
        named = tls.variables({name: str(place)})
        path = Path(named[name])
        assert path.read_bytes() == trusted
        assert (path.parent, path.stat().st_mode & 0o777) == (tmp_path / "tls", 0o600)
        assert {other: named[other] for other in NAMES if other != name} == {
            other: value for other, value in tls.variables().items() if other != name
        }
    for nothing in ("", str(tmp_path / "missing.pem")):
        assert tls.variables({name: nothing}) == tls.variables()


def test_the_files_go_in_the_end(tmp_path: Path) -> None:
    """Once and for all; the user's own stay."""
    with made(tmp_path / "tls") as tls:
        assert tls.ca_file is not None
        assert tls.ca_file.exists()
    tls.close()
    assert not (tmp_path / "tls").exists()
    self_signed(tmp_path)
    with own_tls(str(tmp_path / "server.pem")):
        pass
    assert (tmp_path / "server.pem").exists()


def test_another_process_speaks_it_too(tmp_path: Path) -> None:
    """With the certificate and its key, which stand in a file for a moment only."""
    self_signed(tmp_path)
    own = own_tls(str(tmp_path / "server.pem"))
    folder = tmp_path / "empty"
    folder.mkdir()
    other = tls_of(own.pem, str(folder))
    assert list(folder.iterdir()) == []
    assert (other.pem, other.ca_file, other.bundle) == (own.pem, None, None)
    trusting = ssl.create_default_context(cadata=(tmp_path / "server.pem").read_text())
    spoken = [ssl.MemoryBIO() for _ in range(4)]
    client = trusting.wrap_bio(spoken[0], spoken[1], server_hostname="127.0.0.1")
    served = other.context.wrap_bio(spoken[2], spoken[3], server_side=True)
    for _ in range(3):
        for side in (client, served):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
            spoken[2].write(spoken[1].read())
            spoken[0].write(spoken[3].read())
    assert client.version() == served.version() == "TLSv1.3"


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """By the option that names it, with what is wrong."""
    self_signed(tmp_path)
    whole = (tmp_path / "server.pem").read_text()
    key, _, certificate = whole.partition("-----BEGIN CERTIFICATE-----")
    (tmp_path / "key.pem").write_text(key)
    (tmp_path / "cert.pem").write_text(f"-----BEGIN CERTIFICATE-----{certificate}")
    (tmp_path / "text.pem").write_text("text")
    place = {name: str(tmp_path / f"{name}.pem") for name in ("key", "cert", "text", "none")}
    assert own_tls(place["cert"], place["key"]).pem.count(b"-----BEGIN") == 2
    for arguments, words in (
        ((place["none"],), f"--tls-cert {place['none']} cannot be read: No such file"),
        ((place["cert"], place["none"]), f"--tls-key {place['none']} cannot be read: No such file"),
        ((place["text"],), f"{place['text']} is not a certificate and its key in PEM"),
        ((place["cert"],), "A key in a file of its own is named with --tls-key."),
        (
            (place["cert"], place["text"]),
            f"{place['cert']} and {place['text']} are not a certificate and its",
        ),
    ):
        with pytest.raises(UsageError) as refused:
            own_tls(*arguments)
        assert words in str(refused.value)
