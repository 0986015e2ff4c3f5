"""Faults of shape: what `jsonschema` finds, in the API's words, path and order.

The API reports one fault: the first in the order of its fields. A schema's `properties` stand
in that order; items go by index; unknown fields come after all known ones, in the order of the
body; and a fault of a value itself comes before faults inside it. Paths carry the tag of each
union they pass (`messages.0.content.1.text.text`), the tag stands in the path as a field would.

Wording, by keyword, is a table; a schema overrides it with `x-says` where the API differs.
"""

from __future__ import annotations

import itertools
import reprlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from mockapi.validation._reference import MOST_ITEMS
from mockapi.validation._refusal import Refusal
from mockapi.validation._rule import Rule, Stage, declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jsonschema

    from mockapi.validation._schemas import Schema

_TYPES: Final = {
    "string": "Input should be a valid string",
    "integer": "Input should be a valid integer",
    "number": "Input should be a valid number",
    "boolean": "Input should be a valid boolean",
    "array": "Input should be a valid array",
    "object": "Input should be an object",
}
_LIMITS: Final = {
    "minimum": "Input should be greater than or equal to {limit}",
    "maximum": "Input should be less than or equal to {limit}",
    "exclusiveMinimum": "Input should be greater than {limit}",
    "minLength": "String should have at least {limit} character{s}",
    "maxLength": "String should have at most {limit} character{s}",
    "pattern": "String should match pattern '{limit}'",
    "minItems": "List should have at least {limit} item{s} after validation, not {count}",
    "maxItems": "List should have at most {limit} item{s} after validation, not {count}",
}
_MISSING: Final = "Field required"
_EXTRA: Final = "Extra inputs are not permitted"
_TAG: Final = "Input tag '{value}' found using 'type' does not match any of the expected tags: {tags}"

_RANK: Final = ("type", "required", "const", "enum", *_LIMITS)


def _shape_rule(name: str, summary: str, message: str) -> Rule:
    source = "137 live calls of 2026-08 and recordings; schemas/ has the fields"
    return declare(Rule(f"shape.{name}", Stage.SHAPE, summary, message, source))


TYPE = _shape_rule("type", "A value has another JSON type.", "PATH: " + _TYPES["string"])
MISSING = _shape_rule("required", "A field is missing.", "PATH: " + _MISSING)
EXTRA = _shape_rule("unknown_field", "A field is not known.", "PATH: " + _EXTRA)
CLOSED = _shape_rule("needs_beta", "A field or tag is known only with another header.", "PATH: " + _EXTRA)
VALUE = _shape_rule("value", "A value is not one of those allowed.", "PATH: Input should be 'a' or 'b'")
TAG = _shape_rule("tag", "A type is not one of those allowed here.", "PATH: " + _TAG)
RANGE = _shape_rule("range", "A number is out of range.", "PATH: " + _LIMITS["minimum"])
LENGTH = _shape_rule("length", "A text or list is too short or too long.", "PATH: " + _LIMITS["maxLength"])
PATTERN = _shape_rule("pattern", "A text does not match its pattern.", "PATH: " + _LIMITS["pattern"])

_RULE_OF: Final = {
    "type": TYPE,
    "const": VALUE,
    "enum": VALUE,
    "minLength": LENGTH,
    "maxLength": LENGTH,
    "minItems": LENGTH,
    "maxItems": LENGTH,
    "pattern": PATTERN,
}


class ShapeFault(NamedTuple):
    """One fault of shape, ready to be sorted."""

    order: tuple[tuple[int, int], ...]
    rule: Rule
    message: str
    pointer: str
    hint: str | None

    def refusal(self) -> Refusal:
        """The error that this fault makes."""
        rule = self.rule
        return Refusal(rule.status, rule.type, self.message, rule.id, self.hint, self.pointer)


def explain(bundle: Schema, validator: jsonschema.protocols.Validator, body: Any) -> list[ShapeFault]:
    """All faults of shape, the one the API reports first; empty if the shape is right.

    Of a long list only the first 100 faulty items are explained, so that a fault in one of
    100,000 messages costs little more than in one of ten.

    Args:
        bundle: the whole schema.
        validator: the bundle's `narrowing_validator`.
        body: what is judged.
    """
    # Several keywords may find the same fault: one of each place and wording stays.
    faults: dict[tuple[str, str], ShapeFault] = {}
    for error in validator.iter_errors(body):
        for fault in _Walk(bundle, error, body).faults():
            faults.setdefault((fault.pointer, fault.message), fault)
    # A value of the wrong type has no other fault: its range and length mean nothing.
    mistyped = {fault.pointer for fault in faults.values() if fault.rule is TYPE}
    kept = (f for f in faults.values() if f.rule is TYPE or f.rule is EXTRA or f.pointer not in mistyped)
    return sorted(kept, key=lambda fault: fault.order)


class _Walk:
    """Follows one error through the schema, collecting tags, wording and order."""

    def __init__(self, bundle: Schema, error: jsonschema.ValidationError, body: Any) -> None:
        self._error = error
        self._path: list[str] = []
        self._pointer: list[str] = []
        self._order: list[tuple[int, int]] = []
        self._says: dict[str, str] = {}
        self._overriding_path: str | None = None
        self._instance = body
        self._schema: Schema = bundle
        self._defs: dict[str, Schema] = bundle["$defs"]
        self._follow(bundle)

    def _follow(self, bundle: Schema) -> None:
        # jsonschema gives two paths: keywords through the schema, and names and indexes through the body.
        # They are walked together, because only the schema knows the order and only the body the tags.
        steps = list(self._error.absolute_schema_path)[:-1]  # the last is the keyword that failed
        places = list(self._error.absolute_path)
        self._enter(bundle)
        position = 0
        while position < len(steps):
            step = steps[position]
            if step == "properties":
                position += 1
                name = places.pop(0)
                self._descend(str(name), (0, list(self._schema["properties"]).index(str(name))))
                self._instance = self._instance[name]
                self._enter(self._schema["properties"][name])
            elif step in ("items", "additionalProperties"):
                place = places.pop(0)
                self._descend(str(place), (0, place if isinstance(place, int) else 0))
                self._instance = self._instance[place]
                self._enter(self._schema[step])
            elif step == "allOf":
                position += 1
                self._enter(self._schema["allOf"][steps[position]])
            else:  # then or else; jsonschema leaves "if" and "$ref" out of the path
                self._enter(self._schema[str(step)])
            position += 1

    def _descend(self, name: str, order: tuple[int, int]) -> None:
        self._path.append(name)
        self._pointer.append(name.replace("~", "~0").replace("/", "~1"))
        self._order.append(order)
        self._says = {}
        self._overriding_path = None

    def _enter(self, schema: Schema) -> None:
        tag = schema.get("x-tag")
        if tag is not None:
            self._path.append(tag if isinstance(tag, str) else self._instance["type"])
        self._says = {**schema.get("x-says", {}), **self._says}  # the outermost word wins
        self._overriding_path = schema.get("x-path", self._overriding_path)
        self._schema = schema
        if "$ref" in schema:
            self._enter(self._defs[schema["$ref"].rpartition("/")[2]])

    def faults(self) -> Iterator[ShapeFault]:
        keyword = str(self._error.validator)
        if keyword == "required":
            yield from self._missing()
        elif keyword == "additionalProperties":
            yield from self._unknown()
        elif self._schema.get("x-tags"):
            yield self._wrong_tag()
        else:
            yield self._wrong_value(keyword)

    def _missing(self) -> Iterator[ShapeFault]:
        properties = list(self._schema.get("properties", ()))
        for name in cast("list[str]", self._error.validator_value):
            if name not in self._instance:
                place = properties.index(name) if name in properties else -1
                yield self._fault(MISSING, _MISSING, [*self._path, name], (0, place))

    def _unknown(self) -> Iterator[ShapeFault]:
        known, closed = self._schema.get("properties", {}), self._schema.get("x-closed", {})
        unknown = ((place, name) for place, name in enumerate(self._instance) if name not in known)
        for place, name in itertools.islice(unknown, MOST_ITEMS):
            if name in closed:
                words = closed[name]["says"] or _EXTRA
                hint = _hint(f"The field {name}", closed[name]["needs"])
                yield self._fault(CLOSED, words, [*self._path, name], (1, place), hint, inside=name)
            elif said := self._says.get("additionalProperties"):
                yield self._fault(EXTRA, said.format(value=name), self._path, (1, place), inside=name)
            else:
                yield self._fault(EXTRA, _EXTRA, [*self._path, name], (1, place), inside=name)

    def _wrong_tag(self) -> ShapeFault:
        tags = ", ".join(f"'{tag}'" for tag in self._schema["enum"])
        words = _TAG.format(value=_shown(self._instance), tags=tags)
        closed = self._schema["x-closed"].get(self._instance) if isinstance(self._instance, str) else None
        if closed:
            hint = _hint(f"{self._instance}", closed["needs"])
            return self._fault(CLOSED, closed["says"] or words, self._path[:-1], None, hint)
        return self._fault(TAG, words, self._path[:-1], None)

    def _wrong_value(self, keyword: str) -> ShapeFault:
        value, limit = self._instance, cast("Any", self._error.validator_value)
        said = (isinstance(value, str) and self._says.get(f"{keyword}:{value}")) or self._says.get(keyword)
        if said:
            words = said.format(value=_shown(value)) if "{value}" in said else said
        elif keyword == "type":
            names = limit if isinstance(limit, list) else [limit]
            words = _TYPES[[name for name in names if name != "null"][-1]]
        elif keyword in ("const", "enum"):
            allowed = [limit] if keyword == "const" else limit
            words = "Input should be " + _alternatives([item for item in allowed if item is not None])
        else:
            count = len(value) if isinstance(value, list) else 0
            words = _LIMITS[keyword].format(limit=limit, s="" if limit == 1 else "s", count=count)
        path = [self._overriding_path] if self._overriding_path else self._path
        return self._fault(_RULE_OF.get(keyword, RANGE), words, path, (-1, _RANK.index(keyword)))

    def _fault(
        self,
        rule: Rule,
        words: str,
        path: list[str],
        order: tuple[int, int] | None,
        hint: str | None = None,
        *,
        inside: str | None = None,
    ) -> ShapeFault:
        where = ".".join(path)
        pointer = "".join(f"/{step}" for step in self._pointer)
        if inside is not None:
            pointer += "/" + inside.replace("~", "~0").replace("/", "~1")
        full = (*self._order, order) if order else tuple(self._order)
        return ShapeFault(full, rule, f"{where}: {words}" if where else words, pointer, hint)


def _shown(value: object) -> str:
    """A value as a message quotes it; lists and objects are cut short, they may be huge or deep."""
    return reprlib.repr(value) if isinstance(value, (list, dict)) else str(value)


def _alternatives(values: list[str]) -> str:
    """`'a', 'b' or 'c'`."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) == 1:
        return quoted[0]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _hint(what: str, needs: list[str]) -> str:
    betas = [name for name in needs if not name[0].isdigit()]
    versions = [name for name in needs if name[0].isdigit()]
    ways = []
    if betas:
        ways.append(f"anthropic-beta: {' or '.join(betas)}")
    if versions:
        ways.append(f"anthropic-version: {' or '.join(versions)}")
    return f"{what} needs the header {', or '.join(ways)}."
