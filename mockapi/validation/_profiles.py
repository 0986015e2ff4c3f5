"""Where documentation and live behaviour differ: the whole list.

`--rules documented` (the default) applies the overlays below to the schemas, `--rules live`
leaves the schemas as they are. A refusal that only the overlay makes says so in its hint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class ProfileDifference:
    """One place where the two disagree.

    Attributes:
        schema: file under `schemas/`, without its ending.
        pointer: keys from the file's top to the changed schema.
        documented: keywords that replace those of the schema; None takes one away.
        about: the difference in a sentence.
    """

    schema: str
    pointer: tuple[str, ...]
    documented: dict[str, Any]
    about: str


DIFFERENCES: Final = (
    ProfileDifference(
        "tools/custom",
        ("properties", "name"),
        {"maxLength": None, "pattern": "^[a-zA-Z0-9_-]{1,64}$"},
        "A tool's name has up to 64 characters in the documentation; the API itself takes 128.",
    ),
)
