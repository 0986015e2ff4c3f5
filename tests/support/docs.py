"""Markdown pages as tests see them: their code blocks, with what the first line says of each, and links."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token

_MARKER = re.compile(r"<!-- (\w+) -->\s*")


class Block(NamedTuple):
    """A code block.

    Attributes:
        line: of its first line of content, from 1.
        language: the first word behind the fence.
        flags: the other words.
        content: what stands between the fences.
        fenced: whether it stands between fences; else it is a block by its indentation.
        marker: the word of an HTML comment right before it.
    """

    line: int
    language: str
    flags: tuple[str, ...]
    content: str
    fenced: bool = True
    marker: str | None = None

    @property
    def file(self) -> str | None:
        """The name in `file=NAME`, if there is one."""
        return next((flag[5:] for flag in self.flags if flag.startswith("file=")), None)


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    found = []
    marker = None
    for token in _tokens(page):
        start = token.map[0] if token.map else 0
        if token.type == "fence":
            language, *flags = token.info.split() or [""]
            found.append(Block(start + 2, language, tuple(flags), token.content, marker=marker))
        elif token.type == "code_block":
            found.append(Block(start + 1, "", (), textwrap.dedent(token.content), fenced=False))
        said = _MARKER.fullmatch(token.content) if token.type == "html_block" else None
        marker = said[1] if said else None
    return found


def links(page: Path) -> Iterator[tuple[int, str]]:
    """The addresses that a page leads to, with the line of the paragraph."""
    for token in _tokens(page):
        for child in token.children or ():
            if child.type == "link_open":
                yield (token.map[0] + 1 if token.map else 0), str(child.attrGet("href"))


def anchors(page: Path) -> set[str]:
    """What stands behind `#` in links into a page: its headings, spelt as sites do, and its ids."""
    tokens = _tokens(page)
    heads = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    words = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
    return words | set(re.findall(r'<a id="([^"]+)">', page.read_text(encoding="utf-8")))


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


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
