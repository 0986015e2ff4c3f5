"""No module is loaded twice in a run: neither by pytest run in pytest, nor by a test that takes one out.

A module that is loaded again has new classes. Whoever holds the old ones no longer catches what
the new ones raise: httpx, for one, maps httpcore's exceptions once, and with a second httpcore every
`except httpx.HTTPError` is passed by. Which test suffers depends on the order, so the one that
loads a module again is the one that fails.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

_CHECKOUT = Path(__file__).resolve().parents[2]
_PRODUCT = tuple(str(_CHECKOUT / folder) + "/" for folder in ("mockapi", "pytest_plugin", "tests"))


def is_guarded(file: str) -> bool:
    """Whether a module of this file may be loaded once only: the project's own, and all it depends on."""
    return (file.startswith(_PRODUCT) or "/site-packages/" in file) and not file.endswith("/__main__.py")


class ModuleGuard:
    """Watches what is loaded."""

    def __init__(self) -> None:
        self._runs: Counter[str] = Counter()
        self._again: list[str] = []
        self._known = sys.modules.copy()

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Count how often the code of a module is run, under whatever name: an audit hook."""
        if event != "exec":
            return
        code = arguments[0]
        if isinstance(code, CodeType) and code.co_name == "<module>" and is_guarded(code.co_filename):
            self._runs[code.co_filename] += 1
            if self._runs[code.co_filename] > 1:
                self._again.append(code.co_filename)

    def findings(self) -> list[str]:
        """What went wrong since the last call, a line each."""
        found = [f"{file} was loaded again" for file in self._again]
        self._again.clear()
        known, self._known = self._known, sys.modules.copy()
        if known != self._known:  # else nothing has changed, as after nearly every test
            found += [
                f"{name} was {'replaced in' if name in self._known else 'taken out of'} sys.modules"
                for name, module in known.items()
                if self._known.get(name) is not module and is_guarded(getattr(module, "__file__", None) or "")
            ]
        return found


_guard = ModuleGuard()


def pytest_configure() -> None:
    """Begin to watch. Python has no way to take an audit hook away: it lasts as long as the process."""
    sys.addaudithook(_guard.hear)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """A test that made a module load twice has failed."""
    yield
    if found := _guard.findings():
        pytest.fail("\n".join([f"{item.nodeid} tampered with modules:", *found]), pytrace=False)
