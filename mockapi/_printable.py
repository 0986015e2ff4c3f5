"""Text from elsewhere, shown to a person: nothing in it may steer the terminal."""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    r"""A line as a terminal can be trusted with: control characters are shown as escapes.

    Line ends are control characters too (`\n`): what is one line stays one.
    """
    return _CONTROLS.sub(lambda found: repr(found.group())[1:-1], text)
