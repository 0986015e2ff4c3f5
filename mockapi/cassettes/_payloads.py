"""Large payloads of requests, kept as digest and length.

    {"type": "base64", "media_type": "image/png", "data": "<payload sha256:… of 48213 bytes>"}

An image in a prompt outweighs everything a reviewer wants to see. Its digest is all that is
needed to know it again: an incoming request is digested likewise before it is compared. The
digest is of the base64 text as it stood, so two spellings of one image stay two requests.
"""

from __future__ import annotations

import hashlib
import re

COMPARED_FROM = 1024
"""From this length on, payloads are compared by their digest; what is kept is another matter."""

_STAND_IN = re.compile(rb"<payload sha256:([0-9a-f]{64}) of ([0-9]+) bytes>")


def stand_in(payload: bytes) -> str:
    """What is kept of a payload."""
    return f"<payload sha256:{hashlib.sha256(payload).hexdigest()} of {len(payload)} bytes>"


def content_digest(content: bytes) -> str:
    """The SHA-256 of a part's content, or of the content that it stands in for."""
    match = _STAND_IN.fullmatch(content)
    return match[1].decode() if match else hashlib.sha256(content).hexdigest()
