"""Requests for tests of the validator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from mockapi.exchange import Request
from mockapi.validation import ValidationSettings, Validator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.validation import Refusal
    from tests.support.refused import Case

KEY = {"x-api-key": "sk-ant-test-key", "anthropic-version": "2023-06-01"}

LIVE = Validator(ValidationSettings(rules="live"))
DOCUMENTED = Validator(ValidationSettings())


def post(
    body: Any,
    headers: Mapping[str, str | None] | None = None,
    endpoint: str = "/v1/messages",
    method: str = "POST",
) -> Request:
    """A request with a valid key and the version 2023-06-01, unless the headers say otherwise."""
    fields = {**KEY, **(headers or {})}
    encoded = tuple((name.encode(), value.encode()) for name, value in fields.items() if value is not None)
    return Request(method, endpoint, "", encoded, body if isinstance(body, bytes) else orjson.dumps(body))


def refused(case: Case, validator: Validator) -> Refusal | None:
    """What a validator says to a case."""
    if case.row:
        return validator.check_row(case.body, post({"requests": []}, case.headers))
    return validator.check(post(case.body, case.headers, case.endpoint, case.method))
