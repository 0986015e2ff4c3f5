"""Reading: one document of a safe subset, every departure refused with its line."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockapi.cassettes import _yaml
from mockapi.cassettes._emit import Inline, can_emit, emit
from tests.support.cassettes import json_values, texts
from tests.support.each import each

MEANINGS: list[tuple[str, Any]] = [
    ("null", None), ("~", None), ("Null", None), ("", None),
    ("true", True), ("False", False), ("yes", "yes"), ("no", "no"), ("on", "on"), ("y", "y"),
    ("0", 0), ("-12", -12), ("+3", 3), ("007", 7), ("0o17", 15), ("0x1F", 31), ("0b1", "0b1"),
    ("1_000", "1_000"),
    ("123456789012345678901234567890", 123456789012345678901234567890),
    ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("1.5.2", "1.5.2"), ("-a", "-a"),
    ("1:30", "1:30"), ("2026-10-01", "2026-10-01"), ("2026-10-01T10:00:00Z", "2026-10-01T10:00:00Z"),
    ("'1'", "1"), ('"true"', "true"), ('"\\u00e9\\n"', "é\n"), ("a b", "a b"), ("<<", "<<"), ("=", "="),
]  # fmt: skip


@each(("written", "value"), MEANINGS)
def test_scalars_mean_what_the_core_schema_of_yaml_1_2_says(written: str, value: Any) -> None:
    """JSON's values and a few spellings; the traps of YAML 1.1 are strings."""
    found = _yaml.parse(f"a: {written}\n".encode())["a"]
    assert (type(found), found) == (type(value), value)


REFUSED: list[tuple[str, int | None, str]] = [
    ("a: &x 1\nb: *x\n", 1, "anchors and aliases"),
    ("a: 1\nb: *x\n", 2, "anchors and aliases"),
    ("a: 1\nb: &x [1]\n", 2, "anchors and aliases"),
    ("a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", 1, "anchors and aliases"),
    ("a: !!python/object/apply:os.system [ls]\n", 1, "python/object"),
    ("a:\n- !!binary aGk=\n", 2, "binary"),
    ("!local {a: 1}\n", 1, "!local"),
    ("a: ! b\n", 1, "tag"),
    ("a: 1\nb: 2\na: 3\n", 3, "comes twice"),
    ("a: {b: 1, b: 2}\n", 1, "comes twice"),
    ("1: a\n", 1, "not a string"),
    ("a:\n  null: b\n", 2, "not a string"),
    ("[a]: b\n", 1, "not a string"),
    ("? {a: b}\n: c\n", 1, "not a string"),
    ("a: .inf\n", 1, "not a JSON number"),
    ("a: -.Inf\n", 1, "not a JSON number"),
    ("a:\n- .nan\n", 2, "not a JSON number"),
    ("a: 1e999\n", 1, "beyond"),
    ("a: " + "1" * 4001 + "\n", 1, "4,000 digits"),
    ("a: 1\n--- \nb: 2\n", 2, "second document"),
    ("a: 1\n...\nb: 2\n", 3, "document start"),
    ("a: b: c\n", 1, "mapping values"),
    ("a:\n\tb: 1\n", 2, "token"),
    ("a: 'open\n", 2, "end of stream"),
    ("a: [1, 2\n", 2, "did not find"),
    ("a: |\n  x\n y: 1\nz\n", 3, ""),
    ("a: \x01\n", 1, "control characters"),
    ("[" * 301 + "]" * 301, 1, "300 levels"),
    ("- " * 5000 + "a\n", 1, "300 levels"),
]


@each(("written", "line", "cause"), REFUSED)
def test_what_is_outside_of_the_subset_is_refused_with_its_line(
    written: str, line: int | None, cause: str
) -> None:
    """No tag is ever looked up, no alias followed, no duplicate key silently dropped."""
    with pytest.raises(_yaml.YAMLError) as caught:
        _yaml.parse(written.encode())
    assert (caught.value.line, cause in caught.value.cause) == (line, True), caught.value.cause


@pytest.mark.parametrize("text", [b"a: \xff\n", b"a: b\n\xc3", b"\xfe", b"a: \xed\xa0\x80"])
def test_what_is_no_utf_8_is_refused(text: bytes) -> None:
    """With the reader's own reason, never as a decoding error of Python."""
    with pytest.raises(_yaml.YAMLError, match=r"not YAML text|malformed"):
        _yaml.parse(text)


@given(st.binary(max_size=80) | st.text("{}[]-:,&*!|>'\"?% \n\tab1", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    """Nothing else can happen, whatever a file holds."""
    with contextlib.suppress(_yaml.YAMLError):
        emit(_yaml.parse(text))


@given(json_values)
def test_what_is_emitted_reads_back_the_same_here_and_elsewhere(value: Any) -> None:
    """By our reader, and by a YAML 1.1 reader that knows nothing of cassettes."""
    written = emit({"value": value}).encode()
    ours = _yaml.parse(written)["value"]
    assert repr(ours) == repr(value)  # repr tells 1 from 1.0 and from True, and -0.0 from 0.0
    theirs = yaml.load(written, Loader=yaml.CSafeLoader)["value"]
    assert repr(theirs) == repr(value)


@given(st.lists(texts | st.integers() | st.floats(0, 1e9), max_size=4))
def test_a_list_on_one_line_reads_back_the_same(items: list[Any]) -> None:
    """Headers and chunks stand on a line each."""
    written = emit({"list": [Inline(items)]})
    assert written.count("\n") == 2
    assert repr(_yaml.parse(written.encode())["list"]) == repr([items])
    assert repr(yaml.load(written, Loader=yaml.CSafeLoader)["list"]) == repr([items])


@given(texts)
def test_emitting_is_stable(text: str) -> None:
    """What was read is written as it was: a cassette that nobody changed makes no difference in git."""
    once = emit({"text": text, "list": [text]})
    assert emit(_yaml.parse(once.encode())) == once


def test_prose_stays_prose() -> None:
    """Lines are neither folded nor escaped, blanks at their ends stay, quotes need no backslash."""
    text = '# Title\n\n  indented, with a blank at the end \n"quoted" \\ and 100 % of: it\n' + "long " * 60
    written = emit({"text": text})
    assert written.splitlines() == ["text: |-", *("  " + line if line else "" for line in text.split("\n"))]


@pytest.mark.parametrize("char", "\r\u2028\u2029\u0085\x7f\x00\x1b\x9f\ufeff\ufffe")
def test_what_a_literal_block_cannot_carry_is_quoted(char: str) -> None:
    """An editor or a reader would change it there; as an escape it is safe."""
    written = emit({"text": f"first\nsecond {char} line"})
    assert char not in written
    assert "|" not in written
    assert _yaml.parse(written.encode())["text"] == f"first\nsecond {char} line"


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"k" * 1000: 1}, True),
        ({"k" * 1001: 1}, False),
        ({"\x01" * 200: 1}, False),
        ({'"' * 600: 1}, False),
        ([[[]]], True),
        ({"a": {"b": "c"}}, True),
    ],
)
def test_what_does_not_fit_is_told_before_it_is_written(value: Any, fits: bool) -> None:  # noqa: FBT001 - a column
    """Keys are limited as they are written, escapes and quotes included."""
    assert can_emit(value) is fits
    if fits:
        assert _yaml.parse(emit(value).encode()) == value


def test_nesting_that_fits_is_written_and_read() -> None:
    """Two hundred levels; one more and the body is kept as text."""
    deep: Any = []
    for _ in range(199):
        deep = [deep]
    assert can_emit(deep)
    assert not can_emit([deep])
    assert _yaml.parse(emit(deep).encode()) == deep


def test_as_many_levels_as_stated_are_read() -> None:
    """Three hundred levels of lists or of mappings; the refusals above have one more."""
    for text in ("[" * 300 + "]" * 300, '{"a": ' * 300 + "1" + "}" * 300):
        assert _yaml.parse(text.encode()) == json.loads(text)


def test_lines_are_those_of_the_nearest_value_that_is_there() -> None:
    """A path that leads nowhere gets the line of where it breaks off."""
    text = b"# a comment\na:\n- b: 1\n- c:\n    d: 2\n"
    paths = [(), ("a",), ("a", 0), ("a", 1, "c", "d"), ("a", 1, "c", "e"), ("a", 7), ("x", 0)]
    assert _yaml.lines_of(text, paths) == [2, 3, 3, 5, 5, 3, 2]
    assert _yaml.lines_of(b"", [("a",)]) == [None]
    assert _yaml.lines_of(b"not: [read", []) == []
