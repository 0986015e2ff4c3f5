"""Keywords of the methods that say replies, checked where they are called.

These methods hand their keywords on to one another. Python would name the one at the end of that way,
which nobody has called.
"""

from __future__ import annotations

import difflib
import inspect
from typing import TYPE_CHECKING, Any

from mockapi.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def check_keywords(
    called: str, given: Mapping[str, Any], taken_by: Callable[..., Any], *, otherwise: str = ""
) -> None:
    """Refuse a keyword that a method would not know what to do with.

    Args:
        called: the name of the method that was called.
        given: its keywords.
        taken_by: the method that they are handed on to.
        otherwise: what to do instead, if no keyword is near.

    Raises:
        UsageError: one that does not exist; the nearest is named.
    """
    if not given:
        return
    known = [
        parameter.name
        for parameter in inspect.signature(taken_by).parameters.values()
        if parameter.name != "self" and parameter.kind is not parameter.VAR_POSITIONAL
    ]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            remedy = f"Did you mean {near[0]}=?" if near else otherwise or f"There are {', '.join(known)}."
            raise UsageError(f"{called}() has no argument {name!r}. {remedy}")
