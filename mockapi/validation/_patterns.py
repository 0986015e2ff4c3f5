"""Regular expressions in schemas that answers are forced into: what cannot become a grammar."""

from __future__ import annotations

import re
from typing import Final

from mockapi.validation._grammar import MAX_REPETITION
from mockapi.validation._subschemas import Found

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


def pattern_fault(pattern: str) -> Found | None:
    """What makes a pattern unfit for a grammar, or None."""
    varies = [False]  # for each open group: whether something in it repeats a varying number of times
    closed = False  # whether the piece before closed a group that varies
    nothing = True  # whether no piece stands before that could be repeated
    for piece in _PIECE.findall(pattern[:_READ]):
        if piece in _LOOKAROUND or (nothing and piece in ("*", "+")):
            quantifier = "?" if piece in _LOOKAROUND else piece
            return Found("structured.pattern_quantifier", {"quantifier": quantifier})
        if piece[0] == "\\" and piece[1:] in _OUTSIDE:
            return Found("structured.pattern_invalid", {})
        nothing = piece in ("(", "|")
        was_closed, closed = closed, False
        if piece == "(":
            varies.append(False)
        elif piece == ")" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] = varies[-1] or closed
        elif piece[0] == "{" and len(piece) > 1:
            bounds = piece[1:-1].split(",")
            if any(len(bound) > len(str(MAX_REPETITION)) for bound in bounds):
                return Found("structured.pattern_complex", {})
            if "," in piece:
                if was_closed:
                    return Found("structured.pattern_range", {})
                varies[-1] = True
        elif piece in ("*", "+"):
            varies[-1] = True
    return None
