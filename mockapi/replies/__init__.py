"""Where replies come from, and functions from reply to reply. Values in, values out; no I/O."""

from mockapi.replies._convert import converted, wants_stream
from mockapi.replies._framed import frame_of, framed
from mockapi.replies._headers import for_this_hop, wire_field
from mockapi.replies._recorded import recorded_reply
from mockapi.replies._refusal import error_reply, no_recording, refused
from mockapi.replies._speed import at_once, at_speed

__all__ = [
    "at_once",
    "at_speed",
    "converted",
    "error_reply",
    "for_this_hop",
    "frame_of",
    "framed",
    "no_recording",
    "recorded_reply",
    "refused",
    "wants_stream",
    "wire_field",
]
