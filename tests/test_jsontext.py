"""JSON as text: what was read can be written, however deep it is nested."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi import jsontext

_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}"), ('[1,{"b":', ',"c":[]}]')])
@pytest.mark.parametrize("levels", [200, 300, 1020])
def test_depth_is_no_matter(opened: str, closed: str, levels: int) -> None:
    """Up to the depth that is read; 1,020 levels are more than Python's own encoder writes."""
    count = levels // opened.count("{") // 2 if opened.startswith("[1") else levels
    text = (opened * count + "0" + closed * count).encode()
    value = jsontext.parse_exactly(text)
    assert not isinstance(value, jsontext.NotJSON)
    assert jsontext.compact_deep(value) == text


@given(_VALUES)
def test_every_value_is_written_the_same_below_other_levels(value: Any) -> None:
    """As Python's own encoder writes it where that can."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    deep = value
    for _ in range(1010):
        deep = [deep]
    assert jsontext.compact_deep(deep) == ("[" * 1010 + written + "]" * 1010).encode()
