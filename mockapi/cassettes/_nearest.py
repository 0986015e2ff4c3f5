"""Why nothing matched: the nearest recording, what differs, and what would repair it.

Runs only when a request has missed, and in bounded time: at most `MAX_CANDIDATES` recordings
are looked at. A remedy is told only after it was tried: the rules that it names make the two
requests equal.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from mockapi import jsontext
from mockapi.cassettes._differences import (
    Difference,
    as_text,
    changed_texts,
    common_prefix,
    differences,
)
from mockapi.cassettes._key import request_key, substituted
from mockapi.cassettes._model import Matching
from mockapi.cassettes._packed import as_request
from mockapi.cassettes._substitutions import PATTERNS, named_substitutions
from mockapi.cassettes.redaction import for_matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mockapi.cassettes._packed import Place
    from mockapi.cassettes._recording import Recording
    from mockapi.exchange import Request

MAX_CANDIDATES = 1000
_MAX_IGNORED = 5  # whoever would ignore more wants another recording
_MAX_CHANGED = 100_000  # characters; a search through more would hold up the streams in flight
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Miss:
    """The explanation of a miss; `nearest` is None where there is no recording at all."""

    nearest: Recording | None
    differences: tuple[Difference, ...]
    remedies: tuple[str, ...]


def explain_miss(request: Request, recordings: Sequence[Recording], matching: Matching | None = None) -> Miss:
    """Find the recording nearest to a request; say what differs and what would repair it.

    Args:
        request: the request that nothing matched.
        recordings: all that could have answered.
        matching: the session's rules, which remedies add to.
    """
    if not recordings:
        return Miss(None, (), ("Nothing is recorded: name a cassette or a folder of cassettes.",))
    redaction = (matching or Matching()).redaction
    request = for_matching(request, redaction)
    candidates = _candidates(request, recordings)
    try:
        nearest = _nearest(request, candidates, _value)
        recorded = for_matching(as_request(nearest.interaction), redaction)
        found = tuple(differences(recorded, request))
    except RecursionError:  # nested deeper than values can be compared: they are told as texts
        nearest = _nearest(request, candidates, as_text)
        recorded = for_matching(as_request(nearest.interaction), redaction)
        found = tuple(differences(recorded, request, by_place=False))
    rules = nearest.cassette.matching.with_added(matching or Matching())
    return Miss(nearest, found, tuple(_remedies(found, recorded, request, rules)))


def _nearest(
    request: Request, candidates: Sequence[Recording], value_of: Callable[[Request], Any]
) -> Recording:
    value = value_of(request)
    return max(
        candidates,
        key=lambda recording: _likeness(value_of(as_request(recording.interaction)), value),
    )


def _candidates(request: Request, recordings: Sequence[Recording]) -> Sequence[Recording]:
    """Those with the same method and path if there are any; the ones nearest in size if many."""
    place = request.method, request.path
    same = [recording for recording in recordings if recording.target[:2] == place]
    found = same or recordings
    if len(found) > MAX_CANDIDATES:
        size = len(request.body)
        found = sorted(found, key=lambda item: abs(_size_at(item.request_place) - size))
    return found[:MAX_CANDIDATES]


def _size_at(place: Place) -> int:
    _, start, end = place
    return end - start


def _value(request: Request) -> Any:
    value = request.parsed
    if not isinstance(value, jsontext.NotJSON):
        return value
    return as_text(request)


def _likeness(recorded: Any, received: Any) -> float:
    same, total = _overlap(recorded, received)
    return same / total if total else 1.0


def _overlap(a: Any, b: Any) -> tuple[float, float]:
    """How much of two values is alike, and how much there is: text counts by its length."""
    if isinstance(a, dict) and isinstance(b, dict):
        pairs = [(a.get(key, _ABSENT), b.get(key, _ABSENT)) for key in a.keys() | b.keys()]
    elif isinstance(a, list) and isinstance(b, list):
        pairs = list(zip_longest(a, b, fillvalue=_ABSENT))
    elif isinstance(a, str) and isinstance(b, str):
        longer, shorter = max(len(a), len(b)), min(len(a), len(b))
        if a == b:
            return 4.0 + longer, 4.0 + longer
        alike = common_prefix(a, b) + common_prefix(a[::-1], b[::-1])
        return float(min(alike, shorter)), 4.0 + longer
    else:
        return (4.0 if a == b and type(a) is type(b) else 0.0), max(_weight(a), _weight(b), 4.0)
    same = total = 0.0
    for left, right in pairs:
        part, whole = _overlap(left, right)
        same += part
        total += whole
    return same, total


def _weight(value: Any) -> float:
    if isinstance(value, str):
        return 4.0 + len(value)
    if isinstance(value, dict):
        return sum(map(_weight, value.values()))
    if isinstance(value, list):
        return sum(map(_weight, value))
    return 0.0 if value is _ABSENT else 4.0


def _remedies(
    found: Sequence[Difference], recorded: Request, received: Request, rules: Matching
) -> Iterator[str]:
    if request_key(recorded, rules) == request_key(received, rules):
        yield "Every recording of this request has been played: --after-last repeat plays the last one again."
        return
    if (recorded.method, recorded.path) != (received.method, received.path):
        yield f"Nothing is recorded for {received.method} {received.path}: record it."
        return
    option = next(
        (
            option
            for option, added in _repairs(found, recorded, received, rules)
            if request_key(recorded, rules.with_added(added))
            == request_key(received, rules.with_added(added))
        ),
        None,
    )
    if option is not None:
        yield f"If that does not matter, {option} makes it match."
    yield "If the request changed on purpose, record it again."


def _repairs(
    found: Sequence[Difference], recorded: Request, received: Request, rules: Matching
) -> Iterator[tuple[str, Matching]]:
    """Options that might make the two requests equal, the least loose first."""
    try:
        texts = tuple(changed_texts(recorded.parsed, received.parsed))
    except RecursionError:
        texts = ()
    for names in (*([name] for name in PATTERNS), list(PATTERNS)):
        added = Matching(substitutions=named_substitutions(names, {}))
        if _may_do(rules.with_added(added), texts):
            yield " ".join(f"--substitute {name}" for name in names), added
    yield "--convert", Matching(ignore=("$.stream",))
    yield "--rename-tool-ids", Matching(rename_tool_ids=True)
    paths = [difference.path for difference in found if difference.path.startswith("$")]
    if len(paths) <= _MAX_IGNORED:
        # A client that asked for a stream has no use for JSON, nor the other way round.
        options = ["--convert" if path == "$.stream" else f"--ignore {shlex.quote(path)}" for path in paths]
        yield " ".join(options), Matching(ignore=tuple(paths))
    if isinstance(received.parsed, dict) and received.parsed.get("messages"):
        yield "--compare last-turn", Matching(compare="last-turn")


def _may_do(rules: Matching, texts: Sequence[tuple[str, str]]) -> bool:
    """Whether substitutions make the changed parts of texts equal: a long prompt is not searched for less."""
    return all(
        max(len(before), len(now)) <= _MAX_CHANGED and substituted(before, rules) == substituted(now, rules)
        for before, now in texts
    )
