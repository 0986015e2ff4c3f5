"""Requests that are refused, with the API's words: one table for every test of the rules.

Each case breaks one rule. The bodies were written for these tests.
"""

from __future__ import annotations

from tests.support.refused import (
    chat,
    content,
    edge,
    fields,
    models,
    parameters,
    rounds,
    schemas,
    sources,
    summaries,
    tooling,
)
from tests.support.refused._case import Case

CASES: tuple[Case, ...] = (
    *edge.CASES,
    *fields.CASES,
    *content.CASES,
    *rounds.CASES,
    *tooling.CASES,
    *schemas.CASES,
    *parameters.CASES,
    *models.CASES,
    *sources.CASES,
    *summaries.CASES,
    *chat.CASES,
)
"""All of them."""

__all__ = ["CASES", "Case"]
