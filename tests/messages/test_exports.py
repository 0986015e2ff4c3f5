"""What the core exports."""

from __future__ import annotations

from types import ModuleType

import pytest

import mockapi.messages
import mockapi.sse

MAKES_LATE = {"TYPE_CHECKING", "lazy_exports"}  # what a package needs to import its names when they are used


@pytest.mark.parametrize("package", [mockapi.sse, mockapi.messages])
def test_all_is_true_and_sorted(package: ModuleType) -> None:
    """`__all__` names what is there, each once, constants and classes first."""
    names = package.__all__
    assert [name for name in names if not hasattr(package, name)] == []
    public = [name for name in vars(package) if not name.startswith("_") and name not in MAKES_LATE]
    shown = {name for name in names if not isinstance(getattr(package, name), ModuleType)}
    assert {name for name in public if not isinstance(getattr(package, name), ModuleType)} == shown
    assert len(set(names)) == len(names)
