"""Imports point one way, from the doors to the core, past no package's face, and in no circle."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import mockapi
from tests.support.each import each
from tests.support.imports import (
    Import,
    all_imports,
    circles,
    files,
    layer_of,
    module_of,
    reaches,
)

PACKAGE = Path(mockapi.__file__).parent
CHECKOUT = Path(__file__).resolve().parents[1]
BESIDE_THE_LIBRARY = ("tests", "tools", "benchmarks", ".ci")
LAYERS = {
    "sse": 0,
    "eventstream": 0,
    "messages": 1,
    "cassettes": 2,
    "validation": 2,
    "replies": 3,
    "storage": 4,
    "sessions": 5,
    "inspector": 6,
    "report": 7,
    "server": 7,
    "testing": 8,
    "nodes": 8,
    "cluster": 9,
    "cli": 10,
}
"""Each may import from those with a smaller number, and from what lies at the top."""
CASE_SERVER = {"mockapi.fuzzing._case_server"}
BESIDE = {"fuzzing"}
"""Uses the core; nothing but the command line uses it."""
INNER = {"sse", "eventstream", "messages", "cassettes", "validation", "replies"}
OUTSIDE_WORLD = {
    "asyncio", "httpx", "multiprocessing", "os", "pathlib.Path", "platformdirs", "requests", "secrets",
    "select", "shutil", "signal", "socket", "starlette", "subprocess", "tempfile", "threading", "time",
    "urllib.request", "uvicorn",
}  # fmt: skip
WITHOUT_SOCKETS = {"asyncio.start_server", "httpx", "socket", "starlette", "uvicorn"}
FORBIDDEN_CALLS = {"open", "print", "input", "uuid4", "urandom"}
CLOCKS = {"now", "utcnow", "today"}
DICE = {"random", "randint", "choice", "choices", "shuffle", "sample", "randbytes", "getrandbits"}
"""Of the module `random`, whose state is global; a `random.Random` with a seed is a value."""
MAY_CALL = re.compile(rf"\b(?:{'|'.join(sorted(FORBIDDEN_CALLS | CLOCKS | DICE))})\b")
"""What stands in a file that calls one of them: most do not have the word, and need not be parsed."""


def target_layer(name: str) -> str | None:
    """The layer of the library that an import reaches into, if any."""
    parts = name.split(".")
    if parts[0] != "mockapi" or len(parts) < 2:
        return None
    return parts[1] if parts[1] in LAYERS.keys() | BESIDE else None


def names(item: Import, outside: set[str]) -> bool:
    """Whether an import names one of some modules, or something in them."""
    return any(item.name == name or item.name.startswith(f"{name}.") for name in outside)


def test_every_folder_has_its_place() -> None:
    """A new package must be put into the table above."""
    found = {layer_of(module) for module in map(module_of, files()) if module.startswith("mockapi")} - {""}
    assert found <= LAYERS.keys() | BESIDE, found


@each("layer", LAYERS)
def test_imports_point_to_the_core(layer: str) -> None:
    """Never from the core to the doors, not even late or for types."""
    wrong = [
        item
        for item in all_imports(layer)
        if (target := target_layer(item.name)) is not None
        and target != layer
        and (LAYERS[target] >= LAYERS[layer] if target in LAYERS else layer != "cli")
    ]
    assert wrong == []


def test_what_lies_at_the_top_needs_no_layer() -> None:
    """Values, errors and JSON are for all; only the package itself and its entry point name others."""
    wrong = [
        item
        for item in all_imports("")
        if target_layer(item.name) is not None and item.module not in {"mockapi", "mockapi.__main__"}
    ]
    assert wrong == []


def test_fuzzing_uses_the_core_only() -> None:
    """Cases and judges are values; only the case server, which plays them to a client, uses the server."""
    wrong = [
        item
        for item in all_imports("fuzzing")
        if item.module not in CASE_SERVER
        and (target := target_layer(item.name)) is not None
        and LAYERS.get(target, 0) >= LAYERS["storage"]
    ]
    assert wrong == []


def test_no_circle() -> None:
    """No file needs itself by way of others; imports for types and late ones count."""
    assert circles() == []


def test_no_import_reaches_past_a_face() -> None:
    """What others may use stands in a package's `__init__`, or is a module that its `__all__` names."""
    assert reaches() == []


@each("layer", sorted(INNER))
def test_inner_layers_do_not_touch_the_outside_world(layer: str) -> None:
    """They take values and return values: no file, no socket, no clock, no thread."""
    assert [item for item in all_imports(layer) if not item.for_types and names(item, OUTSIDE_WORLD)] == []


@each("layer", ["storage", "sessions"])
def test_what_answers_needs_no_socket(layer: str) -> None:
    """Neither files nor sessions know HTTP servers, clients or sockets."""
    assert [item for item in all_imports(layer) if names(item, WITHOUT_SOCKETS)] == []


@each("layer", sorted(INNER))
def test_inner_layers_open_nothing_ask_no_clock_and_throw_no_dice(layer: str) -> None:
    """Neither `open` nor `print` nor `datetime.now` nor the global `random`: same values, same reply."""
    wrong = []
    for file in files():
        text = file.read_text("utf-8")
        if layer_of(module_of(file)) == layer and MAY_CALL.search(text):
            wrong += [
                f"{file}:{node.lineno}: {ast.unparse(node.func)}"
                for node in ast.walk(ast.parse(text))
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
    """At most 400 lines, in tests and tools as in the library."""
    beside = [file for folder in BESIDE_THE_LIBRARY for file in (CHECKOUT / folder).rglob("*.py")]
    assert Path(__file__).resolve() in beside
    too_long = [file for file in (*files(), *beside) if file.read_text("utf-8").count("\n") > 400]
    assert [str(file) for file in too_long] == []
