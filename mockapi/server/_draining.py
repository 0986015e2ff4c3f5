"""What a server that ends says to new requests, at every door."""

from __future__ import annotations

from typing import Final

DRAINING: Final = "mockapi is shutting down: it finishes what is in flight and takes no new requests."
RETRY_AFTER: Final = (b"retry-after", b"1")
