"""TLS for a server: a certificate of its own, or one that is made for this run and thrown away after it.

Nobody vouches for the latter but an authority that is made with it, whose certificate clients have to be
told to trust. The authority's key never leaves this process. The certificate's does for a moment: OpenSSL
takes a key from a file only, so trustme writes one that is its owner's alone, and removes it at once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from mockapi._files import MIB, read_file
from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HERE: Final = ("localhost", "127.0.0.1", "::1")
_WILDCARDS: Final = ("0.0.0.0", "::")  # noqa: S104 - told apart, not listened on
_TRUST: Final = {"NODE_EXTRA_CA_CERTS": "ca_file", "SSL_CERT_FILE": "bundle", "REQUESTS_CA_BUNDLE": "bundle"}


class TLS:
    """A server's side of TLS, as a context manager that removes its files.

    Args:
        context: with the certificate.
        folder: of the files for clients; None where clients need none.
        pem: the certificate, those between it and its authority, and its key.

    Attributes:
        context: what sockets are wrapped with.
        pem: what another process of the same server needs to speak it, too.
        ca_file: the certificate of the authority that clients have to trust; None for one of your own.
        bundle: the same, behind those that this machine trusts, for clients that read one file only.
    """

    def __init__(self, context: ssl.SSLContext, folder: Path | None = None, pem: bytes = b"") -> None:
        self.context = context
        self.pem = pem
        context.set_alpn_protocols(["http/1.1"])
        self._folder = folder
        self.ca_file = None if folder is None else folder / "ca.pem"
        self.bundle = None if folder is None else folder / "bundle.pem"

    def variables(self, environment: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
        """The variables with which clients trust the certificate: Node's, OpenSSL's and Python's.

        Args:
            environment: the one that they are set in. What it has clients trust already, such as the
                authority of a company's proxy, they go on trusting: it is put before ours, in a file of ours.

        Raises:
            OSError: such a file cannot be written.
        """
        if self._folder is None or self.ca_file is None:
            return {}
        named = {}
        for name, of in _TRUST.items():
            path = getattr(self, of)
            if trusted := _certificates(environment.get(name)):
                path = self._folder / f"{name.lower()}.pem"
                _write(path, trusted + self.ca_file.read_bytes())
            named[name] = str(path)
        return named

    def close(self) -> None:
        """Remove the files; harmless the second time."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def throwaway_tls(hosts: Iterable[str] = ()) -> TLS:
    """TLS with a certificate that is made now, for this machine.

    Args:
        hosts: names and addresses of the server, besides those of loopback.

    Raises:
        UsageError: trustme is not installed, or a name cannot stand in a certificate.
    """
    try:
        import trustme  # noqa: PLC0415 - an extra, and dear
    except ImportError:
        raise UsageError(
            "A certificate is made by trustme, which is not installed: pip install 'messages-mockapi[tls]'."
            " Or name one of your own with --tls-cert."
        ) from None
    names = dict.fromkeys((*_HERE, *(host for host in hosts if host not in _WILDCARDS)))
    authority = trustme.CA(organization_name="mockapi, for this run only")
    try:
        issued = authority.issue_cert(*names)
    except ValueError as error:
        raise UsageError(f"No certificate can be made for {', '.join(names)}: {error}.") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    own = authority.cert_pem.bytes()
    folder = Path(tempfile.mkdtemp(prefix="mockapi-tls-"))
    tls = TLS(context, folder, issued.private_key_and_cert_chain_pem.bytes())
    try:
        _write(folder / "ca.pem", own)
        _write(folder / "bundle.pem", _trusted_here() + own)
    except OSError:
        tls.close()
        raise
    return tls


def own_tls(certificate: str, key: str | None = None) -> TLS:
    """TLS with a certificate of the user's.

    Args:
        certificate: a PEM file with the certificate, and with those between it and its authority.
        key: a PEM file with its key; None if that stands in the same file.

    Raises:
        UsageError: a file that cannot be read, or is something else.
    """
    pem = b""
    for option, path in (("--tls-cert", certificate), ("--tls-key", key)):
        if path is not None:
            try:
                pem += read_file(path, MIB) + b"\n"  # OpenSSL would wait for a pipe
            except OSError as error:
                raise UsageError(f"{option} {path} cannot be read: {error.strerror}.") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        raise UsageError(_why_unusable(certificate, key, error.reason)) from error
    return TLS(context, pem=pem)


def tls_of(pem: bytes, folder: str) -> TLS:
    """TLS with a certificate that another process of the same server has.

    Args:
        pem: what that process's TLS has.
        folder: where the key may stand for the moment in which OpenSSL reads it; closed to others.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(dir=folder) as file:  # its owner's alone
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return TLS(context, pem=pem)


def _why_unusable(certificate: str, key: str | None, reason: str | None) -> str:
    if reason == "KEY_VALUES_MISMATCH":
        return f"The key in {key or certificate} is not the key of the certificate in {certificate}."
    said = "" if reason is None else f": {reason}"
    if key is not None:
        return f"{certificate} and {key} are not a certificate and its key in PEM{said}."
    return (
        f"{certificate} is not a certificate and its key in PEM{said}."
        " A key in a file of its own is named with --tls-key."
    )


def _no_password() -> str:
    raise UsageError("The key of --tls-cert is encrypted: give one without a password.")


def _trusted_here() -> bytes:
    """The certificates that this machine trusts: of one file, or else of a folder as OpenSSL has it."""
    paths = ssl.get_default_verify_paths()  # None where there is no such file or folder
    return _certificates(paths.cafile) or _certificates(paths.capath)


def _certificates(place: str | None) -> bytes:
    """The certificates in a file, or in a folder where each stands under a hash of its subject."""
    if not place:
        return b""
    trusted = b""
    for file in sorted(Path(place).glob("*.[0-9]")) if Path(place).is_dir() else [Path(place)]:
        with contextlib.suppress(OSError):
            trusted += file.read_bytes() + b"\n"
    return trusted


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
