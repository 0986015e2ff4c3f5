"""What opens the doors of a node, and how many sessions it lets in, such that nodes can compare it.

Whoever reads Redis learns neither a token nor a key: what is compared is salted and dear to work out, so that
trying words leads nowhere, even if the token is a short one.
"""

from __future__ import annotations

from hashlib import scrypt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockapi.server import Access
    from mockapi.sessions import SessionLimits

_COST: Final = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 16}
"""50 ms and 16 MiB for each secret, at the start of a node."""


def door_digests(access: Access | None, limits: SessionLimits, salt: str) -> dict[str, str]:
    """What has to be alike, by what people call the parts.

    Args:
        access: what opens the doors; None where nobody says.
        limits: what holds for the sessions that are opened.
        salt: that all nodes of a server have.
    """
    said = {
        "access.sessions_per_owner": repr(limits.per_owner),
        "access.session_lifetime": repr(None if limits.lifetime is None else float(limits.lifetime)),
    }
    if access is None:
        return said
    token = "" if access.is_made else access.token  # one that each node has made for itself
    keys = "\n".join(sorted(set(access.api_keys)))
    return {
        **said,
        "access.control_token": _digest(token, salt),
        "access.api_keys": _digest(keys, salt),
    }


def _digest(secret: str, salt: str) -> str:
    if not secret:
        return "none"
    return scrypt(secret.encode("utf-8", "surrogatepass"), salt=salt.encode(), **_COST).hex()
