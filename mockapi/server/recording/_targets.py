"""Which paths may be passed on: those that stay below the upstream's own, however a server reads them.

`/v1/../admin` below `https://host/api` is `/api/admin` to one server and outside to another; clients and
servers differ on escapes, backslashes and parameters too. So what any of them could take for a step
upwards is not passed on. Two slashes are no step: what follows them stays behind the upstream's host.
Sources: RFC 3986, section 5.2.4; the WHATWG URL standard, "double-dot path segment".
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_SEPARATORS: Final = re.compile(r"[/\\]")
_ROUNDS: Final = 4
"""How often a path is unescaped: proxies do it once each."""


def leads_out(path: str) -> bool:
    """Whether a server might read a path as one that does not lie below the place it is added to."""
    if not path.startswith("/"):
        return True
    for _ in range(_ROUNDS):
        segments = _SEPARATORS.split(path)
        if any(segment.partition(";")[0].strip() in (".", "..") for segment in segments):
            return True
        plain = unquote(path, "latin-1")
        if plain == path:
            return False
        path = plain
    return True  # nothing in good faith is escaped so often
