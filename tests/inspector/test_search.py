"""Words are found wherever they stand in an exchange."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi.inspector import mentions, words_of

ASKED = orjson.dumps({"system": "Plan walks.", "tools": [{"name": "get_weather"}], "id": "toolu_01ABC"})
STREAM = b"".join(
    b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":%b}}\n\n' % orjson.dumps(piece)
    for piece in ("Good mor", "ning, K\u00f6ln")
)


@pytest.mark.parametrize("text", ["WALKS", "get_weather", "toolu_01abc", "plan morning", "k\u00d6ln", ""])
def test_words_are_found_in_either_body(text: str) -> None:
    """In system, tools and ids, in whatever case, over the pieces of a stream."""
    assert mentions(words_of(text), (ASKED, STREAM))


@pytest.mark.parametrize("text", ["swim", "walks swim", "goodnight"])
def test_each_word_has_to_be_there(text: str) -> None:
    """One that is missing is enough to pass an exchange over."""
    assert not mentions(words_of(text), (ASKED, STREAM))


def test_letters_are_found_however_json_writes_them() -> None:
    """As themselves, and escaped as Python does."""
    assert mentions(words_of("k\u00f6ln"), (b'{"text": "K\\u00f6ln"}',))
    assert mentions(words_of("cassette"), (), also="A Cassette")


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_can_be_looked_through(body: bytes, text: str) -> None:
    """Whether they are text or not."""
    assert mentions(words_of(text), (body, text.encode("utf-8", "replace")))
