"""Requests as Redis gets to see them: credentials replaced by what is equal where they are equal.

Whatever has to tell keys apart (rate limits), or their kinds (surfaces, rules of versions), goes by what
stands for them as it would by themselves. Whether a key opens the door is judged where the request came.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from mockapi._environment import TEST_KEY
from mockapi.cassettes import carries_credential, redacted_field, redacted_target

if TYPE_CHECKING:
    from mockapi.exchange import Headers
    from mockapi.server import Settings

_KIND: Final = re.compile(r"sk-ant-(?:api|oat|admin|ort)[0-9]{0,2}-|sk-ant-|sk-|ABSK|bedrock-api-key-")
"""How kinds of keys begin."""
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]* +)(.+)", re.DOTALL)
_SIGNED: Final = re.compile(r"(Credential=)([^/\s,]+)|(Signature=)([0-9A-Za-z]+)")
_SIGNED_QUERY: Final = re.compile(
    r"((?:^|&)X-Amz-(?:Credential|Security-Token|Signature)=)([^&/%]+)", re.IGNORECASE
)


def without_secrets(headers: Headers) -> Headers:
    """The fields of a request with something else for every credential, whatever its field is called."""
    return tuple(
        [
            (name, _masked(name, value) if carries_credential(name) else _looked_through(value))
            for name, value in headers
        ]
    )


def query_without_secrets(query: str) -> str:
    """The query of a request with something else for its credentials.

    Those of a signed link stay apart, as keys do. Others are masked as a recording's are: what a recording
    is compared with stays the same, as a mask is its own mask.
    """
    if "amz-" in query.lower():
        return _SIGNED_QUERY.sub(lambda found: found[1] + _access_key(found[2]), query)
    return redacted_target("", query)[1]


def with_stand_ins(settings: Settings) -> Settings:
    """Settings that refuse, besides the credentials they list, what stands for those."""
    rules = settings.validation
    if not rules.invalid_keys:
        return settings
    more = {stand_in(key) for key in rules.invalid_keys} | {_access_key(key) for key in rules.invalid_keys}
    return replace(settings, validation=replace(rules, invalid_keys=rules.invalid_keys | more))


@lru_cache(maxsize=1024)
def stand_in(key: str) -> str:
    """What stands for a key: equal for equal ones, of the same kind, and nothing can be learned from it."""
    if not key or key == TEST_KEY:
        return key
    kind = _KIND.match(key)
    return (kind[0] if kind else "") + f"masked-{_digest(key)}"


@lru_cache(maxsize=1024)
def _looked_through(value: bytes) -> bytes:
    text = value.decode("latin-1")
    masked = redacted_field(text)
    return value if masked == text else masked.encode("latin-1", "replace")


@lru_cache(maxsize=1024)
def _masked(name: bytes, value: bytes) -> bytes:
    text = value.decode("latin-1")
    if name not in {b"authorization", b"proxy-authorization"}:
        return stand_in(text).encode("latin-1")
    scheme = _SCHEME.fullmatch(text)
    if scheme is None:
        return stand_in(text).encode("latin-1")
    if scheme[1].startswith("AWS4-"):
        return _SIGNED.sub(_signed, text).encode("latin-1")
    return (scheme[1] + stand_in(scheme[2])).encode("latin-1")


def _signed(found: re.Match[str]) -> str:
    return found[1] + _access_key(found[2]) if found[1] else found[3] + _digest(found[4])


def _access_key(id_: str) -> str:
    return f"AKIA{_digest(id_)[:16].upper()}"


def _digest(secret: str) -> str:
    text = secret.encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16, person=b"mockapi nodes").hexdigest()
