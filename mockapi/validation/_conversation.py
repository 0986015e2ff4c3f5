"""A conversation, indexed once so that each rule only looks at what concerns it.

The API merges messages of one role that follow each other into one turn, and puts an empty
user turn before a leading assistant: rules about tool calls and their results count these
turns, and their paths do too (seen in recorded refusals). Everything else counts messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Block: TypeAlias = tuple[int, int, int, str, dict[str, Any]]
"""Message index, block index, index inside a tool result or -1, role, and the block itself."""

Item = TypeVar("Item")
_NO_BLOCKS: Final[tuple[Block, ...]] = ()


class MessageTurn:
    """Messages of one role that follow each other.

    Not a frozen dataclass, and it holds what most rules ask for only: a long conversation has
    thousands of turns. Nobody changes it once it is made.

    Attributes:
        index: the turn's number as the API counts it.
        role: user or assistant.
        first: index of its first message.
        size: how many blocks it has; text given as a string is a block.
        calls: ids of the tools it calls, in order.
        results: place in the turn, message index, block index and call id of its tool results.
        talks_on: whether text follows a call.
    """

    __slots__ = ("_contents", "calls", "first", "index", "results", "role", "size", "talks_on")

    def __init__(self, index: int, role: str, first: int) -> None:
        self.index = index
        self.role = role
        self.first = first
        self.size = 0
        self.calls: Sequence[str] = ()
        self.results: Sequence[tuple[int, int, int, str]] = ()
        self.talks_on = False
        self._contents: list[tuple[int, Any]] = []

    def add(self, i: int, content: Any) -> None:
        """Take in the content of message `i`."""
        if not content:
            return
        self._contents.append((i, content))
        if content.__class__ is str:
            self.size += 1
            self.talks_on = self.talks_on or bool(self.calls)
            return
        calls: list[str] = []
        results: list[tuple[int, int, int, str]] = []
        for j, block in enumerate(content):
            kind = block["type"]
            if kind == "text":
                self.talks_on = self.talks_on or bool(calls or self.calls)
            elif kind == "tool_use":
                calls.append(block["id"])
            elif kind == "tool_result":
                results.append((self.size + j, i, j, block["tool_use_id"]))
        self.size += len(content)
        if calls:
            self.calls = _joined(self.calls, calls)
        if results:
            self.results = _joined(self.results, results)

    def blocks(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Message index, block index and block, for each block of the turn."""
        for i, content in self._contents:
            if content.__class__ is str:
                yield i, 0, {"type": "text", "text": content}
            else:
                for j, block in enumerate(content):
                    yield i, j, block


def _joined(sequence: Sequence[Item], more: list[Item]) -> Sequence[Item]:
    """`more` after what was there; most turns are one message and never join anything."""
    if isinstance(sequence, list):
        sequence.extend(more)
        return sequence
    return more


class ConversationFacts:
    """The messages of a request whose shape is right.

    Attributes:
        messages: as they came.
        marks: the blocks that carry cache control, in order.
        has_empty: whether some message has no content.
        has_system: whether there is a system message.
    """

    __slots__ = ("_by_type", "_turns", "has_empty", "has_system", "marks", "messages")

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.messages = messages
        self.marks: list[Block] = []
        self._by_type: dict[str, list[Block]] = {}
        self._turns: tuple[MessageTurn, ...] | None = None
        self.has_empty = self.has_system = False
        by_type, marks = self._by_type, self.marks
        for i, message in enumerate(messages):
            content = message["content"]
            role = message["role"]
            if not content:
                self.has_empty = True
            if role == "system":
                self.has_system = True
            if content.__class__ is str:
                continue
            for j, block in enumerate(content):
                kind = block["type"]
                entry = (i, j, -1, role, block)
                if kind in by_type:
                    by_type[kind].append(entry)
                else:
                    by_type[kind] = [entry]
                if block.get("cache_control") is not None:
                    marks.append(entry)
                if kind == "tool_result":
                    inner = block.get("content")
                    if inner.__class__ is list:
                        self._index_result(i, j, role, inner)

    def _index_result(self, i: int, j: int, role: str, inner: list[dict[str, Any]]) -> None:
        for k, block in enumerate(inner):
            kind = block["type"]
            if kind != "text":
                self._by_type.setdefault(kind, []).append((i, j, k, role, block))
            if block.get("cache_control") is not None:
                self.marks.append((i, j, k, role, block))

    @property
    def last_role(self) -> str:
        """The role of the last message; empty without messages."""
        return str(self.messages[-1]["role"]) if self.messages else ""

    @property
    def types(self) -> frozenset[str]:
        """The types of all blocks."""
        return frozenset(self._by_type)

    def blocks(self, *types: str) -> Iterator[Block]:
        """The blocks of these types, in order within each type."""
        for kind in types:
            yield from self._by_type.get(kind, _NO_BLOCKS)

    def has(self, *types: str) -> bool:
        """Whether there is a block of one of these types."""
        return not self._by_type.keys().isdisjoint(types)

    @property
    def turns(self) -> tuple[MessageTurn, ...]:
        """The turns as the API counts them; system messages do not count as turns."""
        if self._turns is None:
            self._turns = self._merge()
        return self._turns

    def _merge(self) -> tuple[MessageTurn, ...]:
        turns: list[MessageTurn] = []
        role: str | None = None
        count = 1 if self.messages[0]["role"] == "assistant" else 0
        for i, message in enumerate(self.messages):
            if message["role"] == "system":
                count += 1
                continue
            if message["role"] != role:
                role = message["role"]
                turns.append(MessageTurn(count, message["role"], i))
                count += 1
            turns[-1].add(i, message["content"])
        return tuple(turns)


def path_of(block: Block) -> str:
    """Where a block stands, as the API's paths have it, without union tags."""
    i, j, k, _role, _block = block
    return f"messages.{i}.content.{j}" if k < 0 else f"messages.{i}.content.{j}.tool_result.content.{k}"


def pointer_of(block: Block) -> str:
    """Where a block stands, as a JSON pointer."""
    i, j, k, _role, _block = block
    return f"/messages/{i}/content/{j}" if k < 0 else f"/messages/{i}/content/{j}/content/{k}"
