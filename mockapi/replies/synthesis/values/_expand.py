"""Schemas made flat: references followed, combinators chosen and merged into one object.

A flat schema has none of $ref, allOf, anyOf, oneOf, if, const and dependencies at its top, and its
patterns, which may be several, in a list under `PATTERNS`. Choosing a branch of anyOf or oneOf is a
guess that the final check confirms; the dice choose differently in the next attempt. Deep down, the
branch with the lowest value is chosen, so that recursive schemas come to an end.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urljoin

from mockapi.jsontext import canonical_value
from mockapi.replies.synthesis.values._limits import ENDLESS, MAX_DEPTH, MAX_WORK, Unsatisfiable

if TYPE_CHECKING:
    from mockapi.replies._seeded import SeededChoices

Schema = dict[str, Any]
PATTERNS: Final = "mockapi:patterns"
TYPES: Final = ("object", "array", "string", "integer", "number", "boolean", "null")
_COMBINATORS: Final = frozenset(
    {
        "$ref",
        "$dynamicRef",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "then",
        "else",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "$defs",
        "definitions",
    }
)
_RESTATED: Final = _COMBINATORS | {"const", "pattern"}
"""Keywords that a flat schema has in other words."""
_CONDITION: Final = frozenset({"if", "then", "else"})
_CALM_DEPTH: Final = 4
_HIGHER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_LOWER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_UNITED: Final = ("required", PATTERNS)
_TALL: Final = frozenset({"allOf", "anyOf", "oneOf", "$ref", "required", "minItems"})
"""Keywords without which the lowest value has no levels below it."""
_LONG: Final = ("properties", "required", "enum", "$defs", "definitions")
_COUNTED: Final = 64  # members that are merged for the price of a step
_MOST_LOOKS: Final = 200_000  # at heights, for one value


class Expander:
    """Makes the schemas of one document flat.

    Args:
        root: the whole schema, which references point into.
        dice: choose among branches.
    """

    def __init__(self, root: Any, dice: SeededChoices) -> None:
        self._root = root
        self._dice = dice
        self._anchors: dict[str, Any] | None = None
        self._heights: dict[int, int] = {}
        self.steps = 0
        self._looks = 0

    def flat(self, schema: Any, depth: int, level: int = 0) -> Schema:
        """The flat form of a schema.

        Args:
            schema: as it stands in the document.
            depth: how deep the value is that it is for.
            level: how many references and combinators were followed for this value.

        Raises:
            Unsatisfiable: no value can satisfy it, or following it does not end.
        """
        self._spend(1)
        if level > MAX_DEPTH:
            raise Unsatisfiable("its references follow each other without end")
        if schema is True or schema == {}:
            return {}
        if not isinstance(schema, dict):
            raise Unsatisfiable("a part of it is false, which no value satisfies")
        if _RESTATED.isdisjoint(schema):
            return schema.copy()
        result = {key: value for key, value in schema.items() if key not in _COMBINATORS}
        if "const" in result:
            result["enum"] = [result.pop("const")]
        if "pattern" in result:
            result[PATTERNS] = [result.pop("pattern")]
        if schema.keys().isdisjoint(_COMBINATORS):
            return result
        for key in ("$ref", "$dynamicRef"):
            if key in schema:
                result = self._merged(result, self.flat(self.resolve(schema[key]), depth, level + 1))
        for part in _list(schema.get("allOf")):
            if isinstance(part, dict) and "if" in part:  # whether it is met depends on the parts before
                bare = {key: value for key, value in part.items() if key not in _CONDITION}
                result = self._merged(result, self.flat(bare, depth, level + 1))
                result = self._conditional(result, part, depth, level)
            else:
                result = self._merged(result, self.flat(part, depth, level + 1))
        for key in ("anyOf", "oneOf"):
            if key in schema:
                result = self._branch(result, _list(schema[key]), depth, level)
        if "if" in schema:
            result = self._conditional(result, schema, depth, level)
        return self._dependent(result, schema, depth, level)

    def _merged(self, one: Schema, other: Schema) -> Schema:
        """Both as one; what is large counts as several steps, or many large parts would take for ever."""
        self._spend(sum(len(_sized(schema.get(key))) for schema in (one, other) for key in _LONG) // _COUNTED)
        return merge(one, other)

    def _spend(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MAX_WORK:
            raise Unsatisfiable(f"it takes more than {MAX_WORK:,} steps to follow its references")

    def _dependent(self, base: Schema, schema: Schema, depth: int, level: int) -> Schema:
        """What properties bring along: those that are required, and in turn what comes with them.

        Optional properties that would bring something along are left out half of the time; else they
        are required, so that what they bring is known.
        """
        waiting = [
            (name, {"required": part} if isinstance(part, list) else part)
            for key in ("dependencies", "dependentSchemas", "dependentRequired")
            for name, part in _dict(schema.get(key)).items()
        ]
        result = base
        while waiting:
            self._spend(len(waiting) // _COUNTED)
            required = set(_names(result))
            due = [item for item in waiting if item[0] in required]
            if not due:
                optional = [item for item in waiting if item[0] in _dict(result.get("properties"))]
                if not optional or self._dice.chance(50):
                    gone = {name for name, _ in waiting}
                    left = {
                        key: part for key, part in _dict(result.get("properties")).items() if key not in gone
                    }
                    return {**result, "properties": left}
                due = optional[:1]
                result = self._merged(result, {"required": [due[0][0]]})
            waiting = [item for item in waiting if item not in due]
            for _, part in due:
                result = self._merged(result, self.flat(part, depth, level + 1))
        return result

    def resolve(self, reference: Any) -> Any:
        """What a reference within the document points to.

        Raises:
            Unsatisfiable: it points nowhere, or out of the document.
        """
        if not isinstance(reference, str):
            raise Unsatisfiable("a $ref in it is not a string")
        if reference in ("#", "", self._root.get("$id") if isinstance(self._root, dict) else None):
            return self._root
        if reference.startswith("#/"):
            return self._pointed(reference)
        if self._anchors is None:
            self._anchors = _anchors(self._root)
        found = self._anchors.get(reference.removeprefix("#"))
        if found is None:
            base = self._root.get("$id", "") if isinstance(self._root, dict) else ""
            found = self._anchors.get(urljoin(str(base), reference))
        if found is None:
            raise Unsatisfiable(f"its $ref {reference!r} points to nothing in it")
        return found

    def height(self, schema: Any, level: int = 0) -> int:
        """How deep the lowest value of a schema is; `ENDLESS` if its recursion never ends."""
        if not isinstance(schema, dict):
            return 0
        known = self._heights.get(id(schema))
        if known is not None:
            return known
        self._looks += 1
        if level > 4 * MAX_DEPTH or self._looks > _MOST_LOOKS:
            return ENDLESS
        if _TALL.isdisjoint(schema):
            self._heights[id(schema)] = 0
            return 0
        self._heights[id(schema)] = ENDLESS  # met again below itself: no end on this way
        found = self._lowest(schema, level)
        if found < ENDLESS:
            self._heights[id(schema)] = found
        else:
            del self._heights[id(schema)]  # only this way had no end
        return found

    def _lowest(self, schema: Schema, level: int) -> int:
        parts = [self.height(part, level + 1) for part in _list(schema.get("allOf"))]
        if "$ref" in schema:
            try:
                parts.append(self.height(self.resolve(schema["$ref"]), level + 1))
            except Unsatisfiable:
                return ENDLESS
        parts += [
            min(self.height(part, level + 1) for part in schema[key])
            for key in ("anyOf", "oneOf")
            if _list(schema.get(key))
        ]
        properties = _dict(schema.get("properties"))
        inner = [self.height(properties[name], level + 1) for name in _names(schema) if name in properties]
        at_least = schema.get("minItems", 0)
        if isinstance(at_least, int) and at_least > 0:
            inner.append(self.height(schema.get("items", {}), level + 1))
        if inner:
            parts.append(1 + max(inner))
        return min(max(parts, default=0), ENDLESS)

    def _branch(self, base: Schema, branches: list[Any], depth: int, level: int) -> Schema:
        order = list(branches)
        if depth > _CALM_DEPTH:
            order.sort(key=self.height)
        elif order:
            first = self._dice.below(len(order))
            order = order[first:] + order[:first]
        reason = "an anyOf or oneOf in it is empty"
        for branch in order:
            if self.height(branch) >= ENDLESS:
                reason = "its recursion never ends"
                continue
            try:
                return self._merged(base, self.flat(branch, depth, level + 1))
            except Unsatisfiable as error:
                reason = str(error)
        raise Unsatisfiable(reason)

    def _conditional(self, base: Schema, schema: Schema, depth: int, level: int) -> Schema:
        if self._dice.chance(50):
            try:
                condition = self.flat(schema["if"], depth, level + 1)
                met = self._merged(base, condition)
                for name in _dict(condition.get("properties")):  # what contradicts there shows now
                    self.flat(met["properties"][name], depth, level + 1)
                return self._merged(met, self.flat(schema.get("then", True), depth, level + 1))
            except Unsatisfiable:
                pass
        return self._merged(base, self.flat(schema.get("else", True), depth, level + 1))

    def _pointed(self, reference: str) -> Any:
        place = self._root
        for step in unquote(reference[2:]).split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(place, dict) and key in place:
                place = place[key]
            elif isinstance(place, list) and key.isdigit() and int(key) < len(place):
                place = place[int(key)]
            else:
                raise Unsatisfiable(f"its $ref {reference!r} points to nothing in it")
        return place


def merge(one: Schema, other: Schema) -> Schema:
    """A flat schema whose values satisfy both.

    Raises:
        Unsatisfiable: they contradict each other in a way that shows here.
    """
    result = dict(one)
    for key, value in other.items():
        if key not in result:
            result[key] = value
        elif key == "type":
            result[key] = common_types(result[key], value)
        elif key == "enum":
            result[key] = _common_values(result[key], value)
        elif key in _UNITED:
            result[key] = list(dict.fromkeys([*_list(result[key]), *_list(value)]))
        elif key in _HIGHER:
            result[key] = max(result[key], value)
        elif key in _LOWER:
            result[key] = min(result[key], value)
        elif key in ("properties", "patternProperties", "$defs", "definitions"):
            result[key] = _both(_dict(result[key]), _dict(value))
        elif key in ("items", "additionalProperties", "propertyNames", "contains"):
            result[key] = _all_of(result[key], value)
        elif key == "multipleOf":
            result[key] = _common_multiple(result[key], value)
        elif key == "uniqueItems":
            result[key] = result[key] is True or value is True
        else:
            result[key] = value
    _drop_forbidden(result, one, other)
    return result


def common_types(one: Any, other: Any) -> list[str]:
    """The types that both allow; an integer is a number.

    Raises:
        Unsatisfiable: no schema is left.
    """
    first, second = _types(one), _types(other)
    for narrow, wide in ((first, second), (second, first)):
        if "number" in wide and "integer" in narrow:
            wide.add("integer")
    common: list[str] = [kind for kind in TYPES if kind in first and kind in second]
    if not common:
        raise Unsatisfiable(f"two of its parts want different types ({one} and {other})")
    return common


def _types(value: Any) -> set[str]:
    return set(value) if isinstance(value, list) else {value}


def _common_values(one: list[Any], other: list[Any]) -> list[Any]:
    known = {canonical_value(value) for value in other}
    common = [value for value in one if canonical_value(value) in known]
    if not common:
        raise Unsatisfiable("two of its parts allow different values only")
    return common


def _both(one: Schema, other: Schema) -> Schema:
    shared = {name: _all_of(one[name], other[name]) for name in one if name in other}
    return {**one, **other, **shared}


def _all_of(one: Any, other: Any) -> Any:
    if one is other or one == other or other is True:
        return one
    return other if one is True else {"allOf": [one, other]}


def _common_multiple(one: Any, other: Any) -> Any:
    first, second = Fraction(str(one)), Fraction(str(other))
    if first <= 0 or second <= 0:
        return max(one, other)
    over = math.lcm(first.denominator, second.denominator)
    common = Fraction(math.lcm(int(first * over), int(second * over)), over)
    return int(common) if common.denominator == 1 else float(common)


def _drop_forbidden(result: Schema, one: Schema, other: Schema) -> None:
    """Take out properties that one part names and the other, being closed, forbids."""
    for closed, other_part in ((one, other), (other, one)):
        if closed.get("additionalProperties") is False and not closed.get("patternProperties"):
            allowed = _dict(closed.get("properties"))
            properties = _dict(result.get("properties"))
            result["properties"] = {name: properties[name] for name in properties if name in allowed}
            missing = [name for name in _names(other_part) if name not in allowed]
            if missing:
                raise Unsatisfiable(f"one of its parts requires {missing[0]!r} and another forbids it")


def _anchors(root: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    base = str(root.get("$id", "")) if isinstance(root, dict) else ""
    waiting = [root]
    while waiting:
        place = waiting.pop()
        if isinstance(place, dict):
            for key in ("$anchor", "$dynamicAnchor", "$id"):
                if isinstance(place.get(key), str):
                    found.setdefault(place[key].removeprefix("#"), place)
            if isinstance(place.get("$id"), str):
                found.setdefault(urljoin(base, place["$id"]), place)
            waiting.extend(place.values())
        elif isinstance(place, list):
            waiting.extend(place)
    return found


def _names(schema: Schema) -> list[str]:
    return [name for name in _list(schema.get("required")) if isinstance(name, str)]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sized(value: Any) -> Any:
    return value if isinstance(value, (dict, list)) else ()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
