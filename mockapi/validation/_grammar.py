"""The part of JSON Schema that answers and strict tools can be forced into, as one table.

The API turns a schema into a grammar. What stands in `KEYWORDS` beside a type is taken there;
everything else is refused, by the words of the rules in `rules/structured.py`. The checks, the
tables of docs/validation.md and the tests' generator of schemas all read what stands here.

`confidence` says how a row is known: `captured` (a recorded answer), `maintainer` (told by people
who asked the API), `documentation` (the vendor's page), `assumed` (nothing speaks against it).
"""

from __future__ import annotations

from typing import Final, NamedTuple

OBJECT: Final = "object"
ARRAY: Final = "array"
STRING: Final = "string"
ANY_OF: Final = "anyOf"
SCALARS: Final = ("integer", "number", "boolean", "null")
TYPES: Final = (OBJECT, ARRAY, STRING, *SCALARS)
_EVERYWHERE: Final = (*TYPES, ANY_OF)

_PAGE: Final = "the vendor's page on structured outputs"
_TOLD: Final = "told on 2026-09-27"
_RECORDED: Final = "recorded requests of 2025-11 to 2026-08"


class Keyword(NamedTuple):
    """A keyword that is taken, and where.

    Attributes:
        name: of the keyword.
        types: the types beside which it may stand; `anyOf` means beside that keyword.
        limit: what its value may be; empty for no limit.
        source: how this is known.
        confidence: how well it is known, see above.
        only_in_formats: whether strict tools refuse it.
    """

    name: str
    types: tuple[str, ...]
    limit: str
    source: str
    confidence: str
    only_in_formats: bool = False


KEYWORDS: Final = (
    Keyword("type", TYPES, "one type, or a list of types", _RECORDED, "captured"),
    Keyword("title", _EVERYWHERE, "", _RECORDED, "captured"),
    Keyword("description", _EVERYWHERE, "", _RECORDED, "captured"),
    Keyword("default", _EVERYWHERE, "", _RECORDED, "captured"),
    Keyword("enum", TYPES, "values of the declared type; a list of types takes none", _RECORDED, "captured"),
    Keyword("const", TYPES, "", _RECORDED, "captured"),
    Keyword("enum", (ANY_OF,), "", _TOLD, "maintainer"),
    Keyword("const", (ANY_OF,), "", _TOLD, "maintainer"),
    Keyword("examples", _EVERYWHERE, "", "told in 2026-08, of strings", "maintainer"),
    Keyword("properties", (OBJECT,), "", _RECORDED, "captured"),
    Keyword("required", (OBJECT,), "", _RECORDED, "captured"),
    Keyword("additionalProperties", (OBJECT,), "false, and it must be there", _RECORDED, "captured"),
    Keyword("items", (ARRAY,), "", _RECORDED, "captured"),
    Keyword("minItems", (ARRAY,), "0 or 1", _RECORDED, "captured"),
    Keyword("format", (STRING,), "a format of the list below", _RECORDED, "captured"),
    Keyword(
        "pattern",
        (STRING,),
        "no lookaround, back reference, word boundary or large repetition",
        f"{_PAGE}; told in 2026-07 and 2026-08",
        "maintainer",
    ),
    Keyword("minLength", (STRING,), "", "told in 2026-07 and 2026-08", "maintainer"),
    Keyword("maxLength", (STRING,), "", "told in 2026-08", "maintainer", only_in_formats=True),
    Keyword("anyOf", (ANY_OF,), "", _RECORDED, "captured"),
    Keyword("$defs", TYPES, "", _RECORDED, "captured"),
    Keyword("definitions", TYPES, "", _RECORDED, "captured"),
    Keyword("$schema", TYPES, "", _RECORDED, "captured"),
    # No source refuses these annotations, so they are taken wherever titles are.
    *(
        Keyword(name, _EVERYWHERE, "", "an annotation, as a title is", "assumed")
        for name in ("$comment", "$id", "deprecated", "readOnly", "writeOnly")
    ),
)

STRING_FORMATS: Final = frozenset(
    {"date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"}
)
"""The formats of strings: recorded in 2026-08, and the vendor's list."""

MAX_OPTIONAL: Final = 24
MAX_UNIONS: Final = 16
MAX_STRICT_TOOLS: Final = 20
MAX_REPETITION: Final = 99_999
"""A pattern that repeats something 100,000 times was refused; where the limit is is not known."""


def supported(kind: str, *, in_format: bool) -> frozenset[str]:
    """The keywords that may stand beside a type, or beside `anyOf`.

    Args:
        kind: the type, or `anyOf`.
        in_format: whether the schema is an output format, and not a strict tool's.
    """
    return _SUPPORTED[in_format][kind]


_SUPPORTED: Final = {
    in_format: {
        kind: frozenset(
            keyword.name
            for keyword in KEYWORDS
            if kind in keyword.types and (in_format or not keyword.only_in_formats)
        )
        for kind in _EVERYWHERE
    }
    for in_format in (False, True)
}
