"""The endpoints: path, methods, size limit, and the schema of what is posted there.

Limits as documented: 32 MB for messages and token counting, 256 MB for batches, 500 MB for
files. The legacy text completions are known by path only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the API.

    Attributes:
        path: with `{id}` for what varies.
        methods: that it takes.
        schema: of the JSON body of a POST, under `schemas/`; None where the body is not checked.
        limit: the most bytes a body may have.
    """

    path: str
    methods: frozenset[str]
    schema: str | None
    limit: int


def _endpoint(path: str, methods: str, schema: str | None = None, megabytes: int = 32) -> Endpoint:
    return Endpoint(path, frozenset(methods.split()), schema, megabytes * _MB)


ENDPOINTS: Final = (
    _endpoint("/v1/messages", "POST", "requests/create-message"),
    _endpoint("/v1/messages/count_tokens", "POST", "requests/count-tokens"),
    _endpoint("/v1/messages/batches", "POST GET", "requests/create-batch", 256),
    _endpoint("/v1/messages/batches/{id}", "GET DELETE"),
    _endpoint("/v1/messages/batches/{id}/cancel", "POST"),
    _endpoint("/v1/messages/batches/{id}/results", "GET"),
    _endpoint("/v1/files", "POST GET", None, 500),
    _endpoint("/v1/files/{id}", "GET DELETE"),
    _endpoint("/v1/files/{id}/content", "GET"),
    _endpoint("/v1/models", "GET"),
    _endpoint("/v1/models/{id}", "GET"),
    _endpoint("/v1/complete", "POST"),
)

_FIXED: Final = {endpoint.path: endpoint for endpoint in ENDPOINTS if "{" not in endpoint.path}
_VARYING: Final = tuple(
    (re.compile(re.sub(r"\{\w+\}", "[^/]+", endpoint.path)), endpoint)
    for endpoint in ENDPOINTS
    if "{" in endpoint.path
)


@lru_cache(maxsize=256)
def find(path: str) -> Endpoint | None:
    """The endpoint at a path without its query, or None."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed
    return next((endpoint for pattern, endpoint in _VARYING if pattern.fullmatch(path)), None)
