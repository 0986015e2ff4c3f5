"""Named patterns for text that changes from run to run, and what they stand for.

A name (`date`, `uuid`, …) is what people write in a cassette or an option. The patterns are
generic where they can be; the folders of this very process (`home`, `cwd`, `tmp`) are known to
the door only, which hands them in: the core reads no environment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockapi.cassettes._model import Substitution

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"

PATTERNS: dict[str, str] = {
    "date": (
        rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b"
        rf"|\b(?:{_DAY},? )?{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b"
        rf"|\b(?:{_DAY},? )?\d{{1,2}} {_MONTH} \d{{4}}\b"
        rf"|\b\d{{1,2}}/\d{{1,2}}/\d{{4}}\b"
    ),
    "time": r"\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm]\b)?(?:Z\b|[+-]\d{2}:?\d{2}\b)?",
    "uuid": r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b",
    "cwd": r"(?!)",
    "tmp": r"(?:/private)?/(?:tmp|var/folders)(?:/[^\s\"'`<>:,;)\]}]*)?",
    "home": r"/(?:home|Users)/[^/\s\"'`<>:,;)\]}]+|/root\b|[A-Za-z]:\\Users\\[^\\\s\"'`<>:,;)\]}]+",
}
"""Name to regular expression, in the order they are applied: a time is looked for only after
dates, the home folder last because the other folders often lie in it."""


def is_named(substitution: Substitution) -> bool:
    """Whether it is one of `PATTERNS`, rather than a person's own of the same name."""
    pattern = PATTERNS.get(substitution.name)
    return pattern is not None and substitution.pattern.endswith(pattern)


def named_substitutions(names: list[str], folders: Mapping[str, str]) -> tuple[Substitution, ...]:
    """The substitutions for some of the names in `PATTERNS`, in the order they must be applied.

    Args:
        names: any of the keys of `PATTERNS`, in any order.
        folders: absolute paths of this process for "home", "cwd" and "tmp"; an entry adds the
            literal path to the generic pattern.

    Raises:
        KeyError: an unknown name.
    """
    unknown = next((name for name in names if name not in PATTERNS), None)
    if unknown is not None:
        raise KeyError(unknown)
    found = []
    for name, pattern in PATTERNS.items():
        if name in names:
            folder = folders.get(name)
            literal = f"{re.escape(folder)}(?![^/\\s\\\\])|" if folder else ""
            found.append(Substitution(name, literal + pattern))
    return tuple(found)
