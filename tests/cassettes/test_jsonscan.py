"""Strings found in JSON text mean what a JSON reader takes them for."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from mockapi.cassettes._jsonscan import decoded, scan


@given(st.text())
@example('\U0001f600 \U0010ffff \ud7ff\n"\\')
def test_escapes_are_read_as_json_reads_them(text: str) -> None:
    """Pairs of surrogates make one character, from the first to the last plane."""
    for ascii_only in (True, False):
        written = json.dumps([text], ensure_ascii=ascii_only)
        (leaf,) = scan(written).leaves
        assert decoded(written[leaf.start : leaf.end]) == text
