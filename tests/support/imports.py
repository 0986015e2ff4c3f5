"""What the files of the project import from each other, read from their syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import mockapi
import pytest_mockapi

ROOTS = (Path(mockapi.__file__).parent, Path(pytest_mockapi.__file__).parent)


class Import(NamedTuple):
    """One import of one file.

    Attributes:
        module: whose file it stands in.
        line: where.
        name: what is imported, with the module that it is imported from.
        for_types: whether only type checkers see it.
    """

    module: str
    line: int
    name: str
    for_types: bool


@cache
def files() -> tuple[Path, ...]:
    """Every Python file of the library and the plugin."""
    return tuple(sorted(file for root in ROOTS for file in root.rglob("*.py")))


def module_of(file: Path) -> str:
    """The dotted name of a file; a package's for its `__init__`."""
    root = next(root for root in ROOTS if root in file.parents)
    parts = file.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@cache
def modules() -> dict[str, Path]:
    """Every module and its file."""
    return {module_of(file): file for file in files()}


def is_face(module: str) -> bool:
    """Whether a module is a package's `__init__`."""
    return modules()[module].name == "__init__.py"


def package_of(module: str) -> str:
    """The package that a module lies in; a package lies in itself."""
    return module if is_face(module) else module.rpartition(".")[0]


def layer_of(module: str) -> str:
    """The folder right below the library; empty for the modules at its top."""
    parts = package_of(module).split(".")
    return parts[1] if len(parts) > 1 else ""


@cache
def imports(module: str) -> tuple[Import, ...]:
    """What a module imports, at its top, late or for types."""
    nodes = list(ast.walk(ast.parse(modules()[module].read_text("utf-8"))))
    for_types = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [Import(module, node.lineno, name, id(node) in for_types) for name in names]
    return tuple(found)


def all_imports(layer: str) -> tuple[Import, ...]:
    """What the files of a layer of the library import."""
    ours = (name for name in modules() if name.split(".")[0] == "mockapi" and layer_of(name) == layer)
    return tuple(item for module in ours for item in imports(module))


def _home(name: str) -> str | None:
    """The module that an imported name leads to: followed through the faces that hand it on."""
    seen = set()
    while name not in seen:
        seen.add(name)
        if name in modules():
            return name
        holder, _, attribute = name.rpartition(".")
        if holder not in modules():
            return None
        if not is_face(holder):
            return holder
        handed_on = (item.name for item in imports(holder) if item.name.rpartition(".")[2] == attribute)
        name = next(handed_on, holder)
    return None


def circles() -> list[str]:
    """A circle of files, if there is any; faces are passed through, not counted."""
    graph: dict[str, set[str]] = {}
    for module in modules():
        if not is_face(module):
            homes = {_home(item.name) for item in imports(module)} - {None, module}
            graph[module] = {home for home in homes if home is not None and not is_face(home)}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@cache
def _shown(package: str) -> frozenset[str]:
    """The strings of a package's `__all__`."""
    for node in ast.parse(modules()[package].read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and any(
            getattr(name, "id", "") == "__all__" for name in node.targets
        ):
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def reaches() -> list[Import]:
    """The imports of a file that lies inside another package and is not shown there."""
    found = []
    for module in modules():
        inside = f"{package_of(module)}."
        for item in imports(module):
            named = item.name if item.name in modules() else item.name.rpartition(".")[0]
            if named not in modules() or is_face(named):
                continue
            holder, _, file = named.rpartition(".")
            if holder != "mockapi" and not inside.startswith(f"{holder}.") and file not in _shown(holder):
                found.append(item)
    return found
