"""What is kept and what is masked: the built-in rules, and those that a project adds.

Values only. What finds and masks the secrets (`_secrets`, `_own_rules`) goes by tables that cost 40 ms to
load; a replay that finds every request as it came never needs them.

A rule of a project's own that cannot be followed, because an expression takes too long or a
hook fails, makes redaction fail: what could not be looked at is not written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mockapi import cassettes
from mockapi.errors import MockapiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockapi.cassettes._secrets import Secret


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
        return cassettes.masked_by(self, text, found, known)

    def prepare(self) -> None:
        """Load and compile what finds secrets: 0.2 s that a stream would wait for later."""
        self.shown(_LIKE_A_KEY)

    def shown(self, text: str) -> str:
        """A line as it may be shown to people: masked, or withheld if nobody could look at it."""
        try:
            return self.mask(text)
        except RedactionError as error:
            return f"(not shown: {error})"


_LIKE_A_KEY: Final = "sk-ant-" + "0123456789abcdef" * 4
DEFAULT: Final[RedactionRules] = RedactionRules()
