"""What cannot stand in a cassette, with its path: the same checks as of every option, and a remedy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from mockapi import options
from mockapi.options import OptionError, Path

FORMAT_HELP = "docs/cassettes.md describes the format."
OWN = "x-"
"""What keys of a user's own begin with."""

MAX_BYTES = 256 * 1024 * 1024
"""A larger file is refused unread: a file of that size is not reviewed, and would be held in memory whole."""

STRING: Final = replace(options.STRING, remedy="Put it in quotes.")


class FormatError(OptionError):
    """A value that cannot stand where it stands, in a cassette or in another tool's recording."""

    def __init__(self, path: Path, cause: str, remedy: str = FORMAT_HELP) -> None:
        super().__init__(path, cause.removesuffix("."), remedy)
        self.cause = cause


def optional_string(value: Any, path: Path) -> str | None:
    """A string or nothing."""
    return None if value is None else STRING(value, path)
