"""Sessions: isolated uses of a server, and the pipeline that says what answers, in which order.

No sockets and no ASGI: a request comes in as a value and an answer goes out as one. Where the upstream
shall answer, the pipeline returns `FORWARD`, and the server acts on it.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.sessions._account import Account
    from mockapi.sessions._answer import FORWARD, Answer
    from mockapi.sessions._asked import Asked
    from mockapi.sessions._entry import (
        BodyKind,
        JournalEntry,
        kind_of,
        miss_as_json,
        recording_as_json,
    )
    from mockapi.sessions._free import can_be_free, is_free
    from mockapi.sessions._generator import ReplyGenerator, scripted_reply
    from mockapi.sessions._journal import Journal
    from mockapi.sessions._library import CassetteSet
    from mockapi.sessions._limits import MAX_SESSIONS, SessionLimits, seconds_up
    from mockapi.sessions._look_ahead import answer_large, look_up_ahead, make_ready
    from mockapi.sessions._memory import memory_of, recall
    from mockapi.sessions._pipeline import CHANGES, SOURCES, Exchange, answer
    from mockapi.sessions._playing import Playing
    from mockapi.sessions._registry import SessionRegistry, new_id
    from mockapi.sessions._session import DEFAULT, MAX_REQUESTS, ServerSession
    from mockapi.sessions._settings import (
        AFTER_LAST,
        CALLS_OUT,
        MAX_LIFETIME,
        MAX_NAME,
        ON_UNMATCHED,
        RECORD_MODES,
        AfterLast,
        OnUnmatched,
        RecordMode,
        SessionOptions,
        Settings,
        changed_settings,
        default_on_unmatched,
        parse_speed,
        session_options,
    )

__all__ = [
    "AFTER_LAST",
    "CALLS_OUT",
    "CHANGES",
    "DEFAULT",
    "FORWARD",
    "MAX_LIFETIME",
    "MAX_NAME",
    "MAX_REQUESTS",
    "MAX_SESSIONS",
    "ON_UNMATCHED",
    "RECORD_MODES",
    "SOURCES",
    "Account",
    "AfterLast",
    "Answer",
    "Asked",
    "BodyKind",
    "CassetteSet",
    "Exchange",
    "Journal",
    "JournalEntry",
    "OnUnmatched",
    "Playing",
    "RecordMode",
    "ReplyGenerator",
    "ServerSession",
    "SessionLimits",
    "SessionOptions",
    "SessionRegistry",
    "Settings",
    "answer",
    "answer_large",
    "can_be_free",
    "changed_settings",
    "default_on_unmatched",
    "is_free",
    "kind_of",
    "look_up_ahead",
    "make_ready",
    "memory_of",
    "miss_as_json",
    "new_id",
    "parse_speed",
    "recall",
    "recording_as_json",
    "scripted_reply",
    "seconds_up",
    "session_options",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_account": "Account",
        "_answer": "FORWARD Answer",
        "_asked": "Asked",
        "_free": "can_be_free is_free",
        "_generator": "ReplyGenerator scripted_reply",
        "_entry": "BodyKind JournalEntry kind_of miss_as_json recording_as_json",
        "_journal": "Journal",
        "_library": "CassetteSet",
        "_limits": "MAX_SESSIONS SessionLimits seconds_up",
        "_look_ahead": "answer_large look_up_ahead make_ready",
        "_memory": "memory_of recall",
        "_pipeline": "CHANGES SOURCES Exchange answer",
        "_playing": "Playing",
        "_registry": "SessionRegistry new_id",
        "_session": "DEFAULT MAX_REQUESTS ServerSession",
        "_settings": "AFTER_LAST CALLS_OUT MAX_LIFETIME MAX_NAME ON_UNMATCHED RECORD_MODES AfterLast"
        " OnUnmatched RecordMode SessionOptions Settings changed_settings default_on_unmatched parse_speed"
        " session_options",
    },
)
