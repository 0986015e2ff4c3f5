"""The header fields of starter replies: names, order and figures as measured on the API's replies.

A successful reply of /v1/messages tells the rate limits; errors and other endpoints do not. Whom
a request belongs to is told only after its key was accepted, and is masked here as a recording
masks it. What the edge adds comes last.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mockapi.messages import IdFactory, IdKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

IDS = IdFactory(seed=2026)
_EPOCH = datetime(2026, 10, 1, tzinfo=UTC)  # the first second of the ids that `IdFactory` makes
_ORGANIZATION = "00000000-0000-0000-0000-000000000000"
_WORKSPACE = "wrkspc_000000000000000000000000"

Field = tuple[str, str]


def success(number: int, waited: float, content_type: str, *, limits: bool) -> Iterator[Field]:
    """The fields of interaction `number`, which was answered 200 after `waited` seconds."""
    yield "date", _http_date(number, waited)
    yield "content-type", content_type
    yield "transfer-encoding", "chunked"
    yield "connection", "keep-alive"
    if "event-stream" in content_type:
        yield "cache-control", "no-cache"
    if limits:
        yield from _rate_limits(number, waited)
    yield from _identity(number, known=True)
    yield from edge(number)


def failure(
    number: int, waited: float, status: int, size: int, *, retry: bool, extra: Sequence[Field]
) -> Iterator[Field]:
    """The fields of an error of `size` bytes; `extra` are those that only its status has."""
    yield "date", _http_date(number, waited)
    yield "content-type", "application/json"
    yield "content-length", str(size)
    yield "connection", "keep-alive"
    yield from extra
    yield "x-should-retry", "true" if retry else "false"
    yield from _identity(number, known=status not in {401, 405})
    yield from edge(number)


def probed(number: int) -> Iterator[Field]:
    """The fields of the reply to `HEAD /`, which has no body."""
    yield "date", _http_date(number, 0)
    yield "connection", "keep-alive"
    yield from edge(number)


def _rate_limits(number: int, waited: float) -> Iterator[Field]:
    reset = f"{_EPOCH + timedelta(seconds=number + int(waited)):%Y-%m-%dT%H:%M:%SZ}"
    for name, limit, remaining in (
        ("input-tokens", 2_000_000, 2_000_000),
        ("output-tokens", 400_000, 400_000 - number % 3 * 1000),
        ("requests", 4_000, 3_999),
        ("tokens", 2_400_000, 2_400_000 - number % 3 * 1000),
    ):
        yield f"anthropic-ratelimit-{name}-limit", str(limit)
        yield f"anthropic-ratelimit-{name}-remaining", str(remaining)
        yield f"anthropic-ratelimit-{name}-reset", reset


def _identity(number: int, *, known: bool) -> Iterator[Field]:
    yield "request-id", IDS.make(IdKind.REQUEST, number)
    yield "strict-transport-security", "max-age=31536000; includeSubDomains; preload"
    if known:
        yield "anthropic-organization-id", _ORGANIZATION
        yield "anthropic-workspace-id", _WORKSPACE
        yield "traceresponse", f"00-{_hex(number, 'trace', 32)}-{_hex(number, 'span', 16)}-01"


def edge(number: int) -> list[Field]:
    """The fields that the edge adds to every reply."""
    return [
        ("server", "cloudflare"),
        ("vary", "Accept-Encoding"),
        ("cf-cache-status", "DYNAMIC"),
        ("x-robots-tag", "none"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cf-ray", f"{_hex(number, 'ray', 16)}-ZRH"),
    ]


def _hex(number: int, what: str, digits: int) -> str:
    return hashlib.shake_256(f"{what} {number}".encode()).hexdigest(digits // 2)


def _http_date(number: int, waited: float) -> str:
    return format_datetime(_EPOCH + timedelta(seconds=number + int(waited)), usegmt=True)
