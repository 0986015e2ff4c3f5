"""Names that people give to faults, and the ones that stand in the table for what they mean."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_NAMES: Final = {
    "stream_error": "error_event sse_error event_error error_in_stream midstream_error stream_failure",
    "400": "bad_request invalid_request invalid_request_error",
    "401": "auth auth_error authentication authentication_error unauthorized invalid_api_key",
    "402": "billing billing_error",
    "403": "permission permission_error forbidden permission_denied",
    "404": "not_found not_found_error",
    "413": "too_large request_too_large payload_too_large",
    "429": "rate_limit rate_limited rate_limit_error too_many_requests throttle throttled quota",
    "500": "api_error server_error internal_error internal_server_error",
    "503": "unavailable service_unavailable",
    "504": "timeout_error gateway_timeout",
    "529": "overload overloaded overloaded_error",
    "delay, stall": "timeout read_timeout hang",
    "delay": "latency wait slow_start ttft",
    "slow": "slow_stream throttled_stream drip trickle",
    "close, reset": "disconnect disconnected connection_error connection_lost drop_connection abort",
    "close": "connection_closed close_connection",
    "reset": "connection_reset reset_connection rst",
    "cut": "truncate truncated truncated_stream cutoff cut_off partial incomplete",
    "broken_json": "bad_json invalid_json malformed_json malformed garbage",
    "broken_tool_json": "bad_tool_json invalid_tool_json malformed_tool_json",
    "html": "html_error gateway gateway_page bad_gateway_page proxy_error",
    "empty_body": "empty empty_reply empty_response no_body",
    "drop_event": "missing_event lost_event skip_event",
    "double_event": "duplicate_event repeat_event duplicate",
    "swap_events": "reorder reorder_events out_of_order shuffle_events",
    "chunking": "split split_chunks rechunk fragment",
}
GUESSED: Final = MappingProxyType(
    {guess: tuple(names.split(", ")) for names, guesses in _NAMES.items() for guess in guesses.split()}
)
"""From a name that people guess to the names that may be meant; a number is the error of that status."""


def meant(name: str) -> tuple[str, ...]:
    """The names that may be meant by one that is not in the table; () if it is not a known guess."""
    return GUESSED.get(name.lower().replace("-", "_").replace(" ", "_"), ())
