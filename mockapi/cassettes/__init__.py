"""Cassettes: recorded interactions as values, their file format, and finding them again.

Sans-IO: texts and values in, texts and values out. Files, folders and caches are the server's.
What a replay needs is imported with the package, the rest when it is first used.
"""

from typing import TYPE_CHECKING

from mockapi._late import late
from mockapi.cassettes._checks import Fault
from mockapi.cassettes._decode import MAX_BYTES, VERSION_KEY, load
from mockapi.cassettes._frame import FRAME_VERSION, pack, unpack
from mockapi.cassettes._index import Index, Recording, Track, as_request
from mockapi.cassettes._key import request_key
from mockapi.cassettes._kinds import CREDENTIAL_HEADERS
from mockapi.cassettes._model import (
    FORMAT_VERSION,
    Cassette,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    Substitution,
    digest_of,
)
from mockapi.cassettes._multipart import split_multipart
from mockapi.cassettes._options import parse_matching

if TYPE_CHECKING:
    from mockapi.cassettes._differences import Difference
    from mockapi.cassettes._encode import as_read, dump, dump_more, long_bodies
    from mockapi.cassettes._lint import Finding, Severity, lint
    from mockapi.cassettes._nearest import Miss, explain_miss
    from mockapi.cassettes._seal import reseal
    from mockapi.cassettes._summary import reply_of, summarize

__all__ = [
    "CREDENTIAL_HEADERS",
    "FORMAT_VERSION",
    "FRAME_VERSION",
    "MAX_BYTES",
    "VERSION_KEY",
    "Cassette",
    "Difference",
    "Fault",
    "Finding",
    "Index",
    "Interaction",
    "Matching",
    "Miss",
    "RecordedChunk",
    "RecordedRequest",
    "RecordedResponse",
    "Recording",
    "Severity",
    "Substitution",
    "Track",
    "as_read",
    "as_request",
    "digest_of",
    "dump",
    "dump_more",
    "explain_miss",
    "lint",
    "load",
    "long_bodies",
    "pack",
    "parse_matching",
    "reply_of",
    "request_key",
    "reseal",
    "split_multipart",
    "summarize",
    "unpack",
]

__getattr__ = late(
    __name__,
    {
        "_differences": "Difference",
        "_encode": "as_read dump dump_more long_bodies",
        "_lint": "Finding Severity lint",
        "_nearest": "Miss explain_miss",
        "_seal": "reseal",
        "_summary": "reply_of summarize",
    },
)
