"""Header fields of replies that mockapi makes up, in the API's order.

Those that describe the message, the account and its limits are there. Those of the network in front
of the API (`server`, `cf-ray`, `via`, tracing) are not: there is no such network here, and nothing
reads them.
"""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mockapi.replies._hop_headers import wire_field

if TYPE_CHECKING:
    from mockapi.exchange import Headers, Source

ORGANIZATION: Final = (b"anthropic-organization-id", b"00000000-0000-4000-8000-000000000000")
"""The account that replies name; no real one has this id."""
WORKSPACE: Final = (b"anthropic-workspace-id", b"wrkspc_011111111111111111111111")
"""The workspace that replies name, as they do since 2026-08."""
ACCOUNT_FIELDS: Final = (ORGANIZATION, WORKSPACE)

_JSON: Final = (b"content-type", b"application/json")
_STREAM: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"transfer-encoding", b"chunked"),
    (b"cache-control", b"no-cache"),
)
_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains; preload")
_ROBOTS: Final = (b"x-robots-tag", b"none")
_POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_LONGEST_HINT: Final = 500


def message_headers(
    *,
    stream: bool,
    size: int,
    at: float,
    request_id: str,
    source: Source,
    hint: str = "",
) -> Headers:
    """The fields of a reply to POST /v1/messages with a body of `size` bytes, sent `at` a time.

    Its rate limits are added when it is accounted for (`_rate_limits`).
    """
    framing = _STREAM if stream else (_JSON, (b"content-length", b"%d" % size))
    return (_date(int(at)), *framing, (b"request-id", request_id.encode()), *_tail(source, hint))


def object_headers(
    *, content_type: str, size: int, at: float, request_id: str, source: Source, more: Headers = ()
) -> Headers:
    """The fields of any other reply; they have no rate limits."""
    framing = (wire_field("content-type", content_type), (b"content-length", b"%d" % size))
    return (_date(int(at)), *framing, *more, (b"request-id", request_id.encode()), *_tail(source, ""))


def date_field(at: float) -> tuple[bytes, bytes]:
    """The `date` of a time in seconds since 1970."""
    return _date(int(at))


@lru_cache(maxsize=4)
def _date(seconds: int) -> tuple[bytes, bytes]:
    return b"date", formatdate(seconds, usegmt=True).encode()


def _tail(source: Source, hint: str) -> Headers:
    return (*_known_tail(source), hint_field(hint)) if hint else _known_tail(source)


@lru_cache(maxsize=16)
def _known_tail(source: Source) -> Headers:
    return (_TRANSPORT, *ACCOUNT_FIELDS, _ROBOTS, _POLICY, wire_field("x-mockapi-source", source))


def hint_field(hint: str) -> tuple[bytes, bytes]:
    """The field that tells a person what they may want to know: one line of ASCII.

    A hint may quote what a client sent, and no character of that may end the line or the field.
    """
    line = " ".join(hint.split())[:_LONGEST_HINT]
    printable = "".join(letter if letter.isprintable() else "?" for letter in line)
    return b"x-mockapi-hint", printable.encode("ascii", "replace")
