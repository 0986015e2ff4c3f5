"""What a cassette's text says that loading ignores: comments, summaries, members of people's own.

It stands in the repository all the same, so that lint looks at it: value by value, with YAML's
quotes and folds read. The words between the values of a document are its comments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from mockapi.cassettes._yaml import compose

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADED = {
    "request": frozenset({"method", "path", "query", "headers", "body"}),
    "response": frozenset({"status", "headers", "body", "digest", "chunks", "ending"}),
}
_BLOCKS = ("|", ">")


class IgnoredText(NamedTuple):
    """A text that loading ignores.

    Attributes:
        place: "a comment", or "a member".
        line: in the file, from 1.
        name: of the member, "" for a comment.
        value: what it says.
    """

    place: str
    line: int
    name: str
    value: str


def ignored_texts(text: bytes) -> Iterator[IgnoredText]:
    """Every text that loading ignores, of a document that `load` accepts."""
    root = compose(text)
    if root is None:
        return
    yield from _members(root, ())
    yield from _comments(text.decode("utf-8-sig"), root)


def _members(node: yaml.Node, path: tuple[str, ...]) -> Iterator[IgnoredText]:
    if isinstance(node, yaml.ScalarNode):
        name = path[-1] if path else ""
        yield IgnoredText("a member", node.start_mark.line + 1, name, node.value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _members(item, path)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not (len(path) == 2 and key.value in _LOADED.get(path[1], ())):
                yield from _members(value, (*path, key.value))


def _comments(text: str, root: yaml.Node) -> Iterator[IgnoredText]:
    at = 0
    line = 1
    for start, end in [*_scalars(text, root), (len(text), len(text))]:
        between = text[at:start]
        for number, piece in enumerate(between.split("\n"), line):
            comment = piece.partition("#")[2]
            if comment:
                yield IgnoredText("a comment", number, "", comment)
        line += text.count("\n", at, end)
        at = end


def _scalars(text: str, root: yaml.Node) -> Iterator[tuple[int, int]]:
    """Where scalars start and end, in order; of a block the text, not the line that opens it."""
    stack = [root]
    while stack:
        top = stack.pop()
        if isinstance(top, yaml.ScalarNode):
            start, end = top.start_mark.index, top.end_mark.index
            if top.style in _BLOCKS:
                start = max(start, text.find("\n", start, end))
            yield start, end
        elif isinstance(top, yaml.SequenceNode):
            stack += reversed(top.value)
        elif isinstance(top, yaml.MappingNode):
            stack += [part for pair in reversed(top.value) for part in reversed(pair)]
