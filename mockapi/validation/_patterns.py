"""Regular expressions in schemas that answers are forced into: what cannot become a grammar."""

from __future__ import annotations

import re
from typing import Final

from mockapi.validation._grammar import MAX_REPETITION

_PIECE: Final = re.compile(
    r"""\\.                        # an escape
    | \[\^?\]?(?:\\.|[^\]\\]){0,199}\]  # a class of characters
    | \(\?<?[=!]                   # a lookaround
    | \( | \)
    | \{\d+(?:,\d*)?\} | [*+?]     # a repetition
    | .""",
    re.VERBOSE | re.DOTALL,
)
_OUTSIDE: Final = frozenset("bB123456789")
_READ: Final = 2_000
"""How much of a pattern is read: with the bound on classes this keeps a hostile one from taking long."""
_LOOKAROUND: Final = frozenset({"(?=", "(?!", "(?<=", "(?<!"})


def pattern_fault(pattern: str) -> str | None:
    """The rule that a pattern breaks, or None."""
    varies = [False]  # for each open group: whether something in it repeats a varying number of times
    closed = False  # whether the piece before closed a group that varies
    for piece in _PIECE.findall(pattern[:_READ]):
        if piece in _LOOKAROUND or (piece[0] == "\\" and piece[1:] in _OUTSIDE):
            return "structured.pattern_invalid"
        was_closed, closed = closed, False
        if piece == "(":
            varies.append(False)
        elif piece == ")" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] = varies[-1] or closed
        elif piece[0] == "{" and len(piece) > 1:
            bounds = piece[1:-1].split(",")
            if any(len(bound) > len(str(MAX_REPETITION)) for bound in bounds):
                return "structured.pattern_complex"
            if "," in piece:
                if was_closed:
                    return "structured.pattern_range"
                varies[-1] = True
        elif piece in ("*", "+"):
            varies[-1] = True
    return None
