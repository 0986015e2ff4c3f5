"""A loaded cassette as bytes that load fast: what the cache keeps instead of YAML.

    magic, seal of the rest, length of the head, head (JSON), then all bodies one after another

The seal is a digest with a key, which whoever keeps the frame makes from a secret of the user and the
text that the cassette was read from. So a frame that is torn, damaged, of another text or made by
somebody else is passed over, and the text itself is read.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from typing import Any

import orjson

from mockapi.cassettes._model import (
    Cassette,
    Fields,
    Interaction,
    Matching,
    RecordedChunk,
    RecordedRequest,
    RecordedResponse,
    Substitution,
)
from mockapi.exchange import Ending

CACHE_VERSION = 2
_MAGIC = b"mockapi\x00" + struct.pack(">I", CACHE_VERSION)
_SEAL = 32
_PREFIX = len(_MAGIC) + _SEAL


def pack(cassette: Cassette, key: bytes) -> bytes:
    """The frame of a cassette. Its name is not part of it: files are renamed.

    Args:
        cassette: what is packed.
        key: seals the frame, at most 64 bytes.
    """
    matching = cassette.matching
    head = {
        "matching": {
            "substitutions": [[item.name, item.pattern] for item in matching.substitutions],
            "headers": matching.headers,
            "ignore": matching.ignore,
            "compare": matching.compare,
            "rename_tool_ids": matching.rename_tool_ids,
        },
        "interactions": [_pack_interaction(item) for item in cassette.interactions],
    }
    bodies = (body for item in cassette.interactions for body in (item.request.body, item.response.body))
    encoded = orjson.dumps(head)
    rest = b"".join([struct.pack(">Q", len(encoded)), encoded, *bodies])
    return _MAGIC + _seal(rest, key) + rest


def _seal(rest: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(rest, digest_size=_SEAL, key=key).digest()


def unpack(frame: bytes, name: str, key: bytes) -> Cassette | None:
    """The cassette of a frame; None if it is torn, damaged, of another version, or sealed otherwise."""
    rest = frame[_PREFIX:]
    if not frame.startswith(_MAGIC):
        return None
    if not hmac.compare_digest(frame[len(_MAGIC) : _PREFIX], _seal(rest, key)):
        return None
    (size,) = struct.unpack_from(">Q", rest)
    head = orjson.loads(rest[8 : 8 + size])
    at = 8 + size
    interactions = []
    fields: dict[tuple[str, str], tuple[str, str]] = {}
    for item in head["interactions"]:
        split = at + item["request"][4]
        end = split + item["response"][4]
        interactions.append(_unpack_interaction(item, rest[at:split], rest[split:end], fields))
        at = end
    matching = head["matching"]
    return Cassette(
        name,
        tuple(interactions),
        Matching(
            substitutions=tuple(Substitution(*item) for item in matching["substitutions"]),
            headers=tuple(matching["headers"]),
            ignore=tuple(matching["ignore"]),
            compare=matching["compare"],
            rename_tool_ids=matching["rename_tool_ids"],
        ),
    )


def _pack_interaction(item: Interaction) -> dict[str, Any]:
    request, response = item.request, item.response
    return {
        "request": [request.method, request.path, request.query, request.headers, len(request.body)],
        "response": [
            response.status,
            response.headers,
            [[chunk.delay, chunk.size] for chunk in response.chunks],
            response.ending,
            len(response.body),
        ],
        "about": [item.recorded_at, item.origin, item.edited],
    }


def _unpack_interaction(
    item: dict[str, Any], request_body: bytes, body: bytes, shared: dict[tuple[str, str], tuple[str, str]]
) -> Interaction:
    method, path, query, request_headers, _ = item["request"]
    status, headers, chunks, ending, _ = item["response"]
    recorded_at, origin, edited = item["about"]
    return Interaction(
        RecordedRequest(method, path, query, _fields(request_headers, shared), request_body),
        RecordedResponse(
            status,
            _fields(headers, shared),
            body,
            tuple(RecordedChunk(delay, size) for delay, size in chunks),
            Ending(ending),
        ),
        recorded_at,
        origin,
        edited,
    )


def _fields(pairs: list[list[str]], shared: dict[tuple[str, str], tuple[str, str]]) -> Fields:
    """Header fields, one object for all that are equal: most are, and they outweigh small bodies."""
    return tuple(shared.setdefault(pair, pair) for pair in map(_pair, pairs))


def _pair(field: list[str]) -> tuple[str, str]:
    return field[0], field[1]
