"""Every public name is there, is what its package says, and costs nothing before it is used."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import types
from typing import TYPE_CHECKING

import pytest

import mockapi
from tests.support.each import each

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAVY = (
    "anthropic", "asyncio", "click", "httpx", "hypothesis", "jsonpath", "jsonschema", "jsonschema_rs",
    "orjson", "rich", "starlette", "uvicorn", "uvloop", "yaml",
)  # fmt: skip


RENAMED = (
    ("mockapi.validation", "Settings", "ValidationSettings"),
    ("mockapi.replies.faults", "late", "delay"),
    ("mockapi.testing", "Asked", "ParsedRequest"),
    ("mockapi.testing", "Received", "ReceivedRequest"),
)


def modules() -> Iterator[str]:
    """Every module of the library that can be imported without running it."""
    yield "mockapi"
    for found in pkgutil.walk_packages(mockapi.__path__, "mockapi."):
        # A driver is a program for a parser of somebody else, which need not be installed.
        if found.name != "mockapi.__main__" and not found.name.startswith("mockapi.fuzzing.drivers."):
            yield found.name


def exporting() -> Iterator[str]:
    """The modules that say what they export."""
    for name in modules():
        if hasattr(importlib.import_module(name), "__all__"):
            yield name


@each("name", list(exporting()))
def test_every_exported_name_is_there_once_and_documented(name: str) -> None:
    """`__all__` is sorted, without doubles, true; classes and functions say what they are."""
    module = importlib.import_module(name)
    exported = module.__all__
    assert len(set(exported)) == len(exported)
    assert exported == sorted(exported, key=_isort)
    for public in exported:
        value = getattr(module, public)
        if isinstance(value, type | types.FunctionType):
            assert value.__doc__, f"{name}.{public} has no docstring"


def _isort(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as the linter sorts them."""
    return (0 if name.isupper() else 1 if name.lstrip("_")[0].isupper() else 2, name)


@each("name", list(modules()))
def test_every_module_opens_with_what_it_is(name: str) -> None:
    """A module's docstring is its rules and theory."""
    module = importlib.import_module(name)
    assert module.__doc__, name


def test_a_lazy_name_is_the_object_of_its_home() -> None:
    """What `mockapi` looks up when it is first used is the same object as in the module that has it."""
    for name in mockapi.__all__:
        value = getattr(mockapi, name)
        home = getattr(value, "__module__", None)
        if home is not None:
            assert value is getattr(importlib.import_module(home), name)
    assert dir(mockapi) == mockapi.__all__


def test_a_renamed_name_works_and_warns() -> None:
    """An old public name is the new one's object, and says what it is called now."""
    for module, old, new in RENAMED:
        with pytest.warns(DeprecationWarning, match=f"is called {new} now"):
            value = getattr(importlib.import_module(module), old)
        assert value is getattr(importlib.import_module(module), new)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """In the words that Python uses."""
    with pytest.raises(AttributeError, match="module 'mockapi' has no attribute 'Sever'"):
        mockapi.__getattr__("Sever")


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import mockapi", set()),
        ("import mockapi.errors", set()),
        ("import mockapi.sse", set()),
        ("import mockapi.cli", {"click"}),
        ("import mockapi.exchange", {"orjson"}),
        ("import mockapi.cassettes", {"orjson", "yaml"}),
    ],
)
def test_importing_costs_only_what_is_used(statement: str, allowed: set[str]) -> None:
    """Test runs that do not use mockapi must not pay for it, nor `mockapi --help` for the server."""
    code = f"import sys; {statement}; print(*sorted(sys.modules.keys() & {set(HEAVY)!r}))"
    # -S leaves out site: a .pth file of some other package may import anything.
    code = f"import sys; sys.path[:] = {sys.path!r}; {code}"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= allowed
