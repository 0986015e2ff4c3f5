"""References in schemas that answers are forced into: each leads somewhere, and none leads in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockapi.validation._subschemas import Found, schemas_in

if TYPE_CHECKING:
    from collections.abc import Iterator


def reference_faults(schema: dict[str, Any]) -> Iterator[Found]:
    """The references that lead nowhere, then the first chain that leads back to itself.

    References count from the root of the schema: a `$defs` further in is not searched.
    """
    targets: dict[str, list[str]] = {
        f"#/{keyword}/{_escaped(name)}": _named_in(node)
        for keyword in ("$defs", "definitions")
        if isinstance(schema.get(keyword), dict)
        for name, node in schema[keyword].items()
    }
    targets["#"] = _named_in(schema)
    for name in dict.fromkeys(targets["#"]):
        if name not in targets:
            found, node = _resolved(schema, name)
            if found:
                targets[name] = _named_in(node)
            else:
                yield Found("structured.reference", {"reference": name}, compiling=True)
    yield from _circle(targets)


def _named_in(node: Any) -> list[str]:
    return [n["$ref"] for n in schemas_in(node, merging=False) if isinstance(n.get("$ref"), str)]


def _resolved(schema: Any, reference: str) -> tuple[bool, Any]:
    if not reference.startswith("#/"):
        return False, None
    node = schema
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and name in node:
            node = node[name]
        elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            return False, None
    return True, node


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _circle(targets: dict[str, list[str]]) -> Iterator[Found]:
    done: set[str] = set()
    for start, found in targets.items():
        trail, on_trail, waiting = [start], {start}, [iter(found)]
        while waiting:
            name = next(waiting[-1], None)
            if name is None:
                done.add(trail[-1])
                on_trail.discard(trail.pop())
                waiting.pop()
            elif name in on_trail:
                chain = [*trail[trail.index(name) :], name]
                named = (step.rpartition("/")[2].replace("#", "root") for step in chain)
                yield Found("structured.circular", {"chain": " -> ".join(named)}, compiling=True)
                return
            elif name in targets and name not in done:
                trail.append(name)
                on_trail.add(name)
                waiting.append(iter(targets[name]))
