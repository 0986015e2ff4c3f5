"""The prompt cache of a session, as far as usage shows it.

A request's parts stand in the order tools, system, messages. A `cache_control` on a part is a
breakpoint: the prefix up to it is written to the cache, for five minutes or an hour. A later request
reads the longest prefix that is in the cache and ends at one of its own parts, at most 20 parts
before a breakpoint; reading renews it. What lies between the read prefix and the last breakpoint is
written, the rest is plain input. `cache_control` at the top level is a breakpoint at the last part.
Prefixes below the model's minimum are not cached. Other models share nothing.

Source: the API's published rules of prompt caching; minimums as published in early 2026, 1,024 for
models that are not listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mockapi.jsontext import canonical_value
from mockapi.replies._view_digest import Prefix
from mockapi.replies.synthesis import _tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockapi.replies._request_view import Block, RequestView

_LOOK_BACK: Final = 20
_MAX_ENTRIES: Final = 4_000
_SECONDS: Final = {"5m": 300.0, "1h": 3600.0}
_MINIMUMS: Final = (
    ("claude-opus-4-5", 4096),
    ("claude-opus-4-6", 4096),
    ("claude-haiku-4-5", 4096),
    ("claude-3-5-haiku", 2048),
    ("claude-3-haiku", 2048),
)
_MINIMUM: Final = 1024


class Usage(NamedTuple):
    """The input side of usage; the three kinds of tokens add up to the whole input."""

    plain: int
    read: int = 0
    written_5m: int = 0
    written_1h: int = 0

    @property
    def total(self) -> int:
        """All input tokens."""
        return self.plain + self.read + self.written_5m + self.written_1h


class Cached(NamedTuple):
    """What a prompt cache did for a request, as parts of all its input tokens."""

    read: float = 0.0
    written: float = 0.0


class _Entry(NamedTuple):
    expires: float
    lifetime: float


@dataclass(frozen=True, slots=True)
class PromptCache:
    """What is in the cache: prefixes by digest. A value; `used` gives the next one."""

    entries: Mapping[bytes, _Entry] = field(default_factory=dict)

    def as_json(self) -> list[list[Any]]:
        """Digest, end and lifetime of each prefix."""
        return [[digest.hex(), *entry] for digest, entry in self.entries.items()]

    @classmethod
    def from_json(cls, value: list[list[Any]]) -> PromptCache:
        """The cache that was written as JSON."""
        return cls({bytes.fromhex(digest): _Entry(*entry) for digest, *entry in value})

    def used(self, view: RequestView, at: float) -> tuple[Usage, PromptCache]:
        """The usage of a request and the cache after it.

        Args:
            view: the request.
            at: seconds on any clock that goes forward.
        """
        total = _tokens.input_tokens(view)
        prefixes = prefixes_of(view)
        if not prefixes:
            return Usage(total), self
        breakpoints = list(_breakpoints(prefixes, view.model))
        if not breakpoints:
            return Usage(total), self
        hit = self._longest(prefixes, [number for number, _ in breakpoints], at)
        read = prefixes[hit].tokens if hit is not None else 0
        written = {"5m": 0, "1h": 0}
        start = read
        for number, lifetime in breakpoints:
            tokens = prefixes[number].tokens
            if tokens > start:
                written[lifetime] += tokens - start
                start = tokens
        entries = {key: entry for key, entry in self.entries.items() if entry.expires > at}
        if hit is not None:
            renewed = entries.pop(prefixes[hit].digest)
            entries[prefixes[hit].digest] = _Entry(at + renewed.lifetime, renewed.lifetime)
        for number, lifetime in breakpoints:
            seconds = _SECONDS[lifetime]
            entries.pop(prefixes[number].digest, None)
            entries[prefixes[number].digest] = _Entry(at + seconds, seconds)
        for digest in list(entries)[: max(0, len(entries) - _MAX_ENTRIES)]:
            del entries[digest]
        usage = Usage(total - start, read, written["5m"], written["1h"])
        return usage, PromptCache(entries)

    def _longest(self, prefixes: Sequence[Prefix], breakpoints: list[int], at: float) -> int | None:
        near = {number for point in breakpoints for number in range(max(0, point - _LOOK_BACK), point + 1)}
        for number in sorted(near, reverse=True):
            entry = self.entries.get(prefixes[number].digest)
            if entry is not None and entry.expires > at:
                return number
        return None


def usage_of(view: RequestView, cached: Cached) -> Usage:
    """The usage of a request for which a cache of somebody else's did so much."""
    total = _tokens.input_tokens(view)
    read = min(round(total * cached.read), total)
    written = min(round(total * cached.written), total - read)
    long = written > 0 and any(prefix.lifetime == "1h" for prefix in prefixes_of(view))
    return Usage(total - read - written, read, 0 if long else written, written if long else 0)


def asks_for_caching(view: RequestView) -> bool:
    """Whether a request has a breakpoint that counts: one behind as many tokens as its model wants."""
    return any(_breakpoints(prefixes_of(view), view.model))


def _breakpoints(prefixes: Sequence[Prefix], model: str) -> Iterator[tuple[int, str]]:
    """Where the breakpoints stand that count, and how long what they write lives."""
    for number, prefix in enumerate(prefixes):
        if prefix.lifetime is not None and prefix.tokens >= _minimum(model):
            yield number, prefix.lifetime


def prefixes_of(view: RequestView) -> tuple[Prefix, ...]:
    """The beginnings of a request, the shortest first; () if it asks for no caching."""
    if view.digest is not None:
        return view.digest.prefixes
    if b'"cache_control":{' not in view.canonical:
        return ()
    digest = blake2b(view.model.encode("utf-8", "replace"), digest_size=16).digest()
    tokens = 0
    found = []
    parts = _tokens.segments(view)
    automatic = _lifetime(view.body)
    for number, (block, size) in enumerate(parts):
        content = {key: value for key, value in block.items() if key != "cache_control"}
        digest = blake2b(canonical_value(content) or b"", key=digest, digest_size=16).digest()
        tokens += size
        lifetime = _lifetime(block)
        if number == len(parts) - 1:
            lifetime = lifetime or automatic
        found.append(Prefix(digest, tokens, lifetime))
    return tuple(found)


def _lifetime(block: Block) -> str | None:
    control = block.get("cache_control")
    if not isinstance(control, dict):
        return None
    return "1h" if control.get("ttl") == "1h" else "5m"


def _minimum(model: str) -> int:
    return next((tokens for prefix, tokens in _MINIMUMS if model.startswith(prefix)), _MINIMUM)
