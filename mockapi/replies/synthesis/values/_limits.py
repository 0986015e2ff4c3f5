"""The bounds within which a value is looked for, and the error when the search fails."""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 40
"""Levels of nesting in a value, and of references or combinators behind one level."""
MAX_NODES: Final = 4_000
"""Values within a value."""
MAX_TEXT: Final = 100_000
"""Characters of one string."""
MAX_ATTEMPTS: Final = 24
"""How often a value is made anew when the one before did not satisfy the schema."""
MAX_WORK: Final = 16_000
"""Values that are made, and references and combinators that are followed, in all attempts together."""
ENDLESS: Final = 10_000
"""The height of a schema whose values would never end."""


class Unsatisfiable(Exception):  # noqa: N818 - what it says of a schema
    """No value was found for a schema within the bounds; the message says why, in a clause."""
