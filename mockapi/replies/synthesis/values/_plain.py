"""Values of plain schemas, made by functions that are put together once for each schema.

Nearly every tool's schema is plain: an object whose properties have one type each, and nothing that one
has to look for. `Generator` stays the one that says which value is made: a test holds the value that is made
here to be its first attempt, and a schema with anything out of the ordinary is left to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mockapi.replies.synthesis.values import _strings
from mockapi.replies.synthesis.values._generate import SHALLOW, fits
from mockapi.replies.synthesis.values._numbers import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockapi.replies._seeded import SeededChoices

    Make: TypeAlias = Callable[[SeededChoices, str], Any]
    """Makes a value, with the dice and what the user wrote."""

_SAID: Final = frozenset({"type", "description", "title"})
_CHOSEN: Final = frozenset({"enum", "default", "examples"})
_OF_OBJECTS: Final = _SAID | {"properties", "required", "additionalProperties", "$schema"}
_OF_NUMBERS: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_OF_STRINGS: Final = frozenset({"format", "minLength", "maxLength"})
_MOST_PROPERTIES: Final = 100
_SCALARS: Final = (str, int, float, bool, type(None))


def plain_maker(schema: Any, depth: int = 0) -> Make | None:
    """What makes the first attempt at a value of an object's schema; None where that is not plain."""
    if not isinstance(schema, dict) or schema.get("type") != "object" or not schema.keys() <= _OF_OBJECTS:
        return None
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list) or depth >= SHALLOW:
        return None
    if len(properties) > _MOST_PROPERTIES or not all(
        isinstance(name, str) and name in properties for name in required
    ):
        return None
    members: list[tuple[str, bool, Make]] = []
    for name, part in properties.items():
        make = _maker(part, name, depth + 1)
        if make is None:
            return None
        members.append((name, name in required, make))

    def make_object(dice: SeededChoices, subject: str) -> dict[str, Any]:
        wanted = [(name, make) for name, is_required, make in members if is_required or dice.chance(50)]
        return {name: make(dice, subject) for name, make in wanted}

    return make_object


def _maker(schema: Any, name: str, depth: int) -> Make | None:
    """What makes the value of a property, or of the items of one."""
    if not isinstance(schema, dict):
        return None
    if not _CHOSEN.isdisjoint(schema):
        return _chooser(schema)
    match schema.get("type"):
        case "object":
            return plain_maker(schema, depth)
        case "array":
            return _lister(schema, name, depth)
        case "string":
            return _teller(schema, name)
        case "integer" | "number" if schema.keys() <= _SAID | _OF_NUMBERS:
            return _counter(schema)
        case "boolean" if schema.keys() <= _SAID:
            return lambda dice, _: dice.chance(50)
        case "null" if schema.keys() <= _SAID:
            return lambda _dice, _subject: None
    return None


def _chooser(schema: Mapping[str, Any]) -> Make | None:
    """One of the values that a schema lists."""
    if not schema.keys() <= _SAID | _CHOSEN:
        return None
    if "enum" not in schema and "default" in schema:
        default = schema["default"]
        return (lambda _dice, _subject: default) if isinstance(default, _SCALARS) else None
    listed = schema["enum"] if "enum" in schema else schema["examples"]
    if not isinstance(listed, list) or not all(isinstance(value, _SCALARS) for value in listed):
        return None
    if "enum" in schema and "type" in schema:
        listed = [value for value in listed if fits(value, schema["type"])]
    return (lambda dice, _: dice.pick(listed)) if listed else None


def _lister(schema: Mapping[str, Any], name: str, depth: int) -> Make | None:
    if not schema.keys() <= _SAID | {"items"} or depth >= SHALLOW:
        return None
    make = _maker(schema.get("items"), name, depth + 1)
    if make is None:
        return None
    return lambda dice, subject: [make(dice, subject) for _ in range(dice.between(1, 2))]


def _teller(schema: dict[str, Any], name: str) -> Make | None:
    if not schema.keys() <= _SAID | _OF_STRINGS:
        return None
    if not _OF_STRINGS.isdisjoint(schema):
        return lambda dice, subject: _strings.string(schema, dice, name=name, subject=subject, attempt=0)
    texts, asks_for_subject = _strings.choices(name)
    if asks_for_subject:
        return lambda dice, subject: subject.rstrip() if subject else dice.pick(texts)
    return lambda dice, _: dice.pick(texts)


def _counter(schema: dict[str, Any]) -> Make:
    integer = schema["type"] == "integer"
    if _OF_NUMBERS.isdisjoint(schema):
        return lambda dice, _: dice.between(1, 100)
    return lambda dice, _: number(schema, dice, attempt=0, integer=integer)
