"""Whose a session is: its id begins with the name of its node, which no other node has, nor had.

ci-1-a1b2c3.4f3a9c0d1e2b         of node ci-1-a1b2c3
ci-1-a1b2c3.w1.0-4f3a9c0d1e2b    of node ci-1-a1b2c3, its worker 1
"""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"([A-Za-z0-9_.-]{1,64})\.(?:w[0-9]{1,4}\.[0-9]{1,9}-)?[0-9a-f]{12}")


def beginning_of(node: str) -> str:
    """What the ids of a node's sessions begin with."""
    return f"{node}."


def node_of(id_: str) -> str | None:
    """The node that has, or had, the session of an id; None for an id that names none."""
    match = _ID.fullmatch(id_)
    return None if match is None else match[1]
