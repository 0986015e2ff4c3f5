"""The Python examples of the primer, taken from the shared folder at run time, to be run as they stand."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from tests.support.shared import require


class Example(NamedTuple):
    """One example.

    Attributes:
        heading: the line of the primer that stands last before it.
        code: as it stands there.
    """

    heading: str
    code: str


def examples() -> list[Example]:
    """The examples in their order: runs of lines of Python between lines of prose."""
    (file,) = (require() / "seeds").glob("*.txt")
    found: list[Example] = []
    code: list[str] = []
    heading = ""
    for line in file.read_text("utf-8").splitlines():
        if code:
            if line and not _continues(line, code):
                found.append(Example(heading, "\n".join(code).strip() + "\n"))
                code, heading = [], line
            else:
                code.append(line)
        elif re.match(r"import \w+$|message = anthropic\.", line):
            code = [line]
        elif line.strip():
            heading = line.strip()
    return found


def _continues(line: str, code: list[str]) -> bool:
    """Whether a line belongs to the code so far: it is not complete, or this is a statement more."""
    try:
        ast.parse("\n".join(code))
    except SyntaxError:
        return True
    return re.match(r"\s|#|(import|from|with|for|if|print)\b|\w+ = |\w+\(", line) is not None
