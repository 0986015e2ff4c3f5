"""Scripts are checked whole before they are used; an error points into them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.errors import ScriptError
from mockapi.replies.scripts import parse_script
from tests.support.each import each

_BLOCK = "/replies/0/blocks/0"
BAD: list[tuple[Any, str, str]] = [
    (None, "", 'must be {"replies": [...]} or a list of replies; got'),
    ("text", "", 'must be {"replies": [...]} or a list of replies; got'),
    ({}, "/replies", "must be a list; got None"),
    ({"replies": {}}, "/replies", "must be a list; got {}"),
    ({"replies": [], "than": "x"}, "/than", "is unknown. Did you mean `then`?"),
    ({"replies": [], "then": "stop"}, "/then", "one of continue, repeat, restart, fail"),
    ([5], "/replies/0", "an object, or a string for a text; got 5"),
    ([{}], "/replies/0", "must have one of text, blocks, message, file, error; got none"),
    ([{"text": "a", "blocks": []}], "/replies/0", "text and blocks"),
    ([{"text": 5}], "/replies/0/text", "must be a string; got 5"),
    ([{"text": "a", "txet": "b"}], "/replies/0/txet", "Did you mean `text`?"),
    ([{"text": "a", "a/b~c": 1}], "/replies/0/a~1b~0c", "is unknown. There are text, blocks"),
    ([{"blocks": {}}], "/replies/0/blocks", "must be a list of blocks; got {}"),
    ([{"blocks": [5]}], _BLOCK, "must be an object with a `type`; got 5"),
    ([{"blocks": [{"type": "tex"}]}], f"{_BLOCK}/type", "'tex'"),
    ([{"blocks": [{"type": "text"}]}], _BLOCK, "needs `text`"),
    ([{"blocks": [{"type": "text", "text": None}]}], f"{_BLOCK}/text", "must be a string; got None"),
    (
        [{"blocks": [{"type": "tool_use", "name": "x", "input": "{}"}]}],
        f"{_BLOCK}/input",
        "must be an object; got '{}'",
    ),
    (
        [{"blocks": [{"type": "tool_use", "name": "x", "input": {}, "id": 5}]}],
        f"{_BLOCK}/id",
        "must be a string; got 5",
    ),
    (
        [{"blocks": [{"type": "text", "text": "a", "citations": [5]}]}],
        f"{_BLOCK}/citations/0",
        "must be an object; got 5",
    ),
    ([{"message": []}], "/replies/0/message", "must be a message, an object with `content`; got []"),
    ([{"message": {"type": "error"}}], "/replies/0/message/type", "'error'"),
    ([{"message": {"content": "x"}}], "/replies/0/message/content", "must be a list of blocks; got 'x'"),
    ([{"message": {"content": [], "usage": 5}}], "/replies/0/message/usage", "must be an object"),
    (
        [{"message": {"content": [], "usage": {"output_tokens": "x"}}}],
        "/replies/0/message/usage/output_tokens",
        "must be a whole number; got 'x'",
    ),
    ([{"message": {"content": [], "stop_reason": "x"}}], "/replies/0/stop_reason", "one of"),
    ([{"file": 5}], "/replies/0/file", "must be the path of a file; got 5"),
    ([{"file": "missing"}], "/replies/0/file", "cannot be read"),
    ([{"file": "junk"}], "/replies/0/file", "must hold a message as JSON or a stream of one"),
    ([{"file": "list"}], "/replies/0/file", "must be a message, an object with `content`; got []"),
    ([{"text": "a", "when": {"custom_id": 5}}], "/replies/0/when/custom_id", "must be a string"),
    ([{"text": "a", "times": 0}], "/replies/0/times", "must be a whole number from 1; got"),
    ([{"text": "a", "times": True}], "/replies/0/times", "must be a whole number from 1; got"),
    ([{"text": "a", "stop_reason": "done"}], "/replies/0/stop_reason", "'done'"),
    ([{"text": "a", "when": []}], "/replies/0/when", "must be an object"),
    ([{"text": "a", "when": {"modle": "x"}}], "/replies/0/when/modle", "Did you mean `model`?"),
    ([{"text": "a", "when": {"model": 5}}], "/replies/0/when/model", "must be a string; got 5"),
    ([{"text": "a", "when": {"tools": [5]}}], "/replies/0/when/tools/0", "must be a string; got 5"),
    ([{"text": "a", "when": {"turn": 0}}], "/replies/0/when/turn", "from 1"),
    ([{"text": "a", "when": {"system": 5}}], "/replies/0/when/system", "equals, contains, matches"),
    (
        [{"text": "a", "when": {"system": {"like": "x"}}}],
        "/replies/0/when/system/like",
        "is unknown. There are equals, contains, matches",
    ),
    (
        [{"text": "a", "when": {"system": {"equals": 5}}}],
        "/replies/0/when/system/equals",
        "must be a string; got 5",
    ),
    (
        [{"text": "a", "when": {"system": {"matches": "("}}}],
        "/replies/0/when/system/matches",
        "regular expression",
    ),
    ([{"text": "a", "when": {"tool_results": 5}}], "/replies/0/when/tool_results", "true, false"),
    (
        [{"text": "a", "when": {"tool_results": {"tool": 5}}}],
        "/replies/0/when/tool_results/tool",
        "must be a string; got 5",
    ),
    (
        [{"text": "a", "when": {"tool_results": {"is_error": 5}}}],
        "/replies/0/when/tool_results/is_error",
        "must be true or false; got 5",
    ),
]


def read(path: str) -> bytes:
    """Files of these tests."""
    if path == "missing":
        raise FileNotFoundError(2, "No such file or directory")
    return {"junk": b"junk", "list": b"[]"}[path]


@each(("value", "pointer", "words"), BAD, ids=[f"{item[1]} {item[2]}" for item in BAD])
def test_an_error_points_to_its_place(value: Any, pointer: str, words: str) -> None:
    """A JSON pointer, and what is wrong there."""
    with pytest.raises(ScriptError) as caught:
        parse_script(value, read)
    assert caught.value.pointer == pointer
    assert words in caught.value.cause
    assert str(caught.value).startswith(pointer or "The script")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["replies", "then", "text", "blocks", "message", "when", "times", "type", "content"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_comes_is_a_script_or_an_error_with_a_pointer(value: Any) -> None:
    """Nothing else is ever raised."""
    try:
        parse_script(value, read)
    except ScriptError as error:
        assert error.pointer == "" or error.pointer.startswith("/")  # noqa: PT017 - both ways are right
