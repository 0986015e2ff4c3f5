"""The estimate of tokens: one rule for usage, count_tokens and cuts."""

from __future__ import annotations

import base64
import statistics
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockapi import jsontext
from mockapi.messages import accumulate, decode_events
from mockapi.replies.synthesis import RequestView, _tokens, input_tokens
from tests.support.each import each
from tests.support.shapes import SHAPES, WEATHER, body
from tests.support.shared import exact_rows, say

_COSTLY = {"tools", "thinking", "output_format", "output_config", "mcp_servers"}
"""Members that bring hidden instructions with them, which no rule for text can count."""


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("Hello", 1),
        ("Hello, Claude", 3),
        ("a b", 2),
        ("12345", 2),
        ("\n\n", 1),
        ("日本", 2),
        ("x  y", 3),
    ],
)
def test_the_rule_by_example(text: str, tokens: int) -> None:
    """Words with their blank, digits by three, other characters one by one."""
    assert _tokens.of_text(text) == tokens


@given(st.text("ab1 .\n“é", max_size=200))
def test_counting_sentence_by_sentence_counts_the_same(text: str) -> None:
    """No token goes on behind a full stop."""
    assert _tokens.of_prose(text) == _tokens.of_text(text)


_WORDS = st.text("ab1 .:\n“”é", max_size=40)


@given(_WORDS, _WORDS, _WORDS)
def test_a_quotation_is_counted_apart_from_what_stands_around_it(
    before: str, quoted: str, behind: str
) -> None:
    """Quotation marks end tokens on both sides."""
    parts = f"{before}“", quoted, f"”{behind}"
    assert _tokens.of_quoting(*parts) == _tokens.of_text("".join(parts))


@given(_WORDS, _WORDS.map(str.strip).filter(bool), _WORDS)
def test_a_subject_is_counted_apart_from_what_is_told_of_it(before: str, subject: str, behind: str) -> None:
    """The blank before it belongs to its first word, if it begins with one."""
    parts = f"{before}:", subject, f".{behind}"
    whole = f"{parts[0]} {subject}{parts[2]}"
    assert _tokens.of_telling(*parts) == _tokens.of_text(whole)


@each("name", SHAPES)
def test_a_request_has_the_tokens_of_its_parts(name: str) -> None:
    """The sum and the parts that the prompt cache goes by are counted apart."""
    view = RequestView(SHAPES[name])
    schema = view.output_schema
    of_format = 0 if schema is None else _tokens.of_value(schema)
    assert input_tokens(view) == sum(tokens for _, tokens in _tokens.segments(view)) + of_format


@given(st.text(max_size=200), st.integers(0, 50))
def test_a_cut_text_has_so_many_tokens_and_loses_no_part_of_a_character(text: str, count: int) -> None:
    """A text cut at n tokens is a beginning of the text and has at most n tokens."""
    cut = _tokens.first(text, count)
    assert text.startswith(cut)
    assert _tokens.of_text(cut) == min(count, _tokens.of_text(text))


@each("name", SHAPES)
def test_segments_add_up_to_the_request(name: str) -> None:
    """The parts of the cache's order and the whole count the same tokens, schemas aside."""
    view = RequestView(SHAPES[name])
    schema = 0 if view.output_schema is None else _tokens.of_value(view.output_schema)
    assert sum(tokens for _, tokens in _tokens.segments(view)) + schema == input_tokens(view)


def test_more_is_more() -> None:
    """Tools, system prompts, images and results all count."""
    plain = input_tokens(RequestView(body()))
    for more in (
        body(tools=[WEATHER]),
        body(system="Be brief."),
        SHAPES["image by url"],
        SHAPES["tool result"],
        SHAPES["pdf"],
    ):
        assert input_tokens(RequestView(more)) > plain
    without = input_tokens(RequestView(body(tools=[WEATHER], tool_choice={"type": "none"})))
    assert plain < without < input_tokens(RequestView(body(tools=[WEATHER])))


def test_a_document_counts_by_its_pages() -> None:
    """60 kB in base64 are a page more."""

    def pdf(characters: int) -> dict[str, Any]:
        source = {"type": "base64", "media_type": "application/pdf", "data": "A" * characters}
        return {"type": "document", "source": source}

    assert [_tokens.of_block(pdf(size)) for size in (4, 79_999, 80_000, 240_000)] == [1500, 1500, 3000, 6000]


def test_an_image_counts_by_its_size() -> None:
    """750 pixels are a token, 1,600 tokens the most."""

    def image(width: int, height: int) -> dict[str, Any]:
        head = (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
            + struct.pack(">II", width, height)
            + b"\x08\x06\x00\x00\x00"
        )
        return {"type": "image", "source": {"type": "base64", "data": base64.b64encode(head).decode()}}

    assert _tokens.of_block(image(750, 10)) == 10
    assert _tokens.of_block(image(4000, 4000)) == 1600
    assert _tokens.of_block({"type": "image", "source": {"type": "base64", "data": "%%%"}}) == 1600
    for tail in (b"", bytes(40)):
        gif = base64.b64encode(b"GIF89a" + struct.pack("<HH", 75, 20) + tail).decode()
        assert _tokens.image_size(gif) == (75, 20)
    for cut in (b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + bytes(15), b"GIF89a", b"", bytes(40)):
        assert _tokens.image_size(base64.b64encode(cut).decode()) is None


@pytest.mark.corpus
def test_the_estimate_is_near_what_the_api_counted() -> None:
    """For plain text, the middle half of the estimates is within a third of the recorded counts."""
    ratios = []
    for row in exact_rows():
        request = jsontext.parse(row.request or b"")
        if not isinstance(request, dict) or row.fields["status"] != 200 or request.keys() & _COSTLY:
            continue
        view = RequestView(request)
        if any(block["type"] != "text" for turn in view.turns for block in turn.blocks) or not view.turns:
            continue
        message = accumulate(decode_events(row.response)) if row.is_sse else jsontext.parse(row.response)
        usage = message.get("usage") or {"input_tokens": message.get("input_tokens")}
        cached = [usage.get(f"cache_{kind}_input_tokens") or 0 for kind in ("creation", "read")]
        if usage.get("input_tokens") is not None:
            ratios.append(input_tokens(view) / (usage["input_tokens"] + sum(cached)))
    quartiles = statistics.quantiles(ratios, n=4)
    shown = ", ".join(f"{ratio:.2f}" for ratio in quartiles)
    say(f"{len(ratios)} requests of plain text; quartiles of estimate by count: {shown}")
    assert len(ratios) > 50
    assert quartiles[0] > 0.66
    assert quartiles[2] < 1.33
