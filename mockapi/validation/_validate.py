"""Validation without a server: for a body that is at hand."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from mockapi.exchange import Request
from mockapi.validation._engine import Validator
from mockapi.validation._rule import Rule, declared
from mockapi.validation._settings import Mode, Profile, Refusal, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """
    fields = {name.lower(): value for name, value in (headers or {}).items()}
    if "authorization" in fields and "x-api-key" not in fields:
        fields = {"anthropic-version": _DEFAULTS["anthropic-version"], **fields}
    else:
        fields = {**_DEFAULTS, **fields}
    encoded = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items())
    return _validator(Settings(mode=mode, rules=rules)).check_all(
        Request("POST", endpoint, "", encoded, _as_bytes(body))
    )


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which they speak."""
    return declared()


@lru_cache(maxsize=8)
def _validator(settings: Settings) -> Validator:
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
