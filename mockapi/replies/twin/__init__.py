"""A twin of recorded traffic: a small profile is learned from it, and replies are drawn from that.

    interactions -> learn_twin -> TwinProfile -> dump_twin -> text
    text -> parse_twin -> TwinProfile; request -> drawn_reply -> a reply like the recorded ones

A profile has numbers, names of models and types of errors, and nothing that was said. Values in, values
out: choices come from a seed, the time is an argument.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies.twin._distribution import PERCENTILES, Distribution
    from mockapi.replies.twin._draw import drawn_reply
    from mockapi.replies.twin._learn import learn_twin
    from mockapi.replies.twin._profile import (
        CacheUse,
        ErrorShare,
        Interruption,
        Outcome,
        ReplyProfile,
        SizedTimes,
        StreamTimes,
        TwinProfile,
    )
    from mockapi.replies.twin._text import as_json, dump_twin, parse_twin

__all__ = [
    "PERCENTILES",
    "CacheUse",
    "Distribution",
    "ErrorShare",
    "Interruption",
    "Outcome",
    "ReplyProfile",
    "SizedTimes",
    "StreamTimes",
    "TwinProfile",
    "as_json",
    "drawn_reply",
    "dump_twin",
    "learn_twin",
    "parse_twin",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_distribution": "PERCENTILES Distribution",
        "_draw": "drawn_reply",
        "_learn": "learn_twin",
        "_profile": "CacheUse ErrorShare Interruption Outcome ReplyProfile SizedTimes StreamTimes"
        " TwinProfile",
        "_text": "as_json dump_twin parse_twin",
    },
)
