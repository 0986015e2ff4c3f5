"""Replies made from the request: deterministic, in the wire format of the API.

A reply is decided (`_decide`), cut to the request's limits (`_cut`) and written (`_writer`); scripts
hand their own plans to the same writer. What is common has a shorter way to the same bytes (the files
`_plain_…`, `values/_plain`). Values in, values out: the session's history is a value, and the time is an
argument.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies._reply_headers import message_headers, object_headers
    from mockapi.replies._request_view import RequestView
    from mockapi.replies._view_digest import ViewDigest
    from mockapi.replies.synthesis._cache import Cached, asks_for_caching
    from mockapi.replies.synthesis._calls import callable_tools
    from mockapi.replies.synthesis._context import applied_edits
    from mockapi.replies.synthesis._decide import decide
    from mockapi.replies.synthesis._plan import Plan, PlanPart, text_part
    from mockapi.replies.synthesis._sized import Wanted, sized
    from mockapi.replies.synthesis._synthesize import (
        GenerationInput,
        History,
        counts_thinking,
        digest_of_view,
        message_for,
        synthesized,
        view_of,
        written,
    )
    from mockapi.replies.synthesis._tokens import input_tokens
    from mockapi.replies.synthesis._writer import events_in

__all__ = [
    "Cached",
    "GenerationInput",
    "History",
    "Plan",
    "PlanPart",
    "RequestView",
    "ViewDigest",
    "Wanted",
    "applied_edits",
    "asks_for_caching",
    "callable_tools",
    "counts_thinking",
    "decide",
    "digest_of_view",
    "events_in",
    "input_tokens",
    "message_for",
    "message_headers",
    "object_headers",
    "sized",
    "synthesized",
    "text_part",
    "view_of",
    "written",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_cache": "Cached asks_for_caching",
        "_calls": "callable_tools",
        "_context": "applied_edits",
        "_decide": "decide",
        "_plan": "Plan PlanPart text_part",
        "_sized": "Wanted sized",
        "_synthesize": "GenerationInput History counts_thinking digest_of_view message_for synthesized"
        " view_of written",
        "_tokens": "input_tokens",
        "_writer": "events_in",
        "mockapi.replies._reply_headers": "message_headers object_headers",
        "mockapi.replies._request_view": "RequestView",
        "mockapi.replies._view_digest": "ViewDigest",
    },
)
