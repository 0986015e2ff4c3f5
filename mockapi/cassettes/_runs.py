"""Runs of characters that a value may be made of: to its end, to the quote that closes it."""

from __future__ import annotations

import functools
import re

from mockapi.cassettes._values import LONGEST_LOOK

QUOTE = r"\\{0,7}[\"'`]"
_LONGEST_QUOTED = 4096
# A line's own name has all of the line; elsewhere marks of the language around end the value.
REST_OF_LINE = r"(?:[^\s\\\u2026]|\\(?![nrtu\"'/\\]))"
BARE = r"(?:[^\s\"'`,;<>\\&\u2026]|&(?!(?:amp;)?[A-Za-z][A-Za-z0-9_.-]{0,40}=)|\\(?![nrtu\"'`/\\]))"
IN_URL = r"[^\s\"'`<>\\&#;,?\u2026]"


@functools.cache
def look(run: str) -> re.Pattern[str]:
    """The beginning of a run of characters: enough to judge it by."""
    return re.compile(f"{run}{{1,{LONGEST_LOOK}}}")


@functools.cache
def whole(run: str) -> re.Pattern[str]:
    """All of a run."""
    return re.compile(f"{run}+")


def run_end(run: str, text: str, begun: re.Match[str]) -> int:
    """Where a run ends whose beginning was looked at."""
    found = whole(run).match(text, begun.start())
    return begun.end() if found is None else found.end()


@functools.cache
def quoted(quote: str) -> re.Pattern[str]:
    """What stands in quotes: to the quote that closes it, or to the end of the line."""
    escapes, mark = quote[:-1], quote[-1]
    if not escapes:
        return re.compile(rf"(?:[^{mark}\\\n\u2026]|\\[^\n]){{1,{_LONGEST_QUOTED}}}")
    return re.compile(rf"(?:[^\\\n\u2026]|\\(?!\\{{0,{len(escapes) - 1}}}{mark})){{1,{_LONGEST_QUOTED}}}")
