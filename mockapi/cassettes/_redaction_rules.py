"""What is kept and what is masked: the built-in rules, and those that a project adds.

A rule of a project's own that cannot be followed, because an expression takes too long or a
hook fails, makes redaction fail: what could not be looked at is not written.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockapi._expressions import ExpressionTooSlowError, expression
from mockapi.cassettes._kinds import PERSONAL, Find
from mockapi.cassettes._secrets import Secret, kind_finder, literal_finder, masked
from mockapi.errors import MockapiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mockapi.cassettes._secrets import Finder


class RedactionError(MockapiError):
    """A rule of a project's own could not be followed: nobody knows what a text holds."""


@dataclass(frozen=True, slots=True)
class RedactionRules:
    """What is kept and what is masked.

    Attributes:
        request_headers: names, in lower case, of request header fields kept besides the usual ones.
        response_headers: likewise of the response.
        patterns: regular expressions of text to mask, besides the built-in ones: the group
            `secret` if there is one, else all of the match.
        json_paths: RFC 9535 paths of values to mask whole, in request bodies, JSON responses and
            each event of a stream.
        hook: given a text, names the pieces of it to mask. It is called with every string.
        payload_limit: base64 payloads of at least so many characters, and parts of uploads of at
            least so many bytes, are kept as digests; None keeps them all.
        personal_data: whether e-mail addresses, phone and payment card numbers are masked too.
    """

    request_headers: frozenset[str] = frozenset()
    response_headers: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    json_paths: tuple[str, ...] = ()
    hook: Callable[[str], Iterable[str]] | None = None
    payload_limit: int | None = 4096
    personal_data: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether only the built-in patterns apply, which can be asked for cheaply."""
        return not (self.patterns or self.json_paths or self.hook or self.personal_data)

    def mask(self, text: str, found: list[Secret] | None = None, *, known: tuple[str, ...] = ()) -> str:
        """A decoded string with every secret masked.

        Args:
            text: the string.
            found: takes what was masked.
            known: secrets known to the letter, such as the key that came in the request's header.

        Raises:
            RedactionError: a rule of the project's own could not be followed.
        """
        return masked(text, found, self._own(known))

    def shown(self, text: str) -> str:
        """A line as it may be shown to people: masked, or withheld if nobody could look at it."""
        try:
            return self.mask(text)
        except RedactionError as error:
            return f"(not shown: {error})"

    def _own(self, known: tuple[str, ...]) -> tuple[Finder, ...]:
        finders = _finders(self.patterns, personal_data=self.personal_data)
        if self.hook is not None:
            finders = (_hook_finder(self.hook), *finders)
        if known:
            finders = (*finders, literal_finder(known, "a key that came in a header"))
        return finders


DEFAULT = RedactionRules()


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
