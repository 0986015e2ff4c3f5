"""A server's side of TLS, with a certificate that nobody vouches for."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Made for these tests, for 127.0.0.1, by itself; valid until 2126.
_CERTIFICATE = (
    "MIIBjzCCATagAwIBAgIUfJJZGmxyf3+MF8p+OYvZCWkh6XAwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJMTI3LjAuMC"
    "4xMCAXDTI2MTEyODIyNDU1MloYDzIxMjYxMTA0MjI0NTUyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjO"
    "PQIBBggqhkjOPQMBBwNCAARVmJWIbb/LvACqEJZpoFZQmJYNQESP0aKBoogVoswmYySswHy6c6TqYs+1XOMmZkkBao"
    "vx1ZHPlDdgTQCBsZ6Zo2QwYjAdBgNVHQ4EFgQUSiRzYOeaaAp3z+MAZrYXSnRXk6wwHwYDVR0jBBgwFoAUSiRzYOea"
    "aAp3z+MAZrYXSnRXk6wwDwYDVR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQCIE"
    "lUwja1UTCJ+ettKUu9fsRKN50dXoMdi2rGFH+LL4rwAiBEvWfJupUYEKOu4wCIr3mVJVHifVPkp5cdpUbdYefO1w=="
)
_KEY = (
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWRK3gHWxP36r30o/QwF+N82q5jQskQJnxAgUSPvseT"
    "ChRANCAARVmJWIbb/LvACqEJZpoFZQmJYNQESP0aKBoogVoswmYySswHy6c6TqYs+1XOMmZkkBaovx1ZHPlDdgTQCB"
    "sZ6Z"
)


def self_signed(folder: Path) -> ssl.SSLContext:
    """The context of a server that proves nothing; its files are written to the folder."""
    file = folder / "server.pem"
    file.write_text(_pem("PRIVATE KEY", _KEY) + _pem("CERTIFICATE", _CERTIFICATE))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _pem(kind: str, encoded: str) -> str:
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])
