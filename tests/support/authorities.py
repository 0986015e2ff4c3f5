"""Clients trust one public authority instead of all, which would be read for each client.

To read them takes longer than most of what clients ask here, and there are some hundred clients. No
server of a test has a certificate of a public authority, and no other server is to be asked.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_END = "-----END CERTIFICATE-----\n"
_load: Any = ssl.SSLContext.load_verify_locations


@pytest.fixture(scope="session", autouse=True)
def _one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the machine's own bundles hold is left out, in this process alone."""
    first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition(_END)
    one = tmp_path_factory.mktemp("authorities") / "one.pem"
    one.write_text(first + end, encoding="utf-8")
    system = ssl.get_default_verify_paths()
    bundles = {certifi.where(), os.environ.get("SSL_CERT_FILE"), system.cafile, system.openssl_cafile}

    def load(context: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        if cafile is not None and cafile in bundles:
            cafile, capath = one, None
        _load(context, cafile, capath, cadata)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_verify_locations", load)
        yield
