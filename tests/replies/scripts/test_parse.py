"""Scripts are checked whole before they are used; an error points into them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.errors import ScriptError
from mockapi.replies.scripts import parse_script

_BLOCK = "/replies/0/blocks/0"
BAD: list[tuple[Any, str, str]] = [
    (None, "", "no script"),
    ("text", "", "no script"),
    ({}, "/replies", "missing"),
    ({"replies": {}}, "/replies", "no list"),
    ({"replies": [], "than": "x"}, "/than", "not known here; there are replies, then"),
    ({"replies": [], "then": "stop"}, "/then", "one of continue, repeat, restart, fail"),
    ([5], "/replies/0", "no reply"),
    ([{}], "/replies/0", "none of them"),
    ([{"text": "a", "blocks": []}], "/replies/0", "text and blocks"),
    ([{"text": 5}], "/replies/0/text", "no string"),
    ([{"text": "a", "txet": "b"}], "/replies/0/txet", "not known here"),
    ([{"text": "a", "a/b~c": 1}], "/replies/0/a~1b~0c", "not known here"),
    ([{"blocks": {}}], "/replies/0/blocks", "an object; content is a list"),
    ([{"blocks": [5]}], _BLOCK, "a number; a block is an object"),
    ([{"blocks": [{"type": "tex"}]}], f"{_BLOCK}/type", "'tex'"),
    ([{"blocks": [{"type": "text"}]}], _BLOCK, "without `text`"),
    ([{"blocks": [{"type": "text", "text": None}]}], f"{_BLOCK}/text", "null; it is a string"),
    (
        [{"blocks": [{"type": "tool_use", "name": "x", "input": "{}"}]}],
        f"{_BLOCK}/input",
        "a string; it is an object",
    ),
    ([{"blocks": [{"type": "tool_use", "name": "x", "input": {}, "id": 5}]}], f"{_BLOCK}/id", "a number"),
    (
        [{"blocks": [{"type": "text", "text": "a", "citations": [5]}]}],
        f"{_BLOCK}/citations",
        "list of objects",
    ),
    ([{"message": []}], "/replies/0/message", "no message"),
    ([{"message": {"type": "error"}}], "/replies/0/message/type", "'error'"),
    ([{"message": {"content": "x"}}], "/replies/0/message/content", "a string; content is a list"),
    ([{"message": {"content": [], "usage": 5}}], "/replies/0/message/usage", "no object"),
    (
        [{"message": {"content": [], "usage": {"output_tokens": "x"}}}],
        "/replies/0/message/usage/output_tokens",
        "no whole number",
    ),
    ([{"message": {"content": [], "stop_reason": "x"}}], "/replies/0/stop_reason", "one of"),
    ([{"file": 5}], "/replies/0/file", "no path"),
    ([{"file": "missing"}], "/replies/0/file", "cannot be read"),
    ([{"file": "junk"}], "/replies/0/file", "neither a message as JSON nor a stream"),
    ([{"file": "list"}], "/replies/0/file", "no message"),
    ([{"text": "a", "when": {"custom_id": 5}}], "/replies/0/when/custom_id", "not a string"),
    ([{"text": "a", "times": 0}], "/replies/0/times", "whole number from 1"),
    ([{"text": "a", "times": True}], "/replies/0/times", "whole number from 1"),
    ([{"text": "a", "stop_reason": "done"}], "/replies/0/stop_reason", "'done'"),
    ([{"text": "a", "when": []}], "/replies/0/when", "no object"),
    ([{"text": "a", "when": {"modle": "x"}}], "/replies/0/when/modle", "model, last_user_text"),
    ([{"text": "a", "when": {"model": 5}}], "/replies/0/when/model", "no string"),
    ([{"text": "a", "when": {"tools": [5]}}], "/replies/0/when/tools", "tool names"),
    ([{"text": "a", "when": {"turn": 0}}], "/replies/0/when/turn", "from 1"),
    ([{"text": "a", "when": {"system": 5}}], "/replies/0/when/system", "equals, contains, matches"),
    ([{"text": "a", "when": {"system": {"like": "x"}}}], "/replies/0/when/system/like", "not known"),
    ([{"text": "a", "when": {"system": {"equals": 5}}}], "/replies/0/when/system/equals", "no string"),
    (
        [{"text": "a", "when": {"system": {"matches": "("}}}],
        "/replies/0/when/system/matches",
        "regular expression",
    ),
    ([{"text": "a", "when": {"tool_results": 5}}], "/replies/0/when/tool_results", "true, false"),
    (
        [{"text": "a", "when": {"tool_results": {"tool": 5}}}],
        "/replies/0/when/tool_results/tool",
        "no string",
    ),
    (
        [{"text": "a", "when": {"tool_results": {"is_error": 5}}}],
        "/replies/0/when/tool_results/is_error",
        "neither",
    ),
]


def read(path: str) -> bytes:
    """Files of these tests."""
    if path == "missing":
        raise FileNotFoundError(2, "No such file or directory")
    return {"junk": b"junk", "list": b"[]"}[path]


@pytest.mark.parametrize(("value", "pointer", "words"), BAD, ids=[f"{item[1]} {item[2]}" for item in BAD])
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
