"""How turns are counted, and what the index of a conversation holds."""

from __future__ import annotations

from functools import partial

from mockapi.validation._conversation import ConversationFacts
from mockapi.validation._memo import Memo
from tests.support.refused._case import assistant, call, image, result, system, text, user


def test_turns() -> None:
    """Messages of one role are one turn; a system message counts and is none."""
    turns = ConversationFacts(
        [user("a"), user(text("b")), system("s"), assistant(call()), user(result(), text("c"))]
    ).turns
    assert [(turn.index, turn.role, turn.first, turn.size) for turn in turns] == [
        (0, "user", 0, 2),
        (2, "assistant", 3, 1),
        (3, "user", 4, 2),
    ]
    assert list(turns[1].calls) == ["toolu_1"]
    assert list(turns[2].results) == [(0, 4, 0, "toolu_1")]


def test_results_of_merged_messages() -> None:
    """The place of a result is counted through all messages of its turn."""
    (turn,) = ConversationFacts([user("a"), user(result()), user(result("toolu_2"))]).turns
    assert list(turn.results) == [(1, 1, 0, "toolu_1"), (2, 2, 0, "toolu_2")]
    assert [(i, j) for i, j, _ in turn.blocks()] == [(0, 0), (1, 0), (2, 0)]


def test_leading_assistant() -> None:
    """Before a leading assistant there is an empty turn of the user."""
    assert [turn.index for turn in ConversationFacts([assistant("a"), user("b")]).turns] == [1, 2]


def test_text_after_a_call() -> None:
    """Text after a call is noticed, in the same message or the next one."""
    assert ConversationFacts([assistant(call(), text("so"))]).turns[0].talks_on
    assert ConversationFacts([assistant(call()), assistant("so")]).turns[0].talks_on
    assert not ConversationFacts([assistant(text("so"), call())]).turns[0].talks_on


def test_index() -> None:
    """Blocks are found by type, inside tool results too; marks in their order."""
    marked = {"cache_control": {"type": "ephemeral"}}
    talk = ConversationFacts(
        [user(text("a", **marked), image()), user(result(content=[image(), text("b", **marked)]))]
    )
    assert talk.types == {"text", "image", "tool_result"}
    assert [block[:3] for block in talk.blocks("image")] == [(0, 1, -1), (1, 0, 0)]
    assert [block[:3] for block in talk.marks] == [(0, 0, -1), (1, 0, 1)]


def test_memo() -> None:
    """A verdict is asked for once, and forgotten when too many others came."""
    asked: list[bytes] = []
    memo: Memo[int] = Memo(2)

    def size(text: bytes) -> int:
        asked.append(text)
        return len(text)

    verdicts = [memo.get(text, partial(size, text)) for text in (b"a", b"bb", b"a", b"ccc", b"a", b"bb")]
    assert verdicts == [1, 2, 1, 3, 1, 2]
    assert asked == [b"a", b"bb", b"ccc", b"bb"]
