"""Masking by rules: who looks for secrets under the rules of a project, and what masks what they find."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from mockapi._expressions import ExpressionTooSlowError, expression
from mockapi.cassettes._kinds import PERSONAL, Find
from mockapi.cassettes._redaction_rules import RedactionError
from mockapi.cassettes._secrets import kind_finder, literal_finder, masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockapi.cassettes._redaction_rules import RedactionRules
    from mockapi.cassettes._secrets import Finder, Secret


def masked_by(rules: RedactionRules, text: str, found: list[Secret] | None, known: tuple[str, ...]) -> str:
    """A decoded string with every secret masked; see `RedactionRules.mask`."""
    return masked(text, found, _own(rules, known))


def _own(rules: RedactionRules, known: tuple[str, ...]) -> tuple[Finder, ...]:
    finders = _finders(rules.patterns, personal_data=rules.personal_data)
    if rules.hook is not None:
        finders = (_hook_finder(rules.hook), *finders)
    if known:
        finders = (*finders, literal_finder(known, "a key that came in a header"))
    return finders


@functools.lru_cache(maxsize=32)
def _finders(patterns: tuple[str, ...], *, personal_data: bool) -> tuple[Finder, ...]:
    own = tuple(map(_pattern_finder, patterns))
    return (*own, kind_finder(PERSONAL)) if personal_data else own


def _pattern_finder(pattern: str) -> Finder:
    compiled = expression(pattern)
    group = re.compile(pattern).groupindex.get("secret", 0)

    def look(text: str) -> Iterator[Find]:
        try:
            for match in compiled.finditer(text):
                start, end = match.span(group)
                if start < 0:  # the group stands in another branch of the expression
                    start, end = match.span()
                yield Find(start, end, "text that a rule of yours names")
        except ExpressionTooSlowError as error:
            raise RedactionError(str(error)) from error

    return look


def _hook_finder(hook: Callable[[str], Iterable[str]]) -> Finder:
    def look(text: str) -> Iterator[Find]:
        try:
            pieces = sorted(set(hook(text)), key=len, reverse=True)
        except Exception as error:  # whatever it is, nobody has looked
            raise RedactionError(f"the redaction hook failed: {type(error).__name__}") from error
        yield from literal_finder(tuple(filter(None, pieces)), "what your hook names")(text)

    return look
