"""From the files in `schemas/` to one schema for one situation.

The files are plain JSON Schema, draft 2020-12. They are readable, and one set serves both API
versions and all betas, by annotations that this module resolves:

- `x-needs` on a property or a branch: known only when one of these betas or versions is named
  in the request's headers; else it is an unknown field or tag. `x-unknown` has the words then.
- `x-values`: the same for single values of an `enum`.
- `x-strict`: keywords that the mode "lenient" leaves out.
- `discriminator` beside `oneOf`: a tagged union, as in OpenAPI. It becomes a chain of if and
  else over the tag, which says the same, reports faults of the one branch that was meant, and
  is tried in the order of the branches.
- `x-unlisted` on a branch: known, though the API does not list it among the tags that it expects.
- `x-tag` on a branch: what paths call it, where that is not its tag.
- `x-tag`, `x-tag-order`, `x-says`, `x-path`: how a fault is worded (see `_shape`).

The result is a bundle: one schema whose references are all local.
"""

from __future__ import annotations

import json
import posixpath
from functools import cache
from typing import TYPE_CHECKING, Any

from mockapi._data import data_dir
from mockapi.validation._profiles import DIFFERENCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.validation._settings import Mode, Profile

_PROSE = frozenset({"$schema", "$id", "title", "description", "x-needs", "x-values", "x-strict", "x-unknown"})

Schema = dict[str, Any]


@cache
def read(name: str) -> Schema:
    """A schema file by its name under `schemas/` without the ending; do not change it.

    Raises:
        FileNotFoundError: there is no such file.
    """
    content: Schema = json.loads((data_dir("schemas") / f"{name}.json").read_text("utf-8"))
    return content


@cache
def gates() -> frozenset[str]:
    """Every beta and version that some schema asks for."""
    found: set[str] = set()

    def visit(node: object) -> None:
        if isinstance(node, dict):
            found.update(node.get("x-needs", ()))
            for names in node.get("x-values", {}).values():
                found.update(names)
            for value in node.values():
                visit(value)
        elif isinstance(node, list):
            for value in node:
                visit(value)

    root = data_dir("schemas")
    for folder in ("requests", "config", "blocks", "sources", "tools"):
        for path in (root / folder).glob("*.json"):
            visit(read(f"{folder}/{path.stem}"))
    return frozenset(found)


def bundle(
    name: str, names: frozenset[str], mode: Mode, profile: Profile, *, without: frozenset[str] = frozenset()
) -> Schema:
    """One self-contained schema for requests whose headers name these betas and versions.

    Args:
        name: the file to start from.
        names: betas and versions in the headers; ignored in lenient mode, which opens all gates.
        mode: strict or lenient.
        profile: documented or live.
        without: top-level properties that are known but not checked.
    """
    return _Bundler(names, mode, profile).bundle(name, without)


class _Bundler:
    def __init__(self, names: frozenset[str], mode: Mode, profile: Profile) -> None:
        self._names = names
        self._lenient = mode == "lenient"
        self._profile = profile
        self._defs: dict[str, Any] = {}

    def bundle(self, name: str, without: frozenset[str]) -> Schema:
        root: Schema = dict(self._define(name))
        root["properties"] = {
            key: True if key in without else value for key, value in root.get("properties", {}).items()
        }
        return {**root, "$defs": {key: value for key, value in self._defs.items() if key != _key(name)}}

    def _open(self, needs: list[str] | None) -> bool:
        return not needs or self._lenient or not self._names.isdisjoint(needs)

    def _define(self, name: str) -> Schema:
        key = _key(name)
        if key not in self._defs:
            self._defs[key] = {}  # a schema may lead back to itself
            self._defs[key].update(self._resolve(self._file(name), name))
        made: Schema = self._defs[key]
        return made

    def _file(self, name: str) -> Schema:
        schema = read(name)
        if self._profile == "documented":
            for difference in DIFFERENCES:
                if difference.schema == name:
                    schema = _overlay(schema, difference.pointer, difference.documented)
        return schema

    def _resolve(self, schema: Any, at: str) -> Any:
        if not isinstance(schema, dict):
            return schema
        dropped = frozenset(schema.get("x-strict", ())) if self._lenient else frozenset()
        made: Schema = {}
        for keyword, value in schema.items():
            if keyword in _PROSE or keyword in dropped or keyword == "oneOf":
                continue
            if keyword == "properties":
                made.update(self._properties(value, at))
            elif keyword == "$ref":
                made.update(self._reference(value, at))
            elif keyword == "discriminator":
                made.update(self._union(schema, at))
            elif keyword == "enum" and "x-values" in schema:
                closed = {v for v, needs in schema["x-values"].items() if not self._open(needs)}
                made["enum"] = [v for v in value if v not in closed]
            elif keyword == "allOf":
                made[keyword] = [self._resolve(part, at) for part in value]
            elif keyword in ("items", "if", "then", "else", "not", "additionalProperties"):
                made[keyword] = self._resolve(value, at)
            else:
                made[keyword] = value
        return made

    def _properties(self, properties: Mapping[str, Any], at: str) -> Schema:
        known, closed = {}, {}
        for name, schema in properties.items():
            needs = schema.get("x-needs") if isinstance(schema, dict) else None
            if self._open(needs):
                known[name] = self._resolve(schema, at)
            else:
                closed[name] = {"needs": needs, "says": schema.get("x-unknown")}
        return {"properties": known, "x-closed": closed} if closed else {"properties": known}

    def _reference(self, target: str, at: str) -> Schema:
        file, _, pointer = target.partition("#")
        name = _target(file, at)
        if not pointer:
            self._define(name)
            return {"$ref": f"#/$defs/{_key(name)}"}
        schema: Any = self._file(name)
        for step in pointer.strip("/").split("/"):
            schema = schema[step]
        inlined: Schema = self._resolve(schema, name)
        return inlined

    def _union(self, schema: Schema, at: str) -> Schema:
        branches, closed = [], {}
        all_tags: list[str] = []
        required = True
        for branch in schema["oneOf"]:
            file = read(_target(branch["$ref"], at))
            declared = file["properties"]["type"]
            tags = [declared["const"]] if "const" in declared else declared["enum"]
            named = [tag for tag in tags if tag is not None]
            if not self._open(branch.get("x-needs")):
                known_with = {"needs": branch["x-needs"], "says": branch.get("x-unknown")}
                closed.update(dict.fromkeys(named, known_with))
                continue
            optional = "type" not in file.get("required", ())
            required = required and not optional
            all_tags += () if branch.get("x-unlisted") else named
            tag: str | bool = named[0] if len(named) == 1 else True  # True: the tag that the value has
            shown = branch.get("x-tag", tag)
            branches.append((tags, optional, {"x-tag": shown, **self._reference(branch["$ref"], at)}))
        tags_shown = all_tags if schema.get("x-tag-order") == "declared" else sorted(all_tags)
        chain: Schema = {"properties": {"type": {"enum": tags_shown, "x-tags": True, "x-closed": closed}}}
        for tags, optional, then in reversed(branches):
            test: Schema = {"type": "object", "properties": {"type": {"enum": tags}}}
            if len(tags) == 1:
                test["properties"]["type"] = {"const": tags[0]}
            if not optional:
                test["required"] = ["type"]
            chain = {"if": test, "then": then, "else": chain}
        return {**chain, "required": ["type"]} if required else chain


def _overlay(schema: Schema, pointer: tuple[str, ...], keywords: Mapping[str, Any]) -> Schema:
    if pointer:
        head, *rest = pointer
        return {**schema, head: _overlay(schema[head], tuple(rest), keywords)}
    return {key: value for key, value in {**schema, **keywords}.items() if value is not None}


def _target(reference: str, at: str) -> str:
    """The name of the schema that a relative reference in file `at` means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(at), reference)).removesuffix(".json")


def _key(name: str) -> str:
    return name.replace("/", ".")
