"""Imports point one way, from the doors to the core, and the inner layers do no I/O."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import mockapi

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(mockapi.__file__).parent
LAYERS = {
    "sse": 0,
    "messages": 1,
    "cassettes": 2,
    "validation": 2,
    "replies": 3,
    "server": 4,
    "testing": 4,
    "cli": 5,
}
"""Each may import from those with a smaller number, and from what lies at the top."""
ONE_DOOR = {"server", "testing"}
"""A running server hands out the handles that tests hold, and these are made of the server."""
FUZZING_STAGE = {"fuzzing/_stage.py"}
BESIDE = {"fuzzing"}
"""Uses the core; nothing but the command line uses it."""
INNER = {"sse", "messages", "cassettes", "validation", "replies"}
OUTSIDE_WORLD = {
    "asyncio", "httpx", "multiprocessing", "os", "pathlib.Path", "platformdirs", "requests", "secrets",
    "select", "shutil", "signal", "socket", "starlette", "subprocess", "tempfile", "threading", "time",
    "urllib.request", "uvicorn",
}  # fmt: skip
FORBIDDEN_CALLS = {"open", "print", "input", "uuid4", "urandom"}
CLOCKS = {"now", "utcnow", "today"}
DICE = {"random", "randint", "choice", "choices", "shuffle", "sample", "randbytes", "getrandbits"}
"""Of the module `random`, whose state is global; a `random.Random` with a seed is a value."""


class Import(NamedTuple):
    """One import of one file."""

    file: str
    line: int
    name: str
    for_types: bool


def files() -> list[Path]:
    """Every Python file of the library."""
    return sorted(PACKAGE.rglob("*.py"))


def layer_of(file: Path) -> str:
    """The folder right below the package; empty for the modules at its top."""
    parts = file.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


@cache
def imports(file: Path) -> tuple[Import, ...]:
    """What a file imports, wherever it does."""
    found = []
    tree = ast.parse(file.read_text("utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            assert isinstance(node, ast.stmt)
            found.append(Import(str(file.relative_to(PACKAGE)), node.lineno, name, id(node) in for_types))
    return tuple(found)


def all_imports(layer: str) -> Iterator[Import]:
    """What the files of a layer import."""
    for file in files():
        if layer_of(file) == layer:
            yield from imports(file)


def target_layer(name: str) -> str | None:
    """The layer of the library that an import reaches into, if any."""
    parts = name.split(".")
    if parts[0] != "mockapi" or len(parts) < 2:
        return None
    return parts[1] if parts[1] in LAYERS.keys() | BESIDE else None


def test_every_folder_has_its_place() -> None:
    """A new package must be put into the table above."""
    found = {layer_of(file) for file in files()} - {""}
    assert found <= LAYERS.keys() | BESIDE, found


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_to_the_core(layer: str) -> None:
    """Never from the core to the doors, not even late or for types."""
    wrong = [
        item
        for item in all_imports(layer)
        if (target := target_layer(item.name)) is not None
        and target != layer
        and not {target, layer} <= ONE_DOOR
        and (LAYERS[target] >= LAYERS[layer] if target in LAYERS else layer != "cli")
    ]
    assert wrong == []


def test_what_lies_at_the_top_needs_no_layer() -> None:
    """Values, errors and JSON are for all; only the package itself and its entry point name others."""
    wrong = [
        item
        for item in all_imports("")
        if target_layer(item.name) is not None and item.file not in {"__init__.py", "__main__.py"}
    ]
    assert wrong == []


def test_fuzzing_uses_the_core_only() -> None:
    """Cases and judges are values; only the stage, which plays them to a client, stands on the server."""
    wrong = [
        item
        for item in all_imports("fuzzing")
        if item.file not in FUZZING_STAGE
        and (target := target_layer(item.name)) is not None
        and LAYERS.get(target, 0) >= LAYERS["server"]
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", sorted(INNER))
def test_inner_layers_do_not_touch_the_outside_world(layer: str) -> None:
    """They take values and return values: no file, no socket, no clock, no thread."""
    wrong = [
        item
        for item in all_imports(layer)
        if not item.for_types
        and any(item.name == name or item.name.startswith(f"{name}.") for name in OUTSIDE_WORLD)
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", sorted(INNER))
def test_inner_layers_open_nothing_ask_no_clock_and_throw_no_dice(layer: str) -> None:
    """Neither `open` nor `print` nor `datetime.now` nor the global `random`: same values, same reply."""
    wrong = []
    for file in files():
        if layer_of(file) == layer:
            tree = ast.parse(file.read_text("utf-8"))
            wrong += [
                f"{file}:{node.lineno}: {ast.unparse(node.func)}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and _is_forbidden(node.func)
            ]
    assert wrong == []


def _is_forbidden(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in FORBIDDEN_CALLS
    if not isinstance(called, ast.Attribute):
        return False
    if isinstance(called.value, ast.Name) and called.value.id == "random":
        return called.attr in DICE
    return called.attr in CLOCKS


def test_files_are_of_a_size_that_one_can_read() -> None:
    """None is longer than 500 lines."""
    assert [str(file) for file in files() if file.read_text("utf-8").count("\n") > 500] == []
