"""What a validator answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error the API would answer.

    Attributes:
        status: HTTP status.
        type: error type, as in the body.
        message: the API's words.
        rule: id of the rule that refused.
        hint: what a person may want to know besides, or None.
        pointer: JSON pointer to the fault in the body, None if it is not in the body.
        details: what the body's `error.details` hold, `error_code` first; None if it has none.
    """

    status: int
    type: str
    message: str
    rule: str
    hint: str | None = None
    pointer: str | None = None
    details: Mapping[str, object] | None = None
