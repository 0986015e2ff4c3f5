"""The schemas that a schema consists of, and what may be found in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHILDREN: Final = ("properties", "$defs", "definitions")
_LISTS: Final = ("anyOf", "allOf", "oneOf")


class Found(NamedTuple):
    """A fault in a schema.

    Attributes:
        rule: the rule's id.
        values: the values of its message.
        compiling: whether the schema is refused when it is compiled, after all keywords were checked.
    """

    rule: str
    values: dict[str, object]
    compiling: bool = False


def schemas_in(schema: Any, *, merging: bool) -> Iterator[dict[str, Any]]:
    """Every schema in a schema, outermost first.

    Args:
        schema: where to begin.
        merging: yield each schema as one with the branches of its `allOf`.
    """
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        if merging and "allOf" in node:
            node = _merged(node)
        yield node
        children: list[Any] = []
        for keyword in _CHILDREN:
            if isinstance(node.get(keyword), dict):
                children += node[keyword].values()
        for keyword in _LISTS:
            if isinstance(node.get(keyword), list) and not (merging and keyword == "allOf"):
                children += node[keyword]
        if "items" in node:
            children.append(node["items"])
        waiting += reversed(children)


def _merged(node: dict[str, Any]) -> dict[str, Any]:
    """A schema together with its `allOf` branches, as the API reads it; `allOf` itself stays."""
    merged = dict(node)
    branches = node["allOf"]
    waiting = list(branches) if isinstance(branches, list) else []
    while waiting:
        branch = waiting.pop(0)
        if not isinstance(branch, dict):
            continue
        for keyword, value in branch.items():
            if keyword == "allOf" and isinstance(value, list):
                waiting += value
            elif keyword == "properties" and isinstance(value, dict):
                merged[keyword] = {**value, **(merged.get(keyword) or {})}
            elif keyword == "required" and isinstance(value, list):
                merged[keyword] = [*(merged.get(keyword) or ()), *value]
            elif keyword != "$ref":
                merged.setdefault(keyword, value)
    return merged
