"""The files of TLS that the address of Redis names, looked at before anything is asked."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from mockapi.nodes._options import StateAddress


def check_tls_files(address: StateAddress) -> None:
    """Refuse what no connection could be made with: without this, Redis would look as if it were away.

    Raises:
        UsageError: a file that cannot be read, or has something else in it.
    """
    options = dict(parse_qsl(urlsplit(address.url).query))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if (authorities := options.get("ssl_ca_certs")) is not None:
        try:
            context.load_verify_locations(authorities)
        except (OSError, ValueError) as error:
            raise _unfit(address, f"ssl_ca_certs names {authorities}", error) from None
    certificate, key = options.get("ssl_certfile"), options.get("ssl_keyfile")
    if certificate is not None:
        named = f"ssl_certfile names {certificate}" + (f", and ssl_keyfile {key}" if key is not None else "")
        try:
            context.load_cert_chain(certificate, key)
        except (OSError, ValueError) as error:
            raise _unfit(address, named, error) from None


def _unfit(address: StateAddress, named: str, error: Exception) -> UsageError:
    reason = "it is not PEM" if isinstance(error, ssl.SSLError) else getattr(error, "strerror", str(error))
    return UsageError(f"--state {address.shown}: {named}, which cannot be used: {reason}.")
