"""The public record: what the API was seen to refuse and to take, as far as rules were written from it.

Only the half `writing` is read here. The other half judges the rules (`benchmarks/evidence.py`), and
nobody who writes rules reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.evidence import request_of, verdict
from tests.support.validation import LIVE
from tools import evidence

if TYPE_CHECKING:
    from mockapi.validation import Validator

EXCEPTIONS: dict[str, str] = {
    "content_image_oversized_error_count_tokens": "the setting oversized_image is not judged",
    "svc_count_thinking_empty": "an empty signature is what is named",
    "svc_ok_version_2023_01_01": "the version header of 2023 is not taken",
    "recorded_count_tokens_adaptive_tool_choice_any": "thinking with a forced tool",
    "recorded_thinking_adaptive_tool_choice_any": "thinking with a forced tool",
    "svc_ok_forced_tool_adaptive_opus46": "thinking with a forced tool",
    "svc_ok_forced_tool_adaptive_opus5": "thinking with a forced tool",
    "recorded_top_p_top_k_minus_one": "top_p",
    "grep_ok_fallback_block_without_header": "the block is known with the beta of fallbacks alone",
}
"""Rows that come out differently, and why."""

AREAS = frozenset({"structured_outputs", "tools", "tool_search", "tool_conversation", "count_tokens"})
"""The areas whose refusals are compared."""


def _judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that a request alone decides."""
    return [row for row in rows if "unjudged" not in row]


REFUSED = [
    row
    for row in _judged(evidence.refusals())
    if row["area"] in AREAS and evidence.half(row["message"]) == "writing"
]
TAKEN = _judged(evidence.acceptances())


def _differs(row: dict[str, Any], validator: Validator) -> str | None:
    """What the validator says instead, None if it says what the row does."""
    refusal = validator.check(request_of(row))
    if "message" in row:
        return None if verdict(row, refusal) == "exact" else f"{refusal}"
    return None if refusal is None else refusal.message


@pytest.mark.parametrize("row", [*REFUSED, *TAKEN], ids=lambda row: row["id"])
def test_as_recorded(row: dict[str, Any]) -> None:
    """What the API refused is refused in its words, what it took is taken, but for listed exceptions."""
    assert (_differs(row, LIVE) is not None) == (row["id"] in EXCEPTIONS)


def test_exceptions_are_rows() -> None:
    """Every exception is about a row that is judged here."""
    assert EXCEPTIONS.keys() <= {row["id"] for row in [*REFUSED, *TAKEN]}
