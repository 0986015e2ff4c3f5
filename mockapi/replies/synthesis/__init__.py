"""Replies made from the request: deterministic, in the wire format of the API.

A reply is decided (`_decide`), cut to the request's limits (`_cut`) and written (`_writer`); scripts
hand their own plans to the same writer. Values in, values out: the session's history is a value, and
the time is an argument.
"""

from mockapi.replies._heads import message_headers, object_headers
from mockapi.replies.synthesis._context import applied_edits
from mockapi.replies.synthesis._decide import decide
from mockapi.replies.synthesis._plan import Part, Plan, text_part
from mockapi.replies.synthesis._seals import altered_seal
from mockapi.replies.synthesis._synthesize import (
    History,
    Material,
    message_for,
    synthesized,
    view_of,
    written,
)
from mockapi.replies.synthesis._tokens import of_request as input_tokens
from mockapi.replies.synthesis._view import View

__all__ = [
    "History",
    "Material",
    "Part",
    "Plan",
    "View",
    "altered_seal",
    "applied_edits",
    "decide",
    "input_tokens",
    "message_for",
    "message_headers",
    "object_headers",
    "synthesized",
    "text_part",
    "view_of",
    "written",
]
