"""Pages of a list: by id before or after, or by a page token, as the endpoints have it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

_DEFAULT: Final = 20
_MOST: Final = 1000
_DIGITS: Final = 12


def whole_number(text: str, default: int) -> int:
    """The number that a text of digits says, at most 999,999,999,999; the default for any other text."""
    if not (text.isascii() and text.isdigit()):
        return default
    return int(text) if len(text) <= _DIGITS else 10**_DIGITS - 1


class Query:
    """The query of a list.

    Args:
        text: without the question mark.
    """

    def __init__(self, text: str) -> None:
        self._values = parse_qs(text, keep_blank_values=True)

    def one(self, name: str) -> str | None:
        """The last value of a parameter."""
        values = self._values.get(name)
        return values[-1] if values else None

    def many(self, name: str) -> tuple[str, ...]:
        """All values of an array parameter, written `name[]` or `name`."""
        return (*self._values.get(f"{name}[]", ()), *self._values.get(name, ()))

    @property
    def limit(self) -> int:
        """How many items a page has, 1 to 1,000."""
        return max(1, min(_MOST, whole_number(self.one("limit") or "", _DEFAULT)))


def page_by_id(items: list[dict[str, Any]], query: Query) -> dict[str, Any]:
    """A page with `first_id`, `last_id` and `has_more`; an id that is not there is passed over."""
    ids = [item["id"] for item in items]
    after, before = query.one("after_id"), query.one("before_id")
    if before in ids and after not in ids:
        end = ids.index(before)
        start = max(0, end - query.limit)
        more = start > 0
    else:
        start = ids.index(after) + 1 if after in ids else 0
        end = start + query.limit
        more = end < len(items)
    shown = items[start:end]
    return {
        "data": shown,
        "has_more": more,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
    }


def page_by_token(items: list[dict[str, Any]], query: Query) -> dict[str, Any]:
    """A page with `next_page`, whose token is the last id of the page before."""
    ids = [item["id"] for item in items]
    token = (query.one("page") or "").removeprefix("page_")
    start = ids.index(token) + 1 if token in ids else 0
    shown = items[start : start + query.limit]
    more = start + query.limit < len(items)
    return {"data": shown, "has_more": more, "next_page": f"page_{shown[-1]['id']}" if more else None}
