"""The event-stream codec: bytes to events and back, exact to the WHATWG text.

Sans-IO: a `Parser` is fed the bytes of a `text/event-stream` body as they come and returns the
events that they complete; `parse` does it for a whole body; `encode` is the inverse. Nothing
here knows what the events mean: that is `mockapi.messages`.
"""

from mockapi.sse._parser import MAX_EVENT_BYTES, Event, Parser, parse
from mockapi.sse._writer import encode

__all__ = ["MAX_EVENT_BYTES", "Event", "Parser", "encode", "parse"]
