"""Schemas that answers and strict tools are forced into, made from the table of what is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.validation import _grammar, _patterns, _structured, all_rules
from tests.support import schemas
from tests.support.each import each
from tests.support.examples import examples
from tests.support.refused.schemas import as_format, as_strict_tool, schema
from tests.support.validation import LIVE, post

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
_MESSAGES = {rule.id: rule.message for rule in all_rules()}
_PATHS = {True: "output_config.format.schema", False: "tools.0.custom"}


def _body(inner: Any, *, in_format: bool) -> Any:
    whole = schemas.closed({"a": inner})
    return as_format(whole) if in_format else as_strict_tool(whole)


def _with_place(make: Any) -> st.SearchStrategy[Any]:
    """Whether an output format is meant or a strict tool, and what is made for it."""
    return st.booleans().flatmap(lambda in_format: st.tuples(st.just(in_format), make(in_format=in_format)))


@settings(max_examples=examples(60), deadline=None)
@given(_with_place(schemas.right))
def test_what_the_table_has_is_taken(made: tuple[bool, Any]) -> None:
    """A schema of keywords that stand in the table is taken."""
    in_format, inner = made
    assert LIVE.check(post(_body(inner, in_format=in_format))) is None


@settings(max_examples=examples(120), deadline=None)
@given(_with_place(schemas.faulty))
def test_one_fault_has_its_words(made: tuple[bool, schemas.Fault]) -> None:
    """A schema with one fault, however deep, is refused by that fault's rule and in its words."""
    in_format, fault = made
    refusal = LIVE.check(post(_body(fault.schema, in_format=in_format)))
    assert refusal is not None
    values = {"path": _PATHS[in_format], **fault.values}
    assert (refusal.rule, refusal.message) == (fault.rule, _MESSAGES[fault.rule].format_map(values))


def test_the_generator_knows_the_table() -> None:
    """The generator makes every keyword of the table, and those that it says are refused are not in it."""
    assert {keyword.name for keyword in _grammar.KEYWORDS} == schemas.VALUES.keys() | schemas.STRUCTURE
    assert not schemas.REFUSED.keys() & (schemas.VALUES.keys() | schemas.STRUCTURE)


def documented_table() -> str:
    """The table as docs/validation.md has it."""
    lines = ["| keyword | beside | what it may be | how that is known |", "|---|---|---|---|"]
    for keyword in _grammar.KEYWORDS:
        everywhere = set(_grammar.TYPES) <= set(keyword.types)
        named = [kind for kind in keyword.types if not (everywhere and kind in _grammar.TYPES)]
        beside = ", ".join([*["every type"] * everywhere, *(f"`{kind}`" for kind in named)])
        limit = "not in strict tools" if keyword.only_in_formats else keyword.limit
        lines.append(f"| `{keyword.name}` | {beside} | {limit} | {keyword.confidence}: {keyword.source} |")
    return "\n".join(lines)


def test_the_page_has_the_table() -> None:
    """docs/validation.md shows the table that the validator judges by, its formats and its limits."""
    page = _PAGE.read_text("utf-8")
    assert documented_table() in page
    assert ", ".join(f"`{name}`" for name in sorted(_grammar.STRING_FORMATS)) in page
    words = " ".join(page.split())
    assert f"at most {_grammar.MAX_OPTIONAL} optional and {_grammar.MAX_UNIONS} union-typed" in words
    assert f"at most {_grammar.MAX_STRICT_TOOLS} strict tools" in words


@each(
    ("pattern", "rule"),
    [
        ("^[A-Z]{3}-[0-9]{4}$", None),
        (r"[\b(?=]+", None),
        (r"\(a+\){2,3}", None),
        ("(?:ab){2,3}", None),
        ("(?:a+b){2}", None),
        ("a{99999}", None),
        ("a{b,c}", None),
        ("[", None),
        ("(", None),
        (")", None),
        ("", None),
        ("(?<=a)b", "structured.pattern_quantifier"),
        ("+a", "structured.pattern_quantifier"),
        ("(*a)", "structured.pattern_quantifier"),
        ("a|*", "structured.pattern_quantifier"),
        (r"\(*a", None),
        (r"\bword", "structured.pattern_invalid"),
        (r"(a)\1", "structured.pattern_invalid"),
        ("((?:a*)b){2,}", "structured.pattern_range"),
        ("a{1,100000}", "structured.pattern_complex"),
        ("a{" + "9" * 1500 + "}", "structured.pattern_complex"),
        ("[" * 1_000_000, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_patterns(pattern: str, rule: str | None) -> None:
    """What a pattern asks for decides; what only looks like it, in a class or escaped, does not."""
    found = _patterns.pattern_fault(pattern)
    assert (found and found.rule) == rule


def test_keywords_before_the_compiler() -> None:
    """What the check of keywords finds is named before what the compiler finds, wherever it stands."""
    inner = schema({"a": {"type": ["string", "null"], "enum": ["b"]}, "c": {"type": "string", "maxItems": 1}})
    found = [fault.rule for fault in _structured.inspect(inner, in_format=True).faults]
    assert found == ["structured.keyword", "structured.enum_type"]


def test_keywords_of_all_schemas_before_the_compiler() -> None:
    """So it is across several schemas: the output format's keyword is named before the tool's enum."""
    body = as_strict_tool(schema({"a": {"type": "string", "enum": [1]}}))
    body |= {k: v for k, v in as_format(schema({"a": {"type": "string", "x": 1}})).items() if k not in body}
    assert [refusal.rule for refusal in LIVE.check_all(post(body))] == [
        "structured.keyword",
        "structured.enum_type",
    ]


def test_the_outermost_first() -> None:
    """Of several faults of one kind the outermost is named first, then the order of the schema counts."""
    broken = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}, "b": {}}}
    found = [fault.rule for fault in _structured.inspect(broken, in_format=False).faults]
    assert found == ["structured.open_object", "structured.keyword", "structured.empty_schema"]


@each(
    "odd",
    [
        True,
        None,
        [],
        "object",
        {"type": []},
        {"type": {}},
        {"type": [{}]},
        {"type": 7},
        {"anyOf": 7},
        {"allOf": 7},
        {"allOf": [7, {"allOf": [{"properties": 7}]}]},
        {"enum": 7, "type": "string"},
        {"enum": [{}], "type": "object", "additionalProperties": False},
        {"type": "array", "minItems": {}, "items": 7},
        {"type": "string", "pattern": 7, "format": 7},
        {"$ref": 7},
        {"$ref": "#/$defs/a", "$defs": 7},
        {"$ref": "#/anyOf/x", "anyOf": [{}]},
        {"properties": 7, "required": 7, "type": "object"},
        {"properties": {"a": 7}, "required": [{}], "type": "object"},
    ],
    ids=repr,
)
@each("in_format", [True, False])
def test_schemas_that_are_none(odd: Any, in_format: bool) -> None:  # noqa: FBT001 - a test's argument
    """What is no schema at all, or holds values of odd types, is read without a crash."""
    _structured.inspect(odd, in_format=in_format)
    LIVE.check_all(post(as_format(odd)))
