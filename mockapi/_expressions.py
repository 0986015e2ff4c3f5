"""Regular expressions that people write themselves, run so that they cannot stall a server.

RE2 takes time in proportion to the text whatever the expression. It runs what it compiles, on
texts where it means the same as Python's `re`: printable ASCII, no `$` (which stands before a
last line end too). All else runs on `regex` with a time limit. RE2 is an extra
(`messages-mockapi[linear]`): it has no wheel for some platforms; without it the limit holds alone.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from mockapi._clock import monotonic
from mockapi.errors import TooSlowError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 0.25
_SECONDS_PER_CHARACTER = 2e-7
_LEAST_SECONDS = 1e-3
_MEANS_MORE_ELSEWHERE = re.compile(r"[^\t\n\r -~]")


class ExpressionTooSlowError(TooSlowError):
    """An expression, or a JSON path, took too long on what it was applied to."""


class Patience:
    """What expressions may take together: many texts must not each take as long as one may.

    Args:
        seconds: that are left.
    """

    def __init__(self, seconds: float = 4 * _SECONDS) -> None:
        self.left = seconds


class Expression:
    """A regular expression of a user's.

    Args:
        source: in the syntax of Python's `re`.

    Raises:
        re.error: it has no such syntax.
    """

    def __init__(self, source: str) -> None:
        re.compile(source)
        self.source = source
        self._linear = None if "$" in source else _linear(source)
        self._limited: Any = None

    def finditer(self, text: str, patience: Patience | None = None) -> Iterator[Any]:
        """The matches in a text, as of `re`.

        Args:
            text: what is searched.
            patience: what it may take, and others on other texts; without it what one text may take.

        Raises:
            ExpressionTooSlowError: it took too long.
        """
        if self._linear is not None and not _MEANS_MORE_ELSEWHERE.search(text):
            yield from self._linear.finditer(text)
            return
        limit = _SECONDS + _SECONDS_PER_CHARACTER * len(text)
        if patience is not None:
            limit = max(min(limit, patience.left + _SECONDS_PER_CHARACTER * len(text)), _LEAST_SECONDS)
        began = monotonic()
        try:
            yield from self._compiled().finditer(text, timeout=limit)
            if patience is not None:
                patience.left -= monotonic() - began
        except TimeoutError:
            raise ExpressionTooSlowError(
                f"the expression {self.source!r} takes too long on a text of {len(text):,} characters:"
                " repeat nothing that repeats, as in (a+)+"
            ) from None

    def is_in(self, text: str, patience: Patience | None = None) -> bool:
        """Whether a text has a match; arguments and errors as of `finditer`."""
        return any(True for _ in self.finditer(text, patience))

    def replaced(self, text: str, replacement: str, patience: Patience | None = None) -> str:
        """A text with each match replaced by a text; arguments and errors as of `finditer`."""
        pieces: list[str] = []
        at = 0
        for match in self.finditer(text, patience):
            start, end = match.span()
            pieces += (text[at:start], replacement)
            at = end
        return "".join(pieces) + text[at:] if pieces else text

    def _compiled(self) -> Any:
        if self._limited is None:
            import regex  # noqa: PLC0415 - costs 20 ms, and few people have expressions of their own

            self._limited = regex.compile(self.source, regex.VERSION0)
        return self._limited


@functools.lru_cache(maxsize=256)
def expression(source: str) -> Expression:
    """An expression, compiled once."""
    return Expression(source)


def _linear(source: str) -> Any:
    """The expression as RE2 compiles it; None if it cannot, or is not installed."""
    try:
        import re2  # noqa: PLC0415 - as above
    except ImportError:
        return None
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(source, options)
    except re2.error:
        return None
