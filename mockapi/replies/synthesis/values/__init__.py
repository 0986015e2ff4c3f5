"""Values that satisfy a JSON Schema: the arguments of tool calls, and structured output."""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies.synthesis.values._check import Attempt, first_attempt, satisfying
    from mockapi.replies.synthesis.values._limits import Unsatisfiable
    from mockapi.replies.synthesis.values._strings import WORDS

__all__ = [
    "WORDS",
    "Attempt",
    "Unsatisfiable",
    "first_attempt",
    "satisfying",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_check": "Attempt first_attempt satisfying",
        "_limits": "Unsatisfiable",
        "_strings": "WORDS",
    },
)
