"""Whether a body is worth a process: by its size, and by how much of it is the bytes of images."""

from __future__ import annotations

SURELY_LIGHT = 128 * 1024
"""Up to so many bytes take less than 50 milliseconds, whatever they are."""
SURELY_HEAVY = 1024 * 1024
_PAYLOAD = b'"data":'
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


def is_heavy(body: bytes) -> bool:
    """Whether working something out of a body may hold up others.

    Images are passed over quickly: of a body of medium size, base64 in members called `data` does
    not count.
    """
    size = len(body)
    if size <= SURELY_LIGHT:
        return False
    if size > SURELY_HEAVY:
        return True
    at = 0
    while size > SURELY_LIGHT and (at := body.find(_PAYLOAD, at)) >= 0:
        start = body.find(b'"', at + len(_PAYLOAD)) + 1
        end = body.find(b'"', start)
        if start <= 0 or end < 0:
            break
        if not body[start:end].translate(None, _BASE64):
            size -= end - start
        at = end
    return size > SURELY_LIGHT
