r"""Text from elsewhere, shown to a person: nothing in it may steer the terminal or trick the eye.

Every exit for people (terminal, console of a server, pytest report, page of a report) passes its
text through `printable`. What is escaped:

    C0 and C1 controls, DEL         move the cursor, change colours, titles and the clipboard
    U+2028, U+2029                  end a line for some viewers and not for others
    marks that change the           show a text in another order than the one that it has: U+061C,
    direction of writing            U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069
    lone surrogates                 stand for the bytes of a file name that is not UTF-8; nothing can
                                    be written that holds them
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""A line that a terminal and a reader can be trusted with: what is unsafe is shown as escapes.

    Line ends are control characters too (`\n`): what is one line stays one. Printable text comes
    back as it is, so the result may be passed through again.
    """
    return _UNSAFE.sub(lambda found: repr(found.group())[1:-1], text)


def encodable(text: str) -> str:
    """Text that has a UTF-8 form: lone surrogates, as in odd file names, are shown as escapes.

    For what programs read: JSON and YAML hold every other character by themselves.
    """
    return text.encode("utf-8", "backslashreplace").decode()


def printable_lines(text: str) -> str:
    """A text of several lines, each of them printable."""
    return "\n".join(map(printable, text.split("\n")))
