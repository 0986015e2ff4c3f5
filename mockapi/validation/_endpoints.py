"""The endpoints: path, methods, size limit, the schema of what is posted there, and what nearly is a path.

Limits as documented: 32 MB for messages and token counting, 256 MB for batches, 500 MB for
files. The legacy text completions are known by path only.

A path that is not here may still be one of the API: only near misses of known paths, and what is known to
be refused at the edge, count as unknown to the API.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

CHAT: Final = "/v1/chat/completions"
"""The OpenAI-compatible endpoint, whose clients send neither version nor x-api-key."""
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
    _endpoint("/v1/complete", "POST", "requests/complete"),
    _endpoint(CHAT, "POST", "requests/chat-completion"),
)

_FIXED: Final = {endpoint.path: endpoint for endpoint in ENDPOINTS if "{" not in endpoint.path}
_VARYING: Final = tuple(
    (re.compile(re.sub(r"\{\w+\}", "[^/]+", endpoint.path)), endpoint)
    for endpoint in ENDPOINTS
    if "{" in endpoint.path
)


@lru_cache(maxsize=256)
def find_endpoint(path: str) -> Endpoint | None:
    """The endpoint at a path without its query, or None."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed
    return next((endpoint for pattern, endpoint in _VARYING if pattern.fullmatch(path)), None)


def with_version(path: str) -> str | None:
    """The endpoint's path that one without `/v1` stands for; None where it stands for none.

    Some clients want a base URL that ends in `/v1`, most one without: where one address is given to
    both kinds, the former ask for `/messages`.
    """
    whole = f"/v1{path}"
    return whole if find_endpoint(whole) is not None else None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A path that the API does not have, though it has one very much like it.

    Attributes:
        path: what was meant; "" where nothing was.
        hint: what is wrong, and what to do.
    """

    path: str
    hint: str


_EDGE: Final = frozenset({"/", "/favicon.ico"})
"""Paths that clients probe and that the API was seen to answer with 404."""


@lru_cache(maxsize=256)
def near_miss(path: str) -> NearMiss | None:
    """What a path without its query nearly is; None for a known path, and for one nobody can judge.

    Each step mends one habit of base URLs; the first faults are named first.
    """
    if find_endpoint(path) is not None:
        return None
    if path in _EDGE:
        return NearMiss("", "Clients probe this path; the API has nothing there.")
    meant, faults = path, []
    for mend in _MENDS:
        mended, fault = mend(meant)
        if mended != meant:
            meant = mended
            faults.append(fault)
        if find_endpoint(meant) is not None:
            return NearMiss(meant, f"{' '.join(faults)} The path is {meant}.")
    return None


def _single_slashes(path: str) -> tuple[str, str]:
    fault = "Two slashes follow each other: the client's base URL ends in one. Leave it out."
    return re.sub("/{2,}", "/", path), fault


def _without_last_slash(path: str) -> tuple[str, str]:
    return path.rstrip("/") or "/", "The path ends in a slash that the API's paths do not have."


def _lower_case(path: str) -> tuple[str, str]:
    head = re.match(r"(?i)(/v1)?/(messages|models|files|complete|chat)", path)
    if head is None:
        return path, ""
    return head[0].lower() + path[head.end() :], "The API's paths are in lower case."


def _one_version(path: str) -> tuple[str, str]:
    fault = "The client's base URL ends in /v1, and clients add it themselves. Leave it out."
    return re.sub("^(/v1){2,}(?=/)", "/v1", path), fault


def _from_version(path: str) -> tuple[str, str]:
    place = path.find("/v1/", 1)
    if place < 0:
        return path, ""
    fault = f"The client's base URL has the path {path[:place]}, which is not here. Leave it out."
    return path[place:], fault


def _with_version(path: str) -> tuple[str, str]:
    return f"/v1{path}", "The client expects a base URL that ends in /v1: add it."


_MENDS: Final = (
    _single_slashes,
    _without_last_slash,
    _lower_case,
    _one_version,
    _from_version,
    _with_version,
)
