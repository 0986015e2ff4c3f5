"""Faults: functions from reply to reply, what orders them, and the table of them all.

A fault is pure. `parse_faults` reads orders from JSON, `due` says which of them a request meets,
`apply` does them. The functions that make faults can be used directly, too:

    broken = faults.cut(event=3, ending=Ending.RESET)(reply)
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies.faults._chaos import SILENT_FAULTS, ChaosFinding, ChaosReport, SilentFault
    from mockapi.replies.faults._events import (
        broken_tool_json,
        double_event,
        drop_event,
        no_usage,
        stream_error,
        swap_events,
        unknown_event,
    )
    from mockapi.replies.faults._http import (
        ERRORS,
        broken_json,
        content_length,
        content_type,
        empty_body,
        error,
        html,
        json_for_stream,
        retry_header,
    )
    from mockapi.replies.faults._orders import (
        MAX_ORDERS,
        NEXT_PAIR,
        Counts,
        OrderedFault,
        apply,
        blank,
        due,
        parse_fault_text,
        parse_faults,
        start,
    )
    from mockapi.replies.faults._sse_variants import bom, comments, compressed, extra_fields, newlines, pings
    from mockapi.replies.faults._table import TABLE, make_fault
    from mockapi.replies.faults._transport import chunking, cut, delay, ending, pause, slow

__all__ = [
    "ERRORS",
    "MAX_ORDERS",
    "NEXT_PAIR",
    "SILENT_FAULTS",
    "TABLE",
    "ChaosFinding",
    "ChaosReport",
    "Counts",
    "OrderedFault",
    "SilentFault",
    "apply",
    "blank",
    "bom",
    "broken_json",
    "broken_tool_json",
    "chunking",
    "comments",
    "compressed",
    "content_length",
    "content_type",
    "cut",
    "delay",
    "double_event",
    "drop_event",
    "due",
    "empty_body",
    "ending",
    "error",
    "extra_fields",
    "html",
    "json_for_stream",
    "make_fault",
    "newlines",
    "no_usage",
    "parse_fault_text",
    "parse_faults",
    "pause",
    "pings",
    "retry_header",
    "slow",
    "start",
    "stream_error",
    "swap_events",
    "unknown_event",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_chaos": "SILENT_FAULTS ChaosFinding ChaosReport SilentFault",
        "_events": "broken_tool_json double_event drop_event no_usage stream_error swap_events unknown_event",
        "_http": "ERRORS broken_json content_length content_type empty_body error html json_for_stream"
        " retry_header",
        "_orders": "MAX_ORDERS NEXT_PAIR Counts OrderedFault apply blank due parse_fault_text parse_faults"
        " start",
        "_sse_variants": "bom comments compressed extra_fields newlines pings",
        "_table": "TABLE make_fault",
        "_transport": "chunking cut delay ending pause slow",
    },
    renamed={"late": "delay"},
)
