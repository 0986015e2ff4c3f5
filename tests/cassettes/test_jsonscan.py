"""Strings found in JSON text mean what a JSON reader takes them for."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockapi.cassettes._jsonscan import decoded, scan


@pytest.mark.parametrize(
    ("before", "behind"), [("[" * 50_000, ""), ('{"a":' * 5_000, "}" * 5_000), ('{"a":[' * 5_000, "")]
)
def test_a_text_of_brackets_takes_no_more_room_than_others(before: str, behind: str) -> None:
    """Not even where all are open at once: their paths share what is not their end, which still tells."""
    tracemalloc.start()
    try:
        leaves, _ = scan(f'{before}{{"token":["x","y"]}}{behind}')
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    *_, key, first, second = leaves
    assert [leaf.name for leaf in (key, first, second)] == ["token"] * 3
    assert (key.path[-1:], first.path[-2:], second.path[-2:]) == (("token",), ("token", 0), ("token", 1))


@given(st.text())
@example('\U0001f600 \U0010ffff \ud7ff\n"\\')
def test_escapes_are_read_as_json_reads_them(text: str) -> None:
    """Pairs of surrogates make one character, from the first to the last plane."""
    for ascii_only in (True, False):
        written = json.dumps([text], ensure_ascii=ascii_only)
        (leaf,) = scan(written).leaves
        assert decoded(written[leaf.start : leaf.end]) == text
