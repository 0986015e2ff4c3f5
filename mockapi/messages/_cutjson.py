"""What is complete of a JSON text that was cut off.

A tool's input that stops in the middle is shown up to its last complete value, the brackets that
are open there closed: `{"a": 1, "b": [2, "x` becomes `{"a": 1, "b": [2]}`. A number at the very
end does not count, because more digits may have been to come. This is what the API's client
libraries show for such an input.
"""

from __future__ import annotations

import re
from typing import Any, Final

from mockapi.messages._wire import load

_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOKEN: Final = re.compile(rf'\s*([{{}}\[\],:]|{_STRING}|[^\s{{}}\[\],:"]+)', re.DOTALL)
_CLOSER: Final = {"{": "}", "[": "]"}


def complete_part(text: str) -> Any:
    """The value of the complete part of a cut JSON text; {} if nothing of it is complete.

    Raises:
        ValueError: the text is not the beginning of a JSON text.
    """
    closers: list[str] = []
    complete = 0  # where the last complete value, opening bracket or comma ends
    before = ""  # the punctuation before the token
    place = 0
    while token := _TOKEN.match(text, place):
        place, word = token.end(), token[1]
        if word in _CLOSER:
            closers.append(_CLOSER[word])
            complete = place
        elif word in "}]":
            del closers[-1:]  # one that matches nothing stays in the text and is refused below
            complete = place
        elif word == ",":
            complete = token.start(1)
        elif word[0] == '"' and (before == ":" or closers[-1:] == ["]"]):
            complete = place
        if word in "{}[],:":
            before = word
    if not complete and not text.strip():
        return {}
    return load(text[:complete] + "".join(reversed(closers)))
