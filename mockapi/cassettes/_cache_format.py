"""A loaded cassette as bytes that load fast: what the cache keeps instead of YAML.

    magic, seal of the rest, length of the head, head (JSON), numbers, keys, blob, then the large bodies

What these are `_packed` says: they are kept as they are used, so a cassette is there without looking at its
interactions. The seal is a digest with a key, which whoever keeps the frame makes from a secret of the user
and the text that the cassette was read from. So a frame that is torn, damaged, of another text or made by
somebody else is passed over, and the text itself is read.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import sys
from array import array
from typing import TYPE_CHECKING

import orjson

from mockapi.cassettes._model import Cassette, Matching, Substitution
from mockapi.cassettes._packed import KEY_BYTES, Keys, PackedInteractions, Parts, packed

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE_VERSION = 3
_MAGIC = b"mockapi\x00" + struct.pack(">I", CACHE_VERSION)
_SEAL = 32
_PREFIX = len(_MAGIC) + _SEAL


def pack(cassette: Cassette, key: bytes) -> bytes:
    """The frame of a cassette. Its name is not part of it: files are renamed.

    Args:
        cassette: what is packed.
        key: seals the frame, at most 64 bytes.

    Raises:
        TypeError: a text in it cannot be written as UTF-8.
    """
    matching = cassette.matching
    parts = packed(cassette.interactions, matching).parts
    large = {id(body): body for body in parts.large.values()}
    numbers = {identity: number for number, identity in enumerate(large)}
    head = {
        "matching": {
            "substitutions": [[item.name, item.pattern] for item in matching.substitutions],
            "headers": matching.headers,
            "ignore": matching.ignore,
            "compare": matching.compare,
            "rename_tool_ids": matching.rename_tool_ids,
        },
        "count": len(parts.places),
        "targets": parts.targets,
        "fields": parts.fields,
        "large": [[place, numbers[id(body)]] for place, body in parts.large.items()],
        "sizes": [len(parts.blob), *map(len, large.values())],
        "has_keys": parts.keys is not None,
    }
    encoded = orjson.dumps(head)
    keys = () if parts.keys is None else (_written(parts.keys.sizes), parts.keys.digests)
    pieces = (_written(parts.offsets), _written(parts.places), *keys, parts.blob, *large.values())
    rest = b"".join([struct.pack(">Q", len(encoded)), encoded, *pieces])
    return _MAGIC + _seal(rest, key) + rest


def _seal(rest: bytes | memoryview, key: bytes) -> bytes:
    return hashlib.blake2b(rest, digest_size=_SEAL, key=key).digest()


def unpack(frame: bytes, name: str, key: bytes) -> Cassette | None:
    """The cassette of a frame; None if it is torn, damaged, of another version, or sealed otherwise."""
    rest = memoryview(frame)[_PREFIX:]
    if not frame.startswith(_MAGIC):
        return None
    if not hmac.compare_digest(frame[len(_MAGIC) : _PREFIX], _seal(rest, key)):
        return None
    (size,) = struct.unpack_from(">Q", rest)
    head = orjson.loads(rest[8 : 8 + size])
    count = head["count"]
    at = 8 + size

    def pieces() -> Iterator[memoryview]:
        nonlocal at
        keys = (8 * count, KEY_BYTES * count) if head["has_keys"] else ()
        for length in (8 * (3 * count + 1), 4 * count, *keys, *head["sizes"]):
            yield rest[at : at + length]
            at += length

    reading = pieces()
    offsets, places = _read("Q", next(reading)), _read("I", next(reading))
    keys = None
    if head["has_keys"]:
        sizes = _read("q", next(reading))
        keys = Keys(bytes(next(reading)), sizes)
    blob = bytearray(next(reading))
    large = list(map(bytes, reading))
    matching = head["matching"]
    parts = Parts(
        blob,
        offsets,
        places,
        [(method, path, query) for method, path, query in head["targets"]],
        [(field, value) for field, value in head["fields"]],
        {place: large[number] for place, number in head["large"]},
        keys,
    )
    return Cassette(
        name,
        PackedInteractions(parts),
        Matching(
            substitutions=tuple(Substitution(*item) for item in matching["substitutions"]),
            headers=tuple(matching["headers"]),
            ignore=tuple(matching["ignore"]),
            compare=matching["compare"],
            rename_tool_ids=matching["rename_tool_ids"],
        ),
    )


def _written(numbers: array[int]) -> bytes:
    """Numbers as bytes, the low ones first whatever the machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _read(kind: str, written: memoryview) -> array[int]:
    numbers = array(kind, written.tobytes())
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
