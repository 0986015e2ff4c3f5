"""The public record: the form of its rows, what makes messages one template, and the halves."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import evidence

WORDS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)


def test_every_row_has_the_form(capsys: pytest.CaptureFixture[str]) -> None:
    """The rows in the project have the members that their readers rely on, and ids of their own."""
    assert evidence.main() == 0, capsys.readouterr().out


@given(st.integers(0, 999), st.integers(0, 999), WORDS, WORDS)
def test_paths_numbers_and_names_do_not_make_a_template(one: int, other: int, name: str, value: str) -> None:
    """Messages that differ in paths, indices, limits and quoted names are one template."""
    first = f"tools.{one}.custom.{name}: property '{value}' has {one} items, at most {other}"
    second = f"messages.{other}.content: property 'x' has {other} items, at most {one}"
    assert evidence.template(first) == evidence.template(second)


@given(st.text(max_size=200))
def test_a_template_is_its_own_template(message: str) -> None:
    """Asking twice changes nothing, so a row's half can be told from its template."""
    once = evidence.template(message)
    assert evidence.half(once) == evidence.half(message)


def test_different_words_are_different_templates() -> None:
    """The words between the names are what counts."""
    assert evidence.template("a: Field required") != evidence.template("a: Field is required")


def test_short_forms_become_whole_values() -> None:
    """Every short form stands for the large value that its name says."""
    made = evidence.expand(
        {
            "text": {"$repeat": ["ab", 3]},
            "list": {"$items": [{"name": "t%d"}, 2]},
            "object": {"$members": [{"type": "string"}, 2]},
            "deep": {"$nested": [{"a": ["$inner"]}, 2, 1]},
        }
    )
    assert made == {
        "text": "ababab",
        "list": [{"name": "t0"}, {"name": "t1"}],
        "object": {"p0": {"type": "string"}, "p1": {"type": "string"}},
        "deep": {"a": [{"a": [1]}]},
    }


def test_made_images_and_documents_are_what_they_say() -> None:
    """A PNG has its dimensions and padding, a PDF its pages."""
    png = base64.b64decode(evidence.expand({"$png": {"width": 300, "height": 2, "padding": 5000}}))
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == 300
    assert int.from_bytes(png[20:24]) == 2
    assert len(png) > 5000
    pdf = base64.b64decode(evidence.expand({"$pdf": {"pages": 7}}))
    assert len(re.findall(rb"/Type/Page/", pdf)) == 7
    assert pdf[int(pdf.split(b"startxref\n")[1].split(b"\n")[0]) :].startswith(b"xref")


GOOD = {
    "id": "a",
    "area": "json",
    "method": "POST",
    "path": "/v1/messages",
    "headers": {},
    "raw": "{",
    "status": 400,
    "type": "invalid_request_error",
    "message": "no",
    "source": "https://example.org",
    "date": "2026-01",
    "confidence": "capture",
}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"status": None}, "wrong type"),
        ({"area": "weather"}, "area"),
        ({"confidence": "hearsay"}, "confidence"),
        ({"date": "last week"}, "date"),
        ({"source": "somebody"}, "source"),
        ({"body": {}}, "beside each other"),
        ({"colour": "red"}, "not a member"),
        ({"note": "see /home/ada/rows.jsonl"}, "path of somebody's machine"),
    ],
)
def test_a_malformed_row_is_told(change: dict[str, object], complaint: str) -> None:
    """Each fault of form has a sentence of its own."""
    assert evidence.problems(GOOD, refusal=True) == []
    assert any(complaint in sentence for sentence in evidence.problems(GOOD | change, refusal=True))


def test_a_row_without_a_member_is_told() -> None:
    """A member that is missing is named."""
    row = {name: value for name, value in GOOD.items() if name != "source"}
    assert evidence.problems(row, refusal=True) == ["`source` is missing"]


def test_a_body_is_sent_as_json() -> None:
    """A row's body becomes the bytes of its JSON, a raw text stays as it is."""
    assert json.loads(evidence.request_body({"body": {"a": {"$repeat": ["x", 2]}}})) == {"a": "xx"}
    assert evidence.request_body(GOOD) == b"{"
