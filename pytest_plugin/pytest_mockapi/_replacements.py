"""Attributes of other modules that are replaced for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Replacements:
    """What was replaced, and what stood there before."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any, Any]] = []

    def replace(self, owner: Any, name: str, made: Callable[[Any], Any]) -> None:
        """Put `made(the present one)` in the place of an attribute."""
        present = getattr(owner, name)
        ours = made(present)
        self._replaced.append((owner, name, present, ours))
        setattr(owner, name, ours)

    def undo(self) -> None:
        """Put back what others have not replaced since; harmless the second time."""
        while self._replaced:
            owner, name, present, ours = self._replaced.pop()
            if getattr(owner, name) is ours:  # pytest-socket, for one, has put back its own by now
                setattr(owner, name, present)
