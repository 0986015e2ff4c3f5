"""Regular expressions in schemas that answers are forced into: what cannot become a grammar."""

from __future__ import annotations

import re
from typing import Final

from mockapi.validation._grammar import MAX_REPETITION

_TOKEN: Final = re.compile(
    r"""\\.                        # an escape
    | \[\^?\]?(?:\\.|[^\]\\])*\]   # a class of characters
    | \(\?<?[=!]                   # a lookaround
    | \( | \)
    | \{\d+(?:,\d*)?\} | [*+?]     # a repetition
    | .""",
    re.VERBOSE | re.DOTALL,
)
_OUTSIDE: Final = frozenset("bB123456789")
_LOOKAROUND: Final = frozenset({"(?=", "(?!", "(?<=", "(?<!"})


def pattern_fault(pattern: str) -> str | None:
    """The rule that a pattern breaks, or None."""
    varies = [False]  # for each open group: whether something in it repeats a varying number of times
    closed = False  # whether the token before closed a group that varies
    for token in _TOKEN.findall(pattern):
        if token in _LOOKAROUND or (token[0] == "\\" and token[1:] in _OUTSIDE):
            return "structured.pattern_invalid"
        was_closed, closed = closed, False
        if token == "(":
            varies.append(False)
        elif token == ")" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] = varies[-1] or closed
        elif token[0] == "{" and len(token) > 1:
            bounds = [int(bound) for bound in token[1:-1].split(",") if bound]
            if max(bounds) > MAX_REPETITION:
                return "structured.pattern_complex"
            if "," in token:
                if was_closed:
                    return "structured.pattern_range"
                varies[-1] = True
        elif token in ("*", "+"):
            varies[-1] = True
    return None
