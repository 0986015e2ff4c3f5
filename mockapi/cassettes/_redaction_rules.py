"""What redaction keeps and masks: the built-in rules, and those that a project adds."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockapi.cassettes._kinds import KINDS, SecretKind
from mockapi.cassettes._secrets import Secret, masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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
    """

    request_headers: frozenset[str] = frozenset()
    response_headers: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    json_paths: tuple[str, ...] = ()
    hook: Callable[[str], Iterable[str]] | None = None
    payload_limit: int | None = 4096

    @property
    def is_plain(self) -> bool:
        """Whether only the built-in patterns apply, which can be asked for cheaply."""
        return not (self.patterns or self.json_paths or self.hook)

    def mask(self, text: str, found: list[Secret] | None = None) -> str:
        """A decoded string with every secret masked."""
        if self.is_plain:
            return masked(text, found=found)
        kinds = _kinds(self.patterns)
        while True:
            before = text
            for piece in sorted(set(self.hook(text)), key=len, reverse=True) if self.hook else ():
                own = SecretKind("what your hook names", re.escape(piece))
                text = masked(text, (own,), found) if piece else text
            text = masked(text, kinds, found)
            if text == before:
                return text


DEFAULT = RedactionRules()


@functools.lru_cache(maxsize=32)
def _kinds(patterns: tuple[str, ...]) -> tuple[SecretKind, ...]:
    own = (SecretKind("text that a rule of yours names", pattern) for pattern in patterns)
    return (*own, *KINDS)
