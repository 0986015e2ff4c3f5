"""What an expression matches, asked of the implementation that makes the final check, in bounded time."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from mockapi.replies.synthesis.values._limits import Unsatisfiable

if TYPE_CHECKING:
    from collections.abc import Callable

BACKTRACKS: Final = 100_000
"""Steps back after which a text counts as one that does not match."""
_MEMBERS: Final = 64
_SAMPLED: Final = (
    *((0x21, 0x7F), (0x20, 0x21), (0xA0, 0x3200), (0x4E00, 0x4E80), (0xA000, 0xA0A0), (0xAC00, 0xAC80)),
    *((0, 0x20), (0x7F, 0xA0), (0xE000, 0xE010), (0xFE00, 0x10000), (0x1F300, 0x1F700), (0xE0100, 0xE0110)),
)


def found_in(pattern: str, text: str) -> bool:
    """Whether a `pattern` of a schema is found in a text, as the final check sees it.

    Raises:
        Unsatisfiable: it is not a regular expression.
    """
    return _searcher(pattern)(text)


@lru_cache(maxsize=128)
def members(escape: str) -> tuple[tuple[int, int], ...]:
    r"""Characters that an escape such as \p{Lu} or \P{L} stands for: the first ones, ASCII before others.

    Raises:
        Unsatisfiable: the escape is unknown, or matches no character that was tried.
    """
    is_member = _searcher(f"^{escape}$")
    points = (point for start, end in _SAMPLED for point in range(start, end) if is_member(chr(point)))
    found = tuple((point, point) for point in islice(points, _MEMBERS))
    if not found:
        raise Unsatisfiable(f"its pattern has {escape}, of which no character is known here")
    return found


@lru_cache(maxsize=512)
def _searcher(pattern: str) -> Callable[[str], bool]:
    import jsonschema_rs  # noqa: PLC0415 - heavy, and not every request needs it

    try:
        return jsonschema_rs.validator_for(
            {"pattern": pattern},
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACKS),
        ).is_valid
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise Unsatisfiable(
            f"its pattern {pattern[:60]!r} is not a regular expression: {error!s:.100}"
        ) from None
