"""What a reply has on the wire, by month: members that the API added over the years.

`mockapi.messages.PERIODS` has the order of the message's keys; this table has which keys there
are. A `Form` is both for one month. Synthesis and scripts use the newest; an older one is for
comparing with recordings of its time.

Source: recorded traffic of 2024-03 to 2026-09. `output_tokens_details` came in three steps: with a
thinking block, then for the models of the fifth generation, then always.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mockapi.messages import PERIODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockapi.messages import Period

SINCE: Final[Mapping[str, str]] = {
    "cache_counts": "2025-01",  # usage.cache_creation_input_tokens, cache_read_input_tokens
    "service_tier": "2025-05",  # usage.service_tier
    "cache_creation": "2025-09",  # usage.cache_creation, and all counts in message_delta
    "inference_geo": "2026-02",  # usage.inference_geo
    "caller": "2026-03",  # caller of tool_use, server_tool_use and web results
    "stop_details": "2026-04",  # stop_details of message and message_delta
    "thinking_tokens": "2026-05",  # usage.output_tokens_details with a thinking block
    "thinking_tokens_new": "2026-07",  # ... for models of the fifth generation
    "thinking_tokens_all": "2026-09",  # ... always
    "empty_members": "2026-09",  # container and diagnostics, null
}
NEWEST_MONTH: Final = "2026-10"


class Form(NamedTuple):
    """The order of one month, and the members that replies had, by their names in `SINCE`."""

    order: Period
    members: frozenset[str]


@cache
def form_of(month: str = NEWEST_MONTH) -> Form:
    """The form of a month, YYYY-MM."""
    order = next((period for period in reversed(PERIODS) if period.since <= month), PERIODS[0])
    return Form(order, frozenset(member for member, since in SINCE.items() if since <= month))
