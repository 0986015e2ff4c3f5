"""Schemas that an answer or a strict tool's input is forced into.

The same faults have the same words in a tool (`tools.N.custom: …`) and in an output format
(`output_config.format.schema: …`). Optional parameters and unions are counted over all of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from mockapi.validation import _structured
from mockapi.validation._rule import Check, Rule, Stage, Violation, declare, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockapi.validation._context import Context

_FIELDS: Final = ("tools", "output_config", "output_format")


def _faults(context: Context, rule_id: str) -> Iterator[Violation]:
    for fault in context.tools.faults:
        if fault.rule == rule_id:
            yield Violation(f"/tools/{fault.index}/input_schema", fault.values)
    for path, pointer, report in context.formats:
        for found in report.faults:
            if found.rule == rule_id:
                yield Violation(pointer, {"path": path, **found.values})


def _declare(name: str, summary: str, message: str, source: str, hint: str | None = None) -> None:
    check: Check = partial(_faults, rule_id=name)
    declare(Rule(name, Stage.OUTPUT, summary, message, source, _FIELDS, hint=hint, check=check))


_declare(
    "structured.circular",
    "A schema refers to itself.",
    "{path}: Circular reference detected in schema definitions: {chain}",
    "quoted in 2026-08 without its path",
)
_declare(
    "structured.open_object",
    "An object does not say that it is closed.",
    "{path}: For 'object' type, 'additionalProperties' must be explicitly set to false",
    "recorded in 2026-08 and 2026-09",
    'Put "additionalProperties": false into every object of the schema.',
)
_declare(
    "structured.additional_properties",
    "An object is open.",
    "{path}: For 'object' type, 'additionalProperties: {extra}' is not supported. "
    "Please set 'additionalProperties' to false",
    "quoted in 2026-08",
)
_declare(
    "structured.keyword",
    "A keyword is not supported.",
    "{path}: For '{kind}' type, property '{keyword}' is not supported",
    "recorded in 2025-12, 2026-06 and 2026-07",
)
_declare(
    "structured.keywords",
    "Several keywords of one type are not supported.",
    "{path}: For '{kind}' type, properties {keywords} are not supported",
    "quoted in 2026-07",
)
_declare(
    "structured.min_items",
    "An array must have more items than one.",
    "{path}: For 'array' type, 'minItems' values other than 0 or 1 are not supported",
    "quoted in 2026-05",
)
_declare(
    "structured.empty_schema",
    "A schema takes everything.",
    "{path}: Empty schema ({{}}) that accepts any JSON value is not supported. "
    "Please specify a concrete type.",
    "quoted in 2026-04",
)


@rule(
    "structured.strict_tools",
    Stage.OUTPUT,
    "tools",
    message="Too many strict tools ({found}). The maximum number of strict tools supported is {limit}. "
    "Try reducing the number of tools marked as strict.",
    source="quoted in 2026-09",
    confidence="maintainer",
)
def strict_tools(context: Context) -> Iterator[Violation]:
    """More than 20 tools are strict."""
    if context.tools.strict > _structured.MAX_STRICT_TOOLS:
        yield Violation("/tools", {"found": context.tools.strict, "limit": _structured.MAX_STRICT_TOOLS})


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
    if found > _structured.MAX_OPTIONAL:
        yield Violation("", {"found": found, "limit": _structured.MAX_OPTIONAL})


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
    if found > _structured.MAX_UNIONS:
        yield Violation("", {"found": found, "limit": _structured.MAX_UNIONS})
