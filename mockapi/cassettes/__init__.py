"""Cassettes: recorded interactions as values, their file format, and finding them again.

Sans-IO: texts and values in, texts and values out. Files, folders and caches are the server's.
What a replay needs is imported with the package, the rest when it is first used.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.cassettes._cache_format import CACHE_VERSION, pack, unpack
    from mockapi.cassettes._chats import chat_reply
    from mockapi.cassettes._checks import MAX_BYTES, FormatError
    from mockapi.cassettes._decode import VERSION_KEY, load
    from mockapi.cassettes._differences import Difference
    from mockapi.cassettes._drift import drift
    from mockapi.cassettes._echoes import carries_credential
    from mockapi.cassettes._encode import as_read, check_size, dump, dump_more, long_bodies
    from mockapi.cassettes._export_har import to_har
    from mockapi.cassettes._index import Index, redacted_requests
    from mockapi.cassettes._key import request_key
    from mockapi.cassettes._lint import LintFinding, LintSeverity, lint
    from mockapi.cassettes._look_ahead import keys_of, redactions_of
    from mockapi.cassettes._migrate import Migrated, Renames, migrate
    from mockapi.cassettes._model import (
        FORMAT_VERSION,
        Cassette,
        Compare,
        Interaction,
        Matching,
        RecordedChunk,
        RecordedRequest,
        RecordedResponse,
        Substitution,
        digest_of,
    )
    from mockapi.cassettes._multipart import split_multipart
    from mockapi.cassettes._nearest import Miss, explain_miss
    from mockapi.cassettes._options import json_paths, parse_matching, read_matching
    from mockapi.cassettes._own_rules import masked_by
    from mockapi.cassettes._packed import as_request, packed
    from mockapi.cassettes._payloads import COMPARED_FROM
    from mockapi.cassettes._prune import fingerprint, pruned
    from mockapi.cassettes._recording import Recording, RecordingSequence
    from mockapi.cassettes._recordings import Recordings
    from mockapi.cassettes._redaction_rules import DEFAULT, RedactionError, RedactionRules
    from mockapi.cassettes._seal import reseal
    from mockapi.cassettes._secret_table import CREDENTIAL_HEADERS
    from mockapi.cassettes._secrets import Secret
    from mockapi.cassettes._summary import reply_of, summarize
    from mockapi.cassettes.redaction import (
        for_matching,
        redact,
        redact_interaction,
        redacted_field,
        redacted_target,
        sightings,
        signed_secrets,
    )

__all__ = [
    "CACHE_VERSION",
    "COMPARED_FROM",
    "CREDENTIAL_HEADERS",
    "DEFAULT",
    "FORMAT_VERSION",
    "MAX_BYTES",
    "VERSION_KEY",
    "Cassette",
    "Compare",
    "Difference",
    "FormatError",
    "Index",
    "Interaction",
    "LintFinding",
    "LintSeverity",
    "Matching",
    "Migrated",
    "Miss",
    "RecordedChunk",
    "RecordedRequest",
    "RecordedResponse",
    "Recording",
    "RecordingSequence",
    "Recordings",
    "RedactionError",
    "RedactionRules",
    "Renames",
    "Secret",
    "Substitution",
    "as_read",
    "as_request",
    "carries_credential",
    "chat_reply",
    "check_size",
    "digest_of",
    "drift",
    "dump",
    "dump_more",
    "explain_miss",
    "fingerprint",
    "for_matching",
    "json_paths",
    "keys_of",
    "lint",
    "load",
    "long_bodies",
    "masked_by",
    "migrate",
    "pack",
    "packed",
    "parse_matching",
    "pruned",
    "read_matching",
    "redact",
    "redact_interaction",
    "redacted_field",
    "redacted_requests",
    "redacted_target",
    "redactions_of",
    "reply_of",
    "request_key",
    "reseal",
    "sightings",
    "signed_secrets",
    "split_multipart",
    "summarize",
    "to_har",
    "unpack",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_cache_format": "CACHE_VERSION pack unpack",
        "_chats": "chat_reply",
        "_checks": "MAX_BYTES FormatError",
        "_decode": "VERSION_KEY load",
        "_differences": "Difference",
        "_drift": "drift",
        "_echoes": "carries_credential",
        "_encode": "as_read check_size dump dump_more long_bodies",
        "_export_har": "to_har",
        "_index": "Index redacted_requests",
        "_key": "request_key",
        "_lint": "LintFinding LintSeverity lint",
        "_look_ahead": "keys_of redactions_of",
        "_migrate": "Migrated Renames migrate",
        "_model": "FORMAT_VERSION Cassette Compare Interaction Matching RecordedChunk RecordedRequest"
        " RecordedResponse Substitution digest_of",
        "_multipart": "split_multipart",
        "_nearest": "Miss explain_miss",
        "_options": "json_paths parse_matching read_matching",
        "_own_rules": "masked_by",
        "_packed": "as_request packed",
        "_payloads": "COMPARED_FROM",
        "_prune": "fingerprint pruned",
        "_recording": "Recording RecordingSequence",
        "_recordings": "Recordings",
        "_redaction_rules": "DEFAULT RedactionError RedactionRules",
        "_seal": "reseal",
        "_secret_table": "CREDENTIAL_HEADERS",
        "_secrets": "Secret",
        "_summary": "reply_of summarize",
        "redaction": (
            "for_matching redact redact_interaction redacted_field redacted_target sightings signed_secrets"
        ),
    },
)
