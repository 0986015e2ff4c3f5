"""Header fields of the chat endpoint: rate limits under OpenAI's names, and the version that it documents.

The names are documented, as are those that stay empty. What a reset looks like is not: it is written as
OpenAI writes it, the time until the bucket is full.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from mockapi.replies._hop_headers import wire_field

if TYPE_CHECKING:
    from mockapi.exchange import Headers, Reply

_LIMITS: Final = {
    f"anthropic-ratelimit-{bucket}-{what}".encode(): f"x-ratelimit-{what}-{bucket}"
    for bucket in ("requests", "tokens")
    for what in ("limit", "remaining", "reset")
}
_WITHOUT_RESETS: Final = {name: own for name, own in _LIMITS.items() if not name.endswith(b"-reset")}
"""What can be told where the reply has no date: a reset is a time from then on."""
_NATIVE: Final = b"anthropic-ratelimit-"
_VERSION: Final = (b"openai-version", b"2020-10-01")


def created_at(reply: Reply) -> int:
    """When a reply was made, in seconds since 1970, by its `date`; 0 where it tells none."""
    written = reply.header("date")
    try:
        return 0 if written is None else int(parsedate_to_datetime(written).timestamp())
    except (ValueError, OverflowError):
        return 0


def chat_fields(reply: Reply) -> Headers:
    """The fields of a reply of the API, as the chat endpoint has them."""
    now = created_at(reply)
    limits = _LIMITS if now else _WITHOUT_RESETS
    made: list[tuple[bytes, bytes]] = []
    for name, value in reply.headers:
        if name in limits:
            text = value.decode("latin-1")
            made.append(wire_field(limits[name], _until(text, now) if name.endswith(b"-reset") else text))
        elif not name.startswith(_NATIVE):
            made.append((name, value))
        if name == b"request-id":
            made.append(_VERSION)
    return tuple(made)


def _until(moment: str, now: int) -> str:
    try:
        seconds = int(datetime.fromisoformat(moment).timestamp()) - now
    except (ValueError, OverflowError):
        return moment
    return f"{max(0, seconds)}s"
