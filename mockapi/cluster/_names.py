"""Whose a session is: its id says which worker has it, and which of those that followed one another there.

w1.0-4f3a9c0d1e2b    of worker 1, the first one that there was
w1.2-9b8a7c6d5e4f    of worker 1, the third one: two have ended before it

Where the server is one of several machines, the name of the machine stands before it, and a dot.
"""

from __future__ import annotations

import re
import secrets
from typing import Final, NamedTuple

_ID: Final = re.compile(r"w([0-9]{1,4})\.([0-9]{1,9})-[0-9a-f]{12}")
_TOKEN_BYTES: Final = 6


class Place(NamedTuple):
    """One worker process.

    Attributes:
        worker: its number, from 0.
        generation: how many had that number before it.
        node: the name of its machine; "" for the only one.
    """

    worker: int
    generation: int
    node: str = ""

    def new_id(self) -> str:
        """An id for a session that it has."""
        own = f"w{self.worker}.{self.generation}-{secrets.token_hex(_TOKEN_BYTES)}"
        return f"{self.node}.{own}" if self.node else own


def place_of(id_: str, node: str = "") -> Place | None:
    """Where the session of an id is, or was; None for what is no id of a worker's session of this machine.

    Args:
        id_: of the session.
        node: the name of the machine; "" for the only one.
    """
    beginning = f"{node}." if node else ""
    match = _ID.fullmatch(id_.removeprefix(beginning)) if id_.startswith(beginning) else None
    return None if match is None else Place(int(match[1]), int(match[2]), node)
