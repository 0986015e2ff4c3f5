"""The table of cases: one for the tests of mockapi's own codec, the conformance suite and the fuzzer.

`SSE_CASES` are plain event streams for decoders; `MESSAGE_CASES` are streams of the Messages API,
and what may stand in their place, for its clients.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.fuzzing.cases._files import FORMAT, case_files, case_of_files, file_name
    from mockapi.fuzzing.cases._model import STREAM_HEADERS, Case, Level, Triple, Want, of_bytes
    from mockapi.fuzzing.cases._samples import PING, events, message, text, tool_use, wire
    from mockapi.fuzzing.cases._sse import ROWS, SSERow
    from mockapi.fuzzing.cases._table import BY_ID, CASES, MESSAGE_CASES, SSE_CASES

__all__ = [
    "BY_ID",
    "CASES",
    "FORMAT",
    "MESSAGE_CASES",
    "PING",
    "ROWS",
    "SSE_CASES",
    "STREAM_HEADERS",
    "Case",
    "Level",
    "SSERow",
    "Triple",
    "Want",
    "case_files",
    "case_of_files",
    "events",
    "file_name",
    "message",
    "of_bytes",
    "text",
    "tool_use",
    "wire",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_files": "FORMAT case_files case_of_files file_name",
        "_model": "STREAM_HEADERS Case Level Triple Want of_bytes",
        "_samples": "PING events message text tool_use wire",
        "_sse": "ROWS SSERow",
        "_table": "BY_ID CASES MESSAGE_CASES SSE_CASES",
    },
)
