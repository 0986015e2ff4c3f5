"""Replies made from the request: deterministic, in the wire format of the API.

A reply is decided (`_decide`), cut to the request's limits (`_cut`) and written (`_writer`); scripts
hand their own plans to the same writer. Values in, values out: the session's history is a value, and
the time is an argument.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies._reply_headers import message_headers, object_headers
    from mockapi.replies._request_view import RequestView
    from mockapi.replies._view_digest import ViewDigest
    from mockapi.replies.synthesis._context import applied_edits
    from mockapi.replies.synthesis._decide import decide
    from mockapi.replies.synthesis._plan import Plan, PlanPart, text_part
    from mockapi.replies.synthesis._synthesize import (
        GenerationInput,
        History,
        digest_of_view,
        message_for,
        synthesized,
        view_of,
        written,
    )
    from mockapi.replies.synthesis._tokens import input_tokens

__all__ = [
    "GenerationInput",
    "History",
    "Plan",
    "PlanPart",
    "RequestView",
    "ViewDigest",
    "applied_edits",
    "decide",
    "digest_of_view",
    "input_tokens",
    "message_for",
    "message_headers",
    "object_headers",
    "synthesized",
    "text_part",
    "view_of",
    "written",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_context": "applied_edits",
        "_decide": "decide",
        "_plan": "Plan PlanPart text_part",
        "_synthesize": "GenerationInput History digest_of_view message_for synthesized view_of written",
        "_tokens": "input_tokens",
        "mockapi.replies._reply_headers": "message_headers object_headers",
        "mockapi.replies._request_view": "RequestView",
        "mockapi.replies._view_digest": "ViewDigest",
    },
)
