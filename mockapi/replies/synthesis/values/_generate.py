"""One value for a schema, made by its type. Whether it satisfies all of it is checked elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockapi.jsontext import canonical_value
from mockapi.replies.synthesis.values import _strings
from mockapi.replies.synthesis.values._expand import PATTERNS, TYPES, Expander, common_types, merge
from mockapi.replies.synthesis.values._limits import ENDLESS, MAX_DEPTH, MAX_NODES, MAX_TEXT, Unsatisfiable
from mockapi.replies.synthesis.values._match import found_in
from mockapi.replies.synthesis.values._numbers import number, whole_numbers
from mockapi.replies.synthesis.values._pattern import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.replies._seeded import SeededChoices
    from mockapi.replies.synthesis.values._expand import Schema

_BY_KEYWORD: Final = (
    ("object", ("properties", "required", "additionalProperties", "patternProperties", "minProperties")),
    ("array", ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")),
    ("string", ("minLength", "maxLength", PATTERNS, "format")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)
_ANY: Final = ("string", "object", "integer", "array", "boolean", "null", "number")
SHALLOW: Final = 3
"""Levels down to which optional properties are made, and lists get items that they need not have."""
_REPEATED_TRIES: Final = 40


class Generator:
    """Makes one value.

    Args:
        root: the whole schema.
        dice: choose.
        subject: what the user wrote, for strings that ask for it.
        attempt: 0 for the first; later ones vary more and keep to what is required.
    """

    def __init__(self, root: Any, dice: SeededChoices, *, subject: str, attempt: int) -> None:
        self._root = root
        self._dice = dice
        self._subject = subject
        self._attempt = attempt
        self._expander = Expander(root, dice)
        self.nodes = 0

    @property
    def work(self) -> int:
        """How much was done."""
        return self.nodes + self._expander.steps

    def value(self) -> Any:
        """The value.

        Raises:
            Unsatisfiable: no value was found within the bounds.
        """
        if self._expander.height(self._root) >= ENDLESS:
            raise Unsatisfiable("its recursion never ends")
        return self._value(self._root, 0, "")

    def _value(self, schema: Any, depth: int, name: str, *, fresh: bool = False) -> Any:
        """A value for a part; `fresh` wants another one than was made before."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Unsatisfiable(f"its values have more than {MAX_NODES:,} parts")
        if depth > MAX_DEPTH:
            raise Unsatisfiable(f"its values are nested deeper than {MAX_DEPTH} levels")
        flat = self._expander.flat(schema, depth)
        if "enum" in flat:
            return self._listed(flat)
        attempt = max(self._attempt, 2) if fresh else self._attempt
        if not attempt and "default" in flat:
            return flat["default"]
        if not attempt and isinstance(flat.get("examples"), list) and flat["examples"]:
            return self._dice.pick(flat["examples"])
        kind = self._kind(flat)
        if kind == "object":
            return self._object(flat, depth)
        if kind == "array":
            return self._array(flat, depth, name)
        if kind == "string":
            return _strings.string(flat, self._dice, name=name, subject=self._subject, attempt=attempt)
        if kind == "boolean":
            return self._dice.chance(50)
        if kind == "null":
            return None
        return number(flat, self._dice, attempt=self._attempt, integer=kind == "integer")

    def _listed(self, flat: Schema) -> Any:
        choices = flat["enum"]
        if "type" in flat:
            choices = [value for value in choices if fits(value, flat["type"])]
        if not choices:
            raise Unsatisfiable("an enum in it allows no value")
        return self._dice.pick(choices)

    def _kind(self, flat: Schema) -> str:
        declared = flat.get("type")
        if isinstance(declared, list):
            known = [kind for kind in declared if kind in TYPES]
            useful = [kind for kind in known if kind != "null"]
            choices = useful if useful and not self._attempt % 3 else known
            if not choices:
                raise Unsatisfiable(f"it has no type that JSON knows ({declared})")
            return str(self._dice.pick(choices))
        if isinstance(declared, str):
            if declared not in TYPES:
                raise Unsatisfiable(f"its type {declared!r} is unknown to JSON")
            return declared
        for kind, keywords in _BY_KEYWORD:
            if not flat.keys().isdisjoint(keywords):
                return kind
        return _ANY[self._attempt % len(_ANY)]

    def _object(self, flat: Schema, depth: int) -> dict[str, Any]:
        properties = flat.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = dict.fromkeys([name for name in flat.get("required") or () if isinstance(name, str)])
        wanted = dict.fromkeys(
            [name for name in properties if name in required or self._wants(properties[name], depth)]
        )
        wanted |= dict.fromkeys([name for name in required if name not in properties])
        least = _count(flat, "minProperties", 0)
        most = _count(flat, "maxProperties", MAX_NODES)
        names = flat.get("propertyNames")
        if isinstance(names, dict) and names:
            allowed = self._names(names)
            wanted = dict.fromkeys(name for name in wanted if name in required or allowed(name))
            properties = {name: part for name, part in properties.items() if name in wanted or allowed(name)}
        if len(wanted) < least:
            more = [name for name in properties if name not in wanted]
            wanted |= dict.fromkeys(more[: least - len(wanted)])
        if len(wanted) > most:
            for name in [name for name in wanted if name not in required][::-1]:
                if len(wanted) > most:
                    del wanted[name]
        made: dict[str, Any] = {}
        for name in wanted:
            made[name] = self._value(self._schema_of(name, flat, properties), depth + 1, name)
        while len(made) < least:
            name = self._new_name(flat, made)
            made[name] = self._value(self._schema_of(name, flat, properties), depth + 1, "")
        return made

    def _wants(self, schema: Any, depth: int) -> bool:
        """Whether an optional property is made: about half of them near the top, none deep down."""
        if self._attempt % 3 == 1 or depth >= SHALLOW or schema is False:
            return False
        if self._expander.height(schema) >= ENDLESS:
            return False
        return self._attempt % 3 == 2 or self._dice.chance(50)

    def _names(self, schema: Schema) -> Callable[[str], bool]:
        """Whether a name may be one, as far as lengths and patterns tell."""
        flat = self._expander.flat(schema, 0)
        least, most = _count(flat, "minLength", 0), _count(flat, "maxLength", MAX_TEXT)
        patterns = [item for item in flat.get(PATTERNS) or () if isinstance(item, str)]
        return lambda name: (
            least <= len(name) <= most
            and name in flat.get("enum", (name,))
            and all(found_in(pattern, name) for pattern in patterns)
        )

    def _schema_of(self, name: str, flat: Schema, properties: Schema) -> Any:
        if name in properties and "patternProperties" not in flat:
            return properties[name]
        found = [
            schema for pattern, schema in _pairs(flat.get("patternProperties")) if found_in(pattern, name)
        ]
        if name in properties:
            found.insert(0, properties[name])
        if len(found) > 1:
            return {"allOf": found}
        return found[0] if found else self._schema_of_more(flat)

    def _schema_of_more(self, flat: Schema) -> Any:
        """Of a property that is not declared."""
        return flat.get("additionalProperties", flat.get("unevaluatedProperties", True))

    def _new_name(self, flat: Schema, made: dict[str, Any]) -> str:
        patterns = [pattern for pattern, _ in _pairs(flat.get("patternProperties"))]
        names = flat.get("propertyNames")
        for _ in range(_REPEATED_TRIES):
            if patterns:
                name = parse(self._dice.pick(patterns)).text(self._dice, extra=4)
            elif self._schema_of_more(flat) is False:
                break
            elif isinstance(names, dict) and names:
                self.nodes += 1
                name = str(self._value(merge({"type": "string"}, self._expander.flat(names, 0)), 1, ""))
            else:
                name = f"{self._dice.pick(_strings.WORDS)}_{len(made) + 1}"
            if name not in made:
                return name
        raise Unsatisfiable(f"it wants {flat.get('minProperties')} properties and allows fewer")

    def _array(self, flat: Schema, depth: int, name: str) -> list[Any]:
        items = flat.get("items", True)
        first = flat.get("prefixItems")
        if isinstance(items, list):  # before draft 2020-12
            first, items = items, flat.get("additionalItems", True)
        first = first if isinstance(first, list) else []
        least, most = _count(flat, "minItems", 0), _count(flat, "maxItems", MAX_NODES)
        if "contains" in flat:
            least = max(least, _count(flat, "minContains", 1))
        if least > MAX_NODES:
            raise Unsatisfiable(f"it wants an array of {least:,} items")
        length = self._length(least, most, items, depth, len(first))
        made: list[Any] = []
        seen: set[bytes | None] = set()
        needed = _count(flat, "minContains", 1) if "contains" in flat else 0
        for place in range(length):
            part = first[place] if place < len(first) else items
            if needed and place >= len(first) and length - place <= needed:
                part = {"allOf": [part, flat["contains"]]} if part is not True else flat["contains"]
            made.append(self._item(part, depth, name, seen if flat.get("uniqueItems") is True else None))
        return made

    def _length(self, least: int, most: int, items: Any, depth: int, first: int) -> int:
        if items is False:
            most = min(most, first)
        if least > most:
            raise Unsatisfiable(f"it wants an array of {least:,} to {most:,} items")
        if self._expander.height(items) >= ENDLESS or depth > SHALLOW:
            return max(least, 0)
        if self._attempt % 3 == 1:
            return least
        return min(max(least, first, self._dice.between(1, 2)), most)

    def _item(self, schema: Any, depth: int, name: str, seen: set[bytes | None] | None) -> Any:
        value = self._value(schema, depth + 1, name)
        if seen is None:
            return value
        for _ in range(_REPEATED_TRIES):
            written = canonical_value(value)
            if written not in seen:
                seen.add(written)
                return value
            value = self._value(self._without(schema, seen, depth), depth + 1, "", fresh=True)
        raise Unsatisfiable("it wants more different items than its items allow")

    def _without(self, schema: Any, seen: set[bytes | None], depth: int) -> Any:
        """The schema of an item, an enum in it without the values that are there already."""
        flat = self._expander.flat(schema, depth)
        choices = flat["enum"] if "enum" in flat else whole_numbers(flat)
        if choices is None:
            return schema
        left = [value for value in choices if canonical_value(value) not in seen]
        if not left:
            raise Unsatisfiable("it wants more different items than its items allow")
        return {**flat, "enum": left}


def _count(flat: Schema, key: str, default: int) -> int:
    value = flat.get(key, default)
    return int(value) if isinstance(value, (int, float)) else default


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def fits(value: Any, types: Any) -> bool:
    """Whether a value is of one of these types."""
    kinds = {
        dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null",
        int: "integer", float: "number",
    }  # fmt: skip
    kind = kinds.get(type(value), "")
    if isinstance(value, float) and value.is_integer():
        kind = "integer"
    try:
        return bool(common_types(types, kind))
    except Unsatisfiable:
        return False
