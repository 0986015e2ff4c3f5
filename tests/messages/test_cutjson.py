"""What counts as complete in a JSON text that was cut off."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.messages._cutjson import complete_part
from tests.support.each import each
from tests.support.streams import json_objects


@each(
    ("text", "value"),
    [
        ("", {}),
        ("  ", {}),
        ("{", {}),
        ('{"a', {}),
        ('{"a"', {}),
        ('{"a":', {}),
        ('{"a": 1', {}),
        ('{"a": 1,', {"a": 1}),
        ('{"a": 1, "b', {"a": 1}),
        ('{"a": 1, "b": tru', {"a": 1}),
        ('{"a": "x"', {"a": "x"}),
        ('{"a": "x', {}),
        ('{"a": "x\\', {}),
        ('{"a": "x\\"}', {}),
        ('{"a": "\\ud83d\\ud', {}),
        ('{"a": [', {"a": []}),
        ('{"a": ["x"', {"a": ["x"]}),
        ('{"a": ["x", {"b": 2, "c', {"a": ["x", {"b": 2}]}),
        ('{"a": {"b": [1, 2]', {"a": {"b": [1, 2]}}),
        ('{"a": 1}', {"a": 1}),
        ('{"a": "}], "}', {"a": "}], "}),
    ],
)
def test_complete_part(text: str, value: Any) -> None:
    """Whatever is complete is kept and the open brackets are closed."""
    assert complete_part(text) == value


@pytest.mark.parametrize("text", ["x", "}", "1", '{"a", "b', "{]"])
def test_no_beginning_of_json(text: str) -> None:
    """A text that begins no JSON object is an error."""
    with pytest.raises(ValueError, match=r"."):
        complete_part(text)


@given(json_objects, st.data())
def test_every_cut_of_every_object(value: dict[str, Any], data: st.DataObject) -> None:
    """Any beginning of an object's text has a complete part, and the whole text is all of it."""
    text = json.dumps(value, ensure_ascii=False)
    cut = data.draw(st.integers(0, len(text)))
    part = complete_part(text[:cut])
    assert set(part) <= set(value)
    assert complete_part(text) == value


def test_long_and_deep() -> None:
    """A long string and deep nesting are handled in one pass."""
    assert complete_part('{"a": "' + "x\\n" * 300_000 + '", "b": "') == {"a": "x\n" * 300_000}
    assert complete_part('{"a":' * 500)["a"]["a"]["a"]
