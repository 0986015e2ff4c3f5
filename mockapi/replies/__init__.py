"""Where replies come from, and functions from reply to reply. Values in, values out; no I/O."""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies import rate_limits
    from mockapi.replies._convert import converted, wants_stream
    from mockapi.replies._hop_headers import (
        BODILESS,
        HOP_BY_HOP,
        for_this_hop,
        named_by_connection,
        wire_field,
    )
    from mockapi.replies._pace import Pace, paced, parse_pace
    from mockapi.replies._recorded import recorded_reply
    from mockapi.replies._refusal import error_reply, no_recording, refused
    from mockapi.replies._reply_headers import hint_field
    from mockapi.replies._request_view import RequestView, name_of, result_text
    from mockapi.replies._speed import at_once, at_speed
    from mockapi.replies._stored import StoredReply
    from mockapi.replies._wire_head import wire_head_of
    from mockapi.replies.rate_limits import RateLimits, parse_rate_limits

__all__ = [
    "BODILESS",
    "HOP_BY_HOP",
    "Pace",
    "RateLimits",
    "RequestView",
    "StoredReply",
    "at_once",
    "at_speed",
    "converted",
    "error_reply",
    "for_this_hop",
    "hint_field",
    "name_of",
    "named_by_connection",
    "no_recording",
    "paced",
    "parse_pace",
    "parse_rate_limits",
    "rate_limits",
    "recorded_reply",
    "refused",
    "result_text",
    "wants_stream",
    "wire_field",
    "wire_head_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_convert": "converted wants_stream",
        "_hop_headers": "BODILESS HOP_BY_HOP for_this_hop named_by_connection wire_field",
        "_pace": "Pace paced parse_pace",
        "_recorded": "recorded_reply",
        "_refusal": "error_reply no_recording refused",
        "_reply_headers": "hint_field",
        "_request_view": "RequestView name_of result_text",
        "_speed": "at_once at_speed",
        "_stored": "StoredReply",
        "_wire_head": "wire_head_of",
        "rate_limits": "RateLimits parse_rate_limits",
    },
)
