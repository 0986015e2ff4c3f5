"""A secret that stands beside the id that it belongs to: `AKIA… VALUE`, `client("AC…", "VALUE")`.

The id is public and has a form of its own; what follows it, in the form of its secret, needs no name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._values import Place, is_credential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_JOINT = (
    r"(?:[^\w/+*]|\\{1,7}[nt]){1,12}"
    r"(?:20[0-9]{2}-[0-9T:.+Z-]{6,30}(?:[^\w/+]|\\{1,7}[nt]){1,8})?"  # when it was made
    r"(?:(?i:secret|auth|token|key|and)[ :=]{1,3}){0,3}"
)
_DIGEST = re.compile(r"[0-9a-f]{40}")


class Pair(NamedTuple):
    """An id and its secret.

    Attributes:
        marks: how the id begins.
        rest: what else it is made of, also where it is masked.
        secret: how the secret goes.
    """

    marks: tuple[str, ...]
    rest: str
    secret: str


PAIRS: tuple[Pair, ...] = (
    Pair(("AKIA", "ASIA"), r"[A-Z0-9*]{16}", r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"),
    Pair(("LTAI",), r"[A-Za-z0-9*]{12,26}", r"[A-Za-z0-9]{30}(?![A-Za-z0-9])"),
    Pair(("AKID",), r"[A-Za-z0-9*]{32}", r"[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    Pair(("AC", "SK"), r"[0-9a-f*]{32}", r"[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
)


def _finder(mark: str, pair: Pair) -> Callable[[str], Iterator[Find]]:
    pattern = re.compile(rf"{mark}{pair.rest}(?![A-Za-z0-9*]){_JOINT}(?P<secret>{pair.secret})")

    def look(text: str) -> Iterator[Find]:
        for found in pattern.finditer(text):
            value = found["secret"]
            if is_credential(value, Place.QUOTED) and _DIGEST.fullmatch(value) is None:
                yield Find(*found.span("secret"), "a secret beside its id")

    return look


PAIR_FINDERS = tuple((mark, _finder(mark, pair)) for pair in PAIRS for mark in pair.marks)
"""What must stand in a text for a pair to be there, and who looks for it."""
