"""The table of faults: their names, what may be said of each, and how a value becomes one.

Script, session option, command line and documentation all read this table, so a fault that
stands here can be ordered everywhere.
"""

from __future__ import annotations

import functools
import re
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.exchange import Ending
from mockapi.messages import ERROR_CODES
from mockapi.options import (
    FLAG,
    HEADER_NAME,
    OBJECT,
    Kind,
    OptionError,
    known_keys,
    nearest,
    number,
    one_of,
    shown,
    text,
    whole,
)
from mockapi.replies.faults import _events, _http, _sse_variants, _transport
from mockapi.replies.faults._guesses import meant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockapi.exchange import Reply

    Fault = Callable[[Reply], Reply]

MAX_SECONDS: Final = 3600
"""The longest delay that a fault may order."""


WHOLE: Final = whole()
COUNT: Final = whole(1, 10_000)
SECONDS: Final = number(0, MAX_SECONDS)
PART: Final = number(0, 1)
TEXT: Final = text(10_000)
STATUS: Final = whole(200, 599)
ERROR_STATUS: Final = whole(400, 599)
OFFSETS: Final[Kind[list[int]]] = Kind(
    "a list of offsets above 0",
    lambda value: isinstance(value, list) and all(WHOLE.fits(item) and item > 0 for item in value),
)
FIELD: Final[Kind[str]] = Kind(
    "one line of ASCII text",
    lambda value: isinstance(value, str) and value.isprintable() and value.isascii(),
)
CODE: Final[Kind[str]] = Kind(
    "an error code",
    lambda value: isinstance(value, str) and re.fullmatch("[a-z][a-z0-9_]{0,99}", value) is not None,
    "docs/errors.md lists the known ones.",
)
MEMBERS: Final = replace(OBJECT, words="an object, the further members of the error's details")
FIELDS: Final[Kind[dict[str, str]]] = Kind(
    "an object of header fields, names and texts",
    lambda value: (
        isinstance(value, dict)
        and all(HEADER_NAME.fits(name) and FIELD.fits(content) for name, content in value.items())
    ),
)
WHICH: Final[Kind[int | str]] = Kind(
    "an event's place or type", lambda value: WHOLE.fits(value) or TEXT.fits(value)
)
ENDING: Final = one_of([ending.value for ending in Ending])


class FaultSpec(NamedTuple):
    """A fault that can be ordered.

    Attributes:
        make: from options to a function from reply to reply.
        options: names and kinds.
        summary: what it does, in a sentence.
        replaces: whether it writes a reply of its own, so that no recording is used up for it.
        needed: options that have no default.
        on_events: whether it changes the API's events, whatever a surface then makes of them; the others
            act on what is sent.
    """

    make: Callable[..., Fault]
    options: Mapping[str, Kind[Any]]
    summary: str
    replaces: bool = False
    needed: tuple[str, ...] = ()
    on_events: bool = False


def _cut(ending: str = "clean", **options: Any) -> Fault:
    return _transport.cut(ending=Ending(ending), **options)


_CUT: Final[Mapping[str, Kind[Any]]] = {"event": WHOLE, "byte": WHOLE, "part": PART}

TABLE: Final[Mapping[str, FaultSpec]] = {
    # The reply as a whole
    "error": FaultSpec(
        _http.error,
        {
            "status": ERROR_STATUS,
            "type": TEXT,
            "message": TEXT,
            "error_code": CODE,
            "details": MEMBERS,
            "retry_after": SECONDS,
            "edge": FLAG,
            "headers": FIELDS,
        },
        "The API's error of a status, with the type, words and headers it has there; 529 by default.",
        replaces=True,
    ),
    "html": FaultSpec(
        _http.html, {"status": STATUS}, "A gateway's HTML page instead of JSON.", replaces=True
    ),
    "empty_body": FaultSpec(_http.empty_body, {}, "The status and no body."),
    "broken_json": FaultSpec(_http.broken_json, {"byte": WHOLE}, "A JSON body that stops in its middle."),
    "json_for_stream": FaultSpec(_http.json_for_stream, {}, "Plain JSON where a stream was asked for."),
    "content_type": FaultSpec(
        _http.content_type, {"value": FIELD}, "Another content type, or none.", needed=("value",)
    ),
    "content_length": FaultSpec(_http.content_length, {"by": WHOLE}, "A content-length wrong by some bytes."),
    "retry_header": FaultSpec(
        _http.retry_header,
        {"value": FIELD, "milliseconds": FIELD},
        "Any text as retry-after, and as retry-after-ms.",
        needed=("value",),
    ),
    # Time
    "delay": FaultSpec(
        _transport.delay, {"seconds": SECONDS, "headers_first": FLAG}, "The first byte comes late."
    ),
    "slow": FaultSpec(
        _transport.slow,
        {"seconds": SECONDS, "per": one_of(("event", "chunk", "byte"))},
        "A delay before every event, chunk or byte.",
    ),
    "pause": FaultSpec(
        _transport.pause, {"seconds": SECONDS, "event": WHOLE}, "A silence after an event, then the rest."
    ),
    # The connection
    "cut": FaultSpec(_cut, {**_CUT, "ending": ENDING}, "The body stops early, the HTTP message ends well."),
    "reset": FaultSpec(
        functools.partial(_cut, "reset"), _CUT, "The body stops early and the connection is reset."
    ),
    "stall": FaultSpec(
        functools.partial(_cut, "stall"), _CUT, "The body stops early and the connection stays open."
    ),
    "half_close": FaultSpec(
        functools.partial(_cut, "half-close"), _CUT, "The body stops early and the server's side is closed."
    ),
    "close": FaultSpec(
        functools.partial(_cut, "cut"), _CUT, "The body stops early and the connection is closed."
    ),
    "missing_last_chunk": FaultSpec(
        functools.partial(_transport.ending, Ending.CUT), {}, "The whole body, without its last chunk."
    ),
    "chunking": FaultSpec(
        _transport.chunking,
        {
            "size": COUNT,
            "at": OFFSETS,
            "per": one_of(("event", "byte", "character", "whole")),
            "delay": SECONDS,
        },
        "The same bytes in other pieces.",
    ),
    # Other spellings of the same stream
    "newlines": FaultSpec(
        _sse_variants.newlines,
        {"style": one_of(("lf", "crlf", "cr", "mixed"))},
        "Other line ends; CRLF by default.",
    ),
    "comments": FaultSpec(
        _sse_variants.comments, {"text": TEXT, "count": COUNT}, "Comments before every event."
    ),
    "pings": FaultSpec(_sse_variants.pings, {"count": COUNT}, "Pings after every event."),
    "bom": FaultSpec(_sse_variants.bom, {"count": COUNT}, "A byte order mark at the start."),
    "extra_fields": FaultSpec(
        _sse_variants.extra_fields, {}, "An id, a retry and an unknown field in every event."
    ),
    "compressed": FaultSpec(
        _sse_variants.compressed,
        {"coding": one_of(("gzip", "deflate", "br", "zstd"))},
        "A compressed body, flushed after every event.",
    ),
    # Other events
    "stream_error": FaultSpec(
        _events.stream_error,
        {
            "event": WHOLE,
            "type": TEXT,
            "message": TEXT,
            "error_code": CODE,
            "details": MEMBERS,
            "go_on": FLAG,
        },
        "An error event inside a 200 stream.",
        on_events=True,
    ),
    "drop_event": FaultSpec(_events.drop_event, {"event": WHICH}, "An event is missing.", on_events=True),
    "double_event": FaultSpec(
        _events.double_event, {"event": WHICH}, "An event comes twice.", on_events=True
    ),
    "swap_events": FaultSpec(
        _events.swap_events, {"event": WHICH}, "Two events change places.", on_events=True
    ),
    "unknown_event": FaultSpec(
        _events.unknown_event,
        {"name": FIELD, "event": WHOLE, "data": TEXT},
        "An event of an unknown type.",
        on_events=True,
    ),
    "no_usage": FaultSpec(
        _events.no_usage,
        {"where": one_of(("both", "message_start", "message_delta"))},
        "The usage is missing.",
        on_events=True,
    ),
    "broken_tool_json": FaultSpec(
        _events.broken_tool_json,
        {"how": one_of(("cut", "escape", "surrogate", "garbage", "nan"))},
        "A tool's input is broken JSON.",
        on_events=True,
    ),
}
"""Every fault by its name."""

RENAMED: Final[Mapping[str, str]] = {"late": "delay"}
"""Old names of faults, which can still be ordered, and the names that replace them."""


def make_fault(name: str, options: Mapping[str, Any], place: str = "fault") -> Fault:
    """A fault from its name and options; a name that is a status is that error.

    Args:
        name: a key of `TABLE`, or a status such as "529".
        options: as the table has them.
        place: where it was said, for the message.

    Raises:
        OptionError: no such fault, no such option, or a value that does not fit.
        UsageError: a package is missing.
    """
    entry, options = entry_of(name, options, place)
    known_keys(options, (place,), entry.options)
    for key, value in options.items():
        if value is not None or key != "retry_after":
            entry.options[key](value, (place, key))
    for key in entry.needed:
        if key not in options:
            raise OptionError((place,), f"needs `{key}`, {entry.options[key].words}")
    return entry.make(**options)


def entry_of(name: str, options: Mapping[str, Any], place: str) -> tuple[FaultSpec, Mapping[str, Any]]:
    """The entry of a name, and the options with what the name itself says: a status or an error code.

    Raises:
        OptionError: there is no such fault; the nearest is named.
    """
    if name.isascii() and name.isdigit():
        return TABLE["error"], {"status": int(name[:9]), **options}
    if name in ERROR_CODES:
        return TABLE["error"], {"error_code": name, **options}
    name = current_name(name, place)
    if name not in TABLE:
        near = meant(name)
        quoted = " or ".join(f"`{item}`" for item in near)
        remedy = f"Did you mean {quoted}?" if near else nearest(name, TABLE)
        raise OptionError((place,), f"names an unknown fault {shown(name)}", remedy)
    return TABLE[name], options


def current_name(name: str, place: str) -> str:
    """The name that a fault has now; an old one warns.

    Orders stand in project files and command lines, so the warning is one that Python shows to people
    who run a program, not only to those who write it.
    """
    if name not in RENAMED:
        return name
    message = f"{place}: the fault {name} is called {RENAMED[name]} now; the old name will go."
    warnings.warn(message, FutureWarning, stacklevel=2)
    return RENAMED[name]
