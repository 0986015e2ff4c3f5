"""Header fields of replies that mockapi makes up, in the API's order.

Those that describe the message, the account and its limits are there. Those of the network in front
of the API (`server`, `cf-ray`, `via`, tracing) are not: there is no such network here, and nothing
reads them.
"""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from typing import Final, NamedTuple

from mockapi.exchange import Headers, Source  # noqa: TC001 - `NamedTuple` looks at its fields' types
from mockapi.replies._hop_headers import wire_field


class Fields(NamedTuple):
    """Fields that stand together in many headers.

    Attributes:
        fields: names and values.
        lines: as they go over the wire.
    """

    fields: Headers
    lines: bytes


def fields_in_line(*fields: tuple[bytes, bytes]) -> Fields:
    """Fields that stand together; no value of theirs has an end of line."""
    return Fields(fields, b"".join([b"%b: %b\r\n" % field for field in fields]))


NO_FIELDS: Final = fields_in_line()


ORGANIZATION: Final = (b"anthropic-organization-id", b"00000000-0000-4000-8000-000000000000")
"""The account that replies name; no real one has this id."""
WORKSPACE: Final = (b"anthropic-workspace-id", b"wrkspc_011111111111111111111111")
"""The workspace that replies name, as they do since 2026-08."""
ACCOUNT_FIELDS: Final = (ORGANIZATION, WORKSPACE)

_STATUS_LINE: Final = b"HTTP/1.1 200 OK\r\n"
_JSON: Final = (b"content-type", b"application/json")
_STREAM: Final = fields_in_line(
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"transfer-encoding", b"chunked"),
    (b"cache-control", b"no-cache"),
)
_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains; preload")
_ROBOTS: Final = (b"x-robots-tag", b"none")
_POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_LONGEST_HINT: Final = 500


class MessageHead(NamedTuple):
    """What the header of a reply to POST /v1/messages tells, but for its body and the rate limits.

    Attributes:
        stream: whether the body is one of events.
        at: when it is sent, in seconds since 1970.
        request_id: of the reply.
        source: who made it.
        hint: what a person may want to know; "" for nothing.
    """

    stream: bool
    at: float
    request_id: str
    source: Source
    hint: str = ""


def message_headers(head: MessageHead, size: int, account: Fields = NO_FIELDS) -> Headers:
    """The fields of a reply to POST /v1/messages.

    Args:
        head: what they tell.
        size: of the body.
        account: what tells of rate limits. It is added when the reply is accounted for (`rate_limits`).
    """
    stream, at, request_id, source, hint = head
    framing = _STREAM.fields if stream else (_JSON, (b"content-length", b"%d" % size))
    request = (b"request-id", request_id.encode())
    return (*_date(int(at)).fields, *framing, *account.fields, request, *_tail(source, hint).fields)


def message_lines(head: MessageHead, size: int, account: Fields) -> bytes:
    """The status line, the same fields and the blank line, as they go over the wire."""
    stream, at, request_id, source, hint = head
    return b"".join(
        (
            _STATUS_LINE,
            _date(int(at)).lines,
            _STREAM.lines if stream else b"content-type: application/json\r\ncontent-length: %d\r\n" % size,
            account.lines,
            b"request-id: ",
            request_id.encode(),
            b"\r\n",
            _tail(source, hint).lines,
            b"\r\n",
        )
    )


def object_headers(
    *, content_type: str, size: int, at: float, request_id: str, source: Source, more: Headers = ()
) -> Headers:
    """The fields of any other reply; they have no rate limits."""
    framing = (wire_field("content-type", content_type), (b"content-length", b"%d" % size))
    return (date_field(at), *framing, *more, (b"request-id", request_id.encode()), *_tail(source, "").fields)


def date_field(at: float) -> tuple[bytes, bytes]:
    """The `date` of a time in seconds since 1970."""
    return _date(int(at)).fields[0]


@lru_cache(maxsize=4)
def _date(seconds: int) -> Fields:
    return fields_in_line((b"date", formatdate(seconds, usegmt=True).encode()))


def _tail(source: Source, hint: str) -> Fields:
    known = _known_tail(source)
    return fields_in_line(*known.fields, hint_field(hint)) if hint else known


@lru_cache(maxsize=16)
def _known_tail(source: Source) -> Fields:
    return fields_in_line(
        _TRANSPORT, *ACCOUNT_FIELDS, _ROBOTS, _POLICY, wire_field("x-mockapi-source", source)
    )


def hint_field(hint: str) -> tuple[bytes, bytes]:
    """The field that tells a person what they may want to know: one line of ASCII.

    A hint may quote what a client sent, and no character of that may end the line or the field.
    """
    line = " ".join(hint.split())[:_LONGEST_HINT]
    printable = "".join(letter if letter.isprintable() else "?" for letter in line)
    return b"x-mockapi-hint", printable.encode("ascii", "replace")
