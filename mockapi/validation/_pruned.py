"""A body without its unknown fields, for the rules to look at.

When all faults of a body are named, the rules run although fields were unknown. They may read a
field of that name elsewhere, where the schemas vouch for its type; here nothing does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def without(body: Any, pointers: Iterable[str]) -> Any:
    """A copy of `body` without what the JSON pointers name; the rest is shared, not copied.

    Each pointer names a member of an object.
    """
    copies: dict[int, Any] = {}
    body = _copied(body, copies)
    for pointer in pointers:
        *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
        at = body
        for step in steps:
            key = int(step) if isinstance(at, list) else step
            at[key] = _copied(at[key], copies)
            at = at[key]
        at.pop(last, None)
    return body


def _copied(container: Any, copies: dict[int, Any]) -> Any:
    """A container's own copy, made once."""
    if id(container) in copies:
        return container
    copy = container.copy()
    copies[id(copy)] = copy
    return copy
