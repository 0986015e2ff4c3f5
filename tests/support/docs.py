"""The fenced code blocks of a Markdown page, with what their first line says of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A code block.

    Attributes:
        line: of its first line of content, from 1.
        language: the first word behind the fence.
        flags: the other words.
        content: what stands between the fences.
    """

    line: int
    language: str
    flags: tuple[str, ...]
    content: str

    @property
    def file(self) -> str | None:
        """The name in `file=NAME`, if there is one."""
        return next((flag[5:] for flag in self.flags if flag.startswith("file=")), None)


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        language, *flags = match["info"].split() or [""]
        line = text.count("\n", 0, match.start()) + 2
        found.append(Block(line, language, tuple(flags), match["content"]))
    return found


def needs(block: Block) -> list[str]:
    """The packages that a block is about, in `needs=NAME,NAME`; the test environment lacks them."""
    return [name for flag in block.flags if flag.startswith("needs=") for name in flag[6:].split(",")]


class Command(NamedTuple):
    """A command of a console block, and what it prints.

    Attributes:
        line: where it stands in the page.
        words: what is typed behind the `$`.
        exit_code: as its comment `# exits with N` says, else 0.
        output: the lines below it; empty if any will do.
    """

    line: int
    words: str
    exit_code: int
    output: str


def commands(block: Block) -> list[Command]:
    """The commands of a console block: lines that begin with `$ `."""
    found: list[Command] = []
    for number, line in enumerate(block.content.splitlines(), block.line):
        if line.startswith("$ "):
            words, _, comment = line[2:].partition("  # ")
            code = re.fullmatch(r"exits with (\d+)", comment)
            found.append(Command(number, words.strip(), int(code[1]) if code else 0, ""))
        elif found:
            found[-1] = found[-1]._replace(output=f"{found[-1].output}{line}\n")
    return found


def fits(expected: str, printed: str) -> bool:
    """Whether an output is the expected one, in which `...` stands for anything."""
    pattern = ".*".join(map(re.escape, expected.rstrip().split("...")))
    return re.fullmatch(pattern, printed.rstrip(), re.DOTALL) is not None
