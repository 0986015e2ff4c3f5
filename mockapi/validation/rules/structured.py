"""Schemas that an answer or a strict tool's input is forced into.

What is taken stands in the table of `_grammar`; here are the words for the rest. The same faults
have the same words in a tool (`tools.N.custom: …`) and in an output format
(`output_config.format.schema: …`). Optional parameters and unions are counted over all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mockapi.validation import _grammar
from mockapi.validation._rule import Confidence, Rule, Stage, Violation, declare, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_FIELDS: Final = ("tools", "output_config", "output_format")
_SONNET_5: Final = "claude-sonnet-5"


@rule(
    "structured.format_unsupported",
    Stage.OUTPUT,
    "output_config",
    "output_format",
    message="'{model}' does not support output format.",
    source="recorded in 2026-02",
    models="models before Opus 4.1, Sonnet 4.5 and Haiku 4.5",
)
def format_unsupported(context: Context) -> Iterator[Violation]:
    """The model cannot be held to an output format."""
    if context.formats and not context.known_model.structured_outputs:
        yield Violation(context.formats[0][1], {"model": context.known_model.id})


@rule(
    "structured.strict_unsupported",
    Stage.OUTPUT,
    "strict",
    message="'{model}' does not support strict tools.",
    source="captured in 2026-04 for Sonnet 4",
    models="models before Opus 4.1, Sonnet 4.5 and Haiku 4.5",
)
def strict_unsupported(context: Context) -> Iterator[Violation]:
    """The model cannot be held to the schema of a tool."""
    if not context.known_model.structured_outputs:
        yield Violation("/tools", {"model": context.known_model.id})


def _faults(context: Context) -> Iterator[Violation]:
    """The faults in single schemas: what the check of keywords finds in all of them, then the compiler."""
    for compiling in (False, True):
        for fault in context.tools.faults:
            if "path" in fault.values and fault.compiling == compiling:
                yield Violation(f"/tools/{fault.index}/input_schema", fault.values, rule=fault.rule)
        for path, pointer, report in context.formats:
            for found in report.faults:
                if found.compiling == compiling:
                    yield Violation(pointer, {"path": path, **found.values}, rule=found.rule)


def _declare(
    name: str,
    summary: str,
    message: str,
    source: str,
    confidence: Confidence = "captured",
    hint: str | None = None,
) -> None:
    declare(
        Rule(
            f"structured.{name}",
            Stage.OUTPUT,
            summary,
            "{path}: " + message,
            source,
            _FIELDS,
            hint=hint,
            check=_faults,
            confidence=confidence,
        )
    )


_declare(
    "empty_schema",
    "A schema takes everything, or has a title only.",
    "Empty schema ({{}}) that accepts any JSON value is not supported. Please specify a concrete type.",
    "quoted in 2026-04",
    "maintainer",
)
_declare(
    "schema_keyword",
    "A schema says what a value must not be.",
    "Schema keyword '{keyword}' is not supported",
    "told by people who asked the API on 2026-09-27",
    "maintainer",
)
_declare(
    "schema_type",
    "A schema is one of several that exclude each other, or has a type that JSON Schema does not know.",
    "Schema type '{kind}' is not supported",
    "recorded in 2026-09 for oneOf; unknown types by analogy",
    "maintainer",
    hint="Use anyOf instead of oneOf.",
)
_declare(
    "all_of_reference",
    "An allOf refers to a definition.",
    "For 'allOf', '$ref' is not supported",
    "documented in 2026-08; the words by analogy with anyOf",
    "documentation",
)
_declare(
    "beside_any_of",
    "A keyword stands beside anyOf that the API cannot combine with it.",
    "For 'anyOf', '{keywords}' is not supported",
    "told in 2026-05 to 2026-09 by people who asked the API",
    "maintainer",
)
_declare(
    "keyword",
    "A keyword is not supported.",
    "For '{kind}' type, property '{keyword}' is not supported",
    "recorded in 2025-12, 2026-06 and 2026-07",
)
_declare(
    "keywords",
    "Several keywords of one schema are not supported.",
    "For '{kind}' type, properties {keywords} are not supported",
    "quoted in 2026-07 and 2026-08",
    "maintainer",
)
_declare(
    "open_object",
    "An object does not say that it is closed.",
    "For 'object' type, 'additionalProperties' must be explicitly set to false",
    "recorded in 2026-08 and 2026-09",
    hint='Put "additionalProperties": false into every object of the schema.',
)
_declare(
    "additional_properties",
    "An object is open.",
    "For 'object' type, 'additionalProperties: {extra}' is not supported. "
    "Please set 'additionalProperties' to false",
    "recorded in 2026-08",
)
_declare(
    "min_items",
    "An array must have more items than one.",
    "For 'array' type, 'minItems' values other than 0 or 1 are not supported (got: [{lower}, {upper}])",
    "recorded in 2026-09; earlier without what came",
)
_declare(
    "string_format",
    "A string has a format that is not among the ten supported ones.",
    "For 'string' type, format '{format}' is not supported",
    "documented in 2026-08; the words by analogy",
    "documentation",
)
_declare(
    "pattern_invalid",
    "A pattern refers back, or asks for a word boundary.",
    "Invalid regex in pattern field",
    "documented in 2026-08; the words told in 2026-07, perhaps cut short",
    "documentation",
)
_declare(
    "pattern_quantifier",
    "A pattern looks around, or repeats nothing.",
    "Invalid regex in pattern field: Quantifier '{quantifier}' without preceding element",
    "told in 2026-08 for a lookahead, whose question mark is read as a quantifier; the others by analogy",
    "maintainer",
)
_declare(
    "pattern_range",
    "A pattern repeats a group that repeats something itself.",
    "Unsupported regex feature in pattern field: Cannot apply a range quantifier to this regex.",
    "told in 2026-09 without the pattern",
    "maintainer",
)
_declare(
    "pattern_complex",
    "A pattern repeats something 100,000 times.",
    "Unsupported regex feature in pattern field: pattern is too complex for structured output: reduce the "
    "{{n,m}} upper bound, narrow the character class range, or avoid nesting quantified groups",
    "a test double of 2026-10; the limit is unknown",
    "double",
)
_declare(
    "type_missing",
    "A schema has neither a type nor anything else that says which values it takes.",
    "Invalid schema: Schema type is missing for schema: {schema}",
    "told in 2026-08 by people who asked the API",
    "maintainer",
)
_declare(
    "items",
    "The items of an array have a list of schemas, or true or false in place of one.",
    "Invalid schema: Array types must be specified with a single object schema for 'items'.",
    "told by people who asked the API on 2026-09-27",
    "maintainer",
)
_declare(
    "enum_type",
    "A value of an enum is not of the declared type.",
    "Invalid schema: Enum value {value} does not match declared type '{kind}'",
    "recorded in 2026-08; told often until 2026-09",
    hint="Leave the type out, or put the enum and null into an anyOf.",
)
_declare(
    "reference",
    "A reference leads nowhere.",
    "Invalid schema: Reference to non-existent definition: {reference}",
    "told in 2026-09 by people who asked the API",
    "maintainer",
)
_declare(
    "circular",
    "A schema refers to itself.",
    "Invalid schema: Circular reference detected in schema definitions: {chain}. "
    "Self-referencing or mutually-referencing definitions are not supported.",
    "recorded in 2026-08",
)


@rule(
    "structured.strict_tools",
    Stage.OUTPUT,
    "strict",
    message="Too many strict tools ({found}). The maximum number of strict tools supported is {limit}. "
    "Try reducing the number of tools marked as strict.",
    source="quoted in 2026-09",
    confidence="maintainer",
)
def strict_tools(context: Context) -> Iterator[Violation]:
    """More than 20 tools are strict."""
    if context.tools.strict > _grammar.MAX_STRICT_TOOLS:
        yield Violation("/tools", {"found": context.tools.strict, "limit": _grammar.MAX_STRICT_TOOLS})


def _count(context: Context, what: str) -> int:
    total: int = getattr(context.tools, what) + sum(getattr(report, what) for _, _, report in context.formats)
    return total


@rule(
    "structured.optional",
    Stage.OUTPUT,
    *_FIELDS,
    message="Schemas contains too many optional parameters ({found}), which would make grammar compilation "
    "inefficient. Reduce the number of optional parameters in your tool schemas (limit: {limit}).",
    source="recorded in 2026-10 with its request id",
)
def optional(context: Context) -> Iterator[Violation]:
    """The strict schemas have more than 24 optional parameters together."""
    found = _count(context, "optional")
    if found > _grammar.MAX_OPTIONAL:
        yield Violation("", {"found": found, "limit": _grammar.MAX_OPTIONAL})


@rule(
    "structured.unions",
    Stage.OUTPUT,
    *_FIELDS,
    message="Schemas contains too many parameters with union types ({found} parameters with type arrays "
    "or anyOf). This causes exponential compilation cost. Reduce the number of nullable or union-typed "
    "parameters (limit: {limit} parameters with unions).",
    source="recorded in 2026-09 and 2026-10: 16 are taken, 17 are not",
)
def unions(context: Context) -> Iterator[Violation]:
    """The strict schemas have more than 16 union-typed parameters together."""
    found = _count(context, "unions")
    if found > _grammar.MAX_UNIONS:
        yield Violation("", {"found": found, "limit": _grammar.MAX_UNIONS})


@rule(
    "structured.too_complex",
    Stage.OUTPUT,
    *_FIELDS,
    message="Schema is too complex for compilation. "
    "Try reducing the number of tools or simplifying tool schemas.",
    source="recorded in 2026-08; the same number over several tools is taken, and on Sonnet 5 in one schema",
    models="Sonnet 4.6",
)
def too_complex(context: Context) -> Iterator[Violation]:
    """One schema alone has as many optional or union-typed parameters as all may have together."""
    if context.known_model.id != "claude-sonnet-4-6":
        return
    if context.tools.crowded or any(report.crowded for _, _, report in context.formats):
        yield Violation("")


@rule(
    "structured.grammar_too_large",
    Stage.OUTPUT,
    *_FIELDS,
    message="{where}The compiled grammar is too large, which would cause performance "
    "issues. Simplify your tool schemas or reduce the number of strict tools.",
    source="recorded in 2026-02 for tools, quoted in 2026-06 for formats; sizes of formats told in 2026-09: "
    "Sonnet 5 takes 67 parameters and not 73, Opus 5.5 takes 72 and not 76",
)
def grammar_too_large(context: Context) -> Iterator[Violation]:
    """An object has 76 required parameters (73 on Sonnet 5), all of them scalars."""
    limit = 73 if context.known_model.id == _SONNET_5 else 76
    if context.tools.widest >= limit:
        yield Violation("/tools", {"where": ""})
    for path, pointer, report in context.formats:
        if report.widest >= limit:
            yield Violation(pointer, {"where": f"{path}: Invalid schema: "})
