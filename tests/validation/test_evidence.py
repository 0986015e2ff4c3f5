"""The public record: what the API was seen to refuse and to take, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.evidence import request_of, verdict
from tests.support.validation import LIVE
from tools import evidence

if TYPE_CHECKING:
    from mockapi.validation import Validator

EXCEPTIONS: dict[str, str] = {
    "svc_previous_message_id_shape": "the official client's own suite sends other texts",
    "recorded_bad_key_2026_08": "any credential that is not empty is valid, unless a session lists it",
    "recorded_bad_key_streamed": "as above",
    "svc_oauth_access_token_invalid": "as above",
    "content_file_not_found_backticks": "the endpoint answers it, in these words; validation takes every id",
    "thr_file_id_prefix": "as above",
    "content_skill_folder_name_mismatch": "mockapi has no /v1/skills",
    "content_skill_no_files": "as above",
    "thr_skill_files_not_upload": "as above",
    "thr_image_input_unsupported": "of the model's first months; since 2025 it takes images",
    "thr_fallback_target_invalid": "the same request was taken for others: targets differ by organization",
    "thr_speed_unsupported_suffix": "another row has the words for this model without the second sentence",
}
"""Rows that come out differently, and why."""


def _judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that a request alone decides."""
    return [row for row in rows if "unjudged" not in row]


REFUSED = _judged(evidence.refusals())
TAKEN = _judged(evidence.acceptances())


def _differs(row: dict[str, Any], validator: Validator) -> str | None:
    """What the validator says instead, None if it says what the row does."""
    refusal = validator.check(request_of(row))
    if "message" in row:
        return None if verdict(row, refusal) == "exact" else f"{refusal}"
    return None if refusal is None else refusal.message


@pytest.mark.parametrize("area", sorted({row["area"] for row in [*REFUSED, *TAKEN]}))
def test_as_recorded(area: str) -> None:
    """What the API refused is refused in its words, what it took is taken, but for listed exceptions."""
    rows = [row for row in [*REFUSED, *TAKEN] if row["area"] == area]
    differing = {row["id"]: said for row in rows if (said := _differs(row, LIVE)) is not None}
    excepted = {row["id"] for row in rows} & EXCEPTIONS.keys()
    assert {name: said for name, said in differing.items() if name not in excepted} == {}
    assert excepted <= differing.keys(), "an exception is out of date"


def test_exceptions_are_rows() -> None:
    """Every exception is about a row that is judged here."""
    assert EXCEPTIONS.keys() <= {row["id"] for row in [*REFUSED, *TAKEN]}
