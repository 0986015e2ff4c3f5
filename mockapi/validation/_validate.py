"""Validation without a server: for a body that is at hand."""

from __future__ import annotations

import difflib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from mockapi.errors import UsageError
from mockapi.exchange import Request
from mockapi.validation._engine import Validator
from mockapi.validation._rule import Rule, declared
from mockapi.validation._settings import Mode, Profile, ValidationSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockapi.validation._refusal import Refusal

_DEFAULTS = {"x-api-key": "sk-ant-test-key", "anthropic-version": "2023-06-01"}


def validate(
    body: Any,
    headers: Mapping[str, str] | None = None,
    endpoint: str = "/v1/messages",
    rules: Profile = "documented",
    mode: Mode = "strict",
) -> list[Refusal]:
    """Everything the API would refuse in a request; the first is the one it would name.

    Args:
        body: the request's body, as a value or as the bytes or text of its JSON.
        headers: the request's headers; a key and the version 2023-06-01 are added where missing.
        endpoint: path that it would be posted to.
        rules: where documentation and behaviour differ, `documented` or `live`.
        mode: `strict`, `lenient` or `off`.

    Raises:
        UsageError: rules or a mode that do not exist.
    """
    return check_body(body, headers or {}, endpoint, ValidationSettings(mode=mode, rules=rules))


def check_body(
    body: Any,
    headers: Mapping[str, str],
    endpoint: str,
    settings: ValidationSettings,
    *,
    in_batch: bool = False,
) -> list[Refusal]:
    """As `validate`, with all the settings there are; `in_batch` judges the `params` of a batch's row."""
    fields = {name.lower(): value for name, value in headers.items()}
    if "authorization" in fields and "x-api-key" not in fields:
        fields = {"anthropic-version": _DEFAULTS["anthropic-version"], **fields}
    else:
        fields = {**_DEFAULTS, **fields}
    encoded = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items())
    request = Request("POST", endpoint.partition("?")[0], "", encoded, _as_bytes(body))
    validator = _validator(settings)
    refusals = validator.check_all(request)
    if in_batch and not refusals and (refusal := validator.check_row(request.parsed, request)) is not None:
        refusals = [refusal]
    return refusals


def first_refusal(request: Request, settings: ValidationSettings) -> Refusal | None:
    """The one error that the API would answer to a request, None if it would take it."""
    return _validator(settings).check(request)


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which they speak."""
    return declared()


def rule_ids(ids: Iterable[str]) -> frozenset[str]:
    """The same ids, once each, all of them known.

    Raises:
        UsageError: no rule has one of them.
    """
    wanted = frozenset(ids)
    known = [rule.id for rule in declared()]
    for name in sorted(wanted.difference(known)):
        near = difflib.get_close_matches(name, known, 1)
        nearest = f" The nearest is {near[0]}." if near else ""
        raise UsageError(f"Unknown rule {name}.{nearest} `mockapi rules` lists them.")
    return wanted


@lru_cache(maxsize=8)
def _validator(settings: ValidationSettings) -> Validator:
    return Validator(settings)


def _as_bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    try:
        return orjson.dumps(body)
    except TypeError:  # an integer beyond 64 bits, a lone surrogate: what a client's own json would send
        return json.dumps(body).encode()
