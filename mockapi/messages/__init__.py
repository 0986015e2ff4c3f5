"""The events and messages of the Messages API, as values.

    bytes  <- encode_events | decode_events ->  events  <- events_of | accumulate ->  message

`check_events` judges events against the grammar, `order_message` puts keys where the API has them,
`IdFactory` makes ids of the API's shapes, `error_body` and `stream_error_event` its errors.
Everything takes values and returns values; nothing reads a clock, a file or a socket. Ids and
errors, which every server needs, are imported with the package, the rest when it is first used.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.messages import catalogue
    from mockapi.messages._accumulator import CUT_OFF, Accumulator, accumulate
    from mockapi.messages._cutjson import complete_part
    from mockapi.messages._error_codes import ERROR_CODES, ErrorCode
    from mockapi.messages._errors import (
        STATUS_OF,
        TYPE_OF,
        edge_error_body,
        error_body,
        error_details,
        stream_error_event,
    )
    from mockapi.messages._events import Sizes, events_of, spaced, typical_sizes
    from mockapi.messages._framed import framed_events, is_framed
    from mockapi.messages._grammar import (
        CODES,
        STOP_REASONS,
        TABLE,
        GrammarChecker,
        GrammarViolation,
        Move,
        Severity,
        State,
        check_events,
    )
    from mockapi.messages._ids import ALPHABET, IdFactory, IdKind
    from mockapi.messages._keyorder import (
        NEWEST,
        PERIODS,
        Period,
        order_block,
        order_delta,
        order_delta_usage,
        order_message,
        order_usage,
    )
    from mockapi.messages._signatures import (
        NONCE_BYTES,
        content_nonce,
        is_tampered_signature,
        make_signature,
        signs_other_content,
    )
    from mockapi.messages._wire import (
        MAX_PADDING,
        decode_event,
        decode_events,
        dump,
        encode_event,
        encode_events,
        load,
    )

__all__ = [
    "ALPHABET",
    "CODES",
    "CUT_OFF",
    "ERROR_CODES",
    "MAX_PADDING",
    "NEWEST",
    "NONCE_BYTES",
    "PERIODS",
    "STATUS_OF",
    "STOP_REASONS",
    "TABLE",
    "TYPE_OF",
    "Accumulator",
    "ErrorCode",
    "GrammarChecker",
    "GrammarViolation",
    "IdFactory",
    "IdKind",
    "Move",
    "Period",
    "Severity",
    "Sizes",
    "State",
    "accumulate",
    "catalogue",
    "check_events",
    "complete_part",
    "content_nonce",
    "decode_event",
    "decode_events",
    "dump",
    "edge_error_body",
    "encode_event",
    "encode_events",
    "error_body",
    "error_details",
    "events_of",
    "framed_events",
    "is_framed",
    "is_tampered_signature",
    "load",
    "make_signature",
    "order_block",
    "order_delta",
    "order_delta_usage",
    "order_message",
    "order_usage",
    "signs_other_content",
    "spaced",
    "stream_error_event",
    "typical_sizes",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_accumulator": "CUT_OFF Accumulator accumulate",
        "_cutjson": "complete_part",
        "_error_codes": "ERROR_CODES ErrorCode",
        "_errors": "STATUS_OF TYPE_OF edge_error_body error_body error_details stream_error_event",
        "_events": "Sizes events_of spaced typical_sizes",
        "_framed": "framed_events is_framed",
        "_grammar": "CODES STOP_REASONS TABLE GrammarChecker GrammarViolation Move Severity State"
        " check_events",
        "_ids": "ALPHABET IdFactory IdKind",
        "_keyorder": "NEWEST PERIODS Period order_block order_delta order_delta_usage order_message"
        " order_usage",
        "_signatures": "NONCE_BYTES content_nonce is_tampered_signature make_signature signs_other_content",
        "_wire": "MAX_PADDING decode_event decode_events dump encode_event encode_events load",
        "catalogue": "",
    },
)
