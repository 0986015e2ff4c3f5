"""A profile as JSON text, and back. The text is for people too: a distribution is one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mockapi.options import Kind, OptionError, mapping, number, shown, text, whole
from mockapi.replies.twin._distribution import Distribution
from mockapi.replies.twin._profile import (
    MAX_OUTPUT,
    MAX_SECONDS,
    MAX_SIZE,
    VERSION,
    CacheUse,
    ErrorShare,
    Interruption,
    Outcome,
    ReplyProfile,
    SizedTimes,
    StreamTimes,
    TwinProfile,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockapi.options import Path

_T = TypeVar("_T")

VERSION_KEY: Final = "mockapi_twin"
_LEARN: Final = "Learn it anew: `mockapi twin learn FOLDER --output PROFILE`."
_COUNT: Final = whole(0)
_SHARE: Final = number(0, 1)
_CORRELATION: Final = number(-1, 1)
_SECONDS: Final = number(0, MAX_SECONDS)
_SIZE: Final = number(0, MAX_SIZE)
_TOKENS: Final = number(0, MAX_OUTPUT)
_CALLS: Final = whole(0, 100)
_STATUS: Final = whole(400, 599)
_NAME: Final = text(100)


def dump_twin(profile: TwinProfile) -> str:
    """The text of a profile; the same for equal profiles."""
    return f"{_indented(as_json(profile), '')}\n"


def as_json(profile: TwinProfile) -> dict[str, Any]:
    """A profile as the JSON value that `parse_twin` reads."""
    return {
        VERSION_KEY: VERSION,
        "exchanges": profile.exchanges,
        "models": dict(profile.models),
        "errors": [_error_told(error) for error in profile.errors],
        "refusals": [_error_told(error) for error in profile.refusals],
        "interruptions": [{"type": item.type, "share": item.share} for item in profile.interruptions],
        "replies": _replies_told(profile.replies),
        "by_model": {name: _replies_told(replies) for name, replies in profile.by_model},
    }


def parse_twin(value: Any, place: str = "twin") -> TwinProfile:
    """A profile from its JSON value.

    Raises:
        OptionError: what does not fit, where, and what would do.
    """
    path = (place,)
    version = value.get(VERSION_KEY) if isinstance(value, dict) else None
    if version is None:
        problem = f"must be a profile, an object with `{VERSION_KEY}`; got {shown(value)}"
        raise OptionError(path, problem, _LEARN)
    if version != VERSION:
        problem = f"is a profile of version {shown(version)}, and this mockapi reads version {VERSION}"
        raise OptionError(path, problem, _LEARN)
    told = mapping(value, path, _PROFILE, _PROFILE)
    profile = TwinProfile(
        _COUNT(told["exchanges"], (*path, "exchanges")),
        tuple(
            (_NAME(name, (*path, "models")), _SHARE(share, (*path, "models", name)))
            for name, share in mapping(told["models"], (*path, "models"), _Any()).items()
        ),
        _all(told["errors"], (*path, "errors"), _error),
        _all(told["refusals"], (*path, "refusals"), _error),
        _all(told["interruptions"], (*path, "interruptions"), _interruption),
        _replies(told["replies"], (*path, "replies")),
        tuple(
            (_NAME(name, (*path, "by_model")), _replies(item, (*path, "by_model", name)))
            for name, item in mapping(told["by_model"], (*path, "by_model"), _Any()).items()
        ),
    )
    for name, parts in (("errors", profile.errors), ("interruptions", profile.interruptions)):
        total = sum(part.share for part in parts)
        if total > 1 + 1e-6:
            raise OptionError((*path, name), f"must have shares of at most 1 together; got {total:g}")
    return profile


# --- reading ---------------------------------------------------------------------------------------

_PROFILE: Final = (
    *(VERSION_KEY, "exchanges", "models", "errors", "refusals", "interruptions"),
    *("replies", "by_model"),
)
_ERROR: Final = ("status", "type", "share", "seconds", "retry_after")
_INTERRUPTION: Final = ("type", "share")
_REPLIES: Final = (
    *("replies", "streamed", "request_bytes", "input_tokens"),
    *("with_tools", "without_tools", "thinking", "cache", "streams", "whole"),
)
_OUTCOME: Final = ("stop_reason", "tool_calls", "share", "output_tokens")
_CACHE: Final = ("hits", "read", "written_on_hit", "written_on_miss")
_STREAMS: Final = ("first", "between", "alike", "characters")
_SIZED: Final = ("seconds", "size", "follows")


class _Any(frozenset[str]):
    """The keys of an object whose keys are names."""

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str)


def _all(value: Any, path: Path, read: Callable[[Any, Path], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise OptionError(path, f"must be a list; got {shown(value)}")
    return tuple(read(item, (*path, index)) for index, item in enumerate(value))


def _maybe(value: Any, path: Path, read: Callable[[Any, Path], _T]) -> _T | None:
    return None if value is None else read(value, path)


def _spread(kind: Kind[float]) -> Callable[[Any, Path], Distribution]:
    """The reader of a distribution of such values."""

    def read(value: Any, path: Path) -> Distribution:
        if not isinstance(value, dict) or not value:
            raise OptionError(path, f'must be percentiles, such as {{"50": 0.8}}; got {shown(value)}')
        points = sorted(
            (_percentile(name, path), float(kind(item, (*path, name)))) for name, item in value.items()
        )
        if len({percentile for percentile, _ in points}) < len(points):
            raise OptionError(path, "must name each percentile once")
        values = [item for _, item in points]
        if values != sorted(values):
            raise OptionError(path, "must grow: a higher percentile is at least as large as a lower one")
        return Distribution(tuple(points))

    return read


def _percentile(name: str, path: Path) -> float:
    try:
        percent = float(name)
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise OptionError((*path, name), "must be a percentile from 0 to 100")
    return percent


def _plain(value: float) -> float:
    """A number as people write it: whole ones without a point."""
    return int(value) if value.is_integer() else value


def _error(value: Any, path: Path) -> ErrorShare:
    told = mapping(value, path, _ERROR, _ERROR)
    return ErrorShare(
        _STATUS(told["status"], (*path, "status")),
        _NAME(told["type"], (*path, "type")),
        _SHARE(told["share"], (*path, "share")),
        _maybe(told["seconds"], (*path, "seconds"), _spread(_SECONDS)),
        _maybe(told["retry_after"], (*path, "retry_after"), _spread(_SECONDS)),
    )


def _interruption(value: Any, path: Path) -> Interruption:
    told = mapping(value, path, _INTERRUPTION, _INTERRUPTION)
    return Interruption(_maybe(told["type"], (*path, "type"), _NAME), _SHARE(told["share"], (*path, "share")))


def _replies(value: Any, path: Path) -> ReplyProfile:
    told = mapping(value, path, _REPLIES, _REPLIES)
    with_tools = _all(told["with_tools"], (*path, "with_tools"), _outcome)
    without_tools = _all(told["without_tools"], (*path, "without_tools"), _outcome)
    if not with_tools and not without_tools:
        raise OptionError(path, "needs a kind of reply, in `with_tools` or in `without_tools`")
    return ReplyProfile(
        _COUNT(told["replies"], (*path, "replies")),
        _SHARE(told["streamed"], (*path, "streamed")),
        _spread(_SIZE)(told["request_bytes"], (*path, "request_bytes")),
        _spread(_SIZE)(told["input_tokens"], (*path, "input_tokens")),
        with_tools,
        without_tools,
        _maybe(told["thinking"], (*path, "thinking"), _spread(_SHARE)),
        _maybe(told["cache"], (*path, "cache"), _cache),
        _maybe(told["streams"], (*path, "streams"), _streams),
        _maybe(told["whole"], (*path, "whole"), _sized),
    )


def _outcome(value: Any, path: Path) -> Outcome:
    told = mapping(value, path, _OUTCOME, _OUTCOME)
    return Outcome(
        _NAME(told["stop_reason"], (*path, "stop_reason")),
        _CALLS(told["tool_calls"], (*path, "tool_calls")),
        _SHARE(told["share"], (*path, "share")),
        _spread(_TOKENS)(told["output_tokens"], (*path, "output_tokens")),
    )


def _cache(value: Any, path: Path) -> CacheUse:
    told = mapping(value, path, _CACHE, _CACHE)
    part = _spread(_SHARE)
    return CacheUse(
        _SHARE(told["hits"], (*path, "hits")),
        _maybe(told["read"], (*path, "read"), part),
        _maybe(told["written_on_hit"], (*path, "written_on_hit"), part),
        _maybe(told["written_on_miss"], (*path, "written_on_miss"), part),
    )


def _streams(value: Any, path: Path) -> StreamTimes:
    told = mapping(value, path, _STREAMS, _STREAMS)
    return StreamTimes(
        _sized(told["first"], (*path, "first")),
        _maybe(told["between"], (*path, "between"), _spread(_SECONDS)),
        _SHARE(told["alike"], (*path, "alike")),
        _maybe(told["characters"], (*path, "characters"), _spread(_SIZE)),
    )


def _sized(value: Any, path: Path) -> SizedTimes:
    told = mapping(value, path, _SIZED, _SIZED)
    return SizedTimes(
        _spread(_SECONDS)(told["seconds"], (*path, "seconds")),
        _spread(_SIZE)(told["size"], (*path, "size")),
        _CORRELATION(told["follows"], (*path, "follows")),
    )


# --- writing ---------------------------------------------------------------------------------------


def _points(distribution: Distribution | None) -> dict[str, float] | None:
    if distribution is None:
        return None
    return {f"{percentile:g}": _plain(float(value)) for percentile, value in distribution.points}


def _error_told(error: ErrorShare) -> dict[str, Any]:
    return {
        "status": error.status,
        "type": error.type,
        "share": error.share,
        "seconds": _points(error.seconds),
        "retry_after": _points(error.retry_after),
    }


def _replies_told(replies: ReplyProfile) -> dict[str, Any]:
    cache, streams = replies.cache, replies.streams
    return {
        "replies": replies.replies,
        "streamed": replies.streamed,
        "request_bytes": _points(replies.request_bytes),
        "input_tokens": _points(replies.input_tokens),
        "with_tools": [_outcome_told(outcome) for outcome in replies.with_tools],
        "without_tools": [_outcome_told(outcome) for outcome in replies.without_tools],
        "thinking": _points(replies.thinking),
        "cache": cache
        and {
            "hits": cache.hits,
            "read": _points(cache.read),
            "written_on_hit": _points(cache.written_on_hit),
            "written_on_miss": _points(cache.written_on_miss),
        },
        "streams": streams
        and {
            "first": _sized_told(streams.first),
            "between": _points(streams.between),
            "alike": streams.alike,
            "characters": _points(streams.characters),
        },
        "whole": replies.whole and _sized_told(replies.whole),
    }


def _outcome_told(outcome: Outcome) -> dict[str, Any]:
    return {
        "stop_reason": outcome.stop_reason,
        "tool_calls": outcome.tool_calls,
        "share": outcome.share,
        "output_tokens": _points(outcome.output_tokens),
    }


def _sized_told(times: SizedTimes) -> dict[str, Any]:
    return {"seconds": _points(times.seconds), "size": _points(times.size), "follows": times.follows}


def _indented(value: Any, indent: str) -> str:
    """JSON with an object of plain values on one line."""
    if not isinstance(value, dict | list):
        return json.dumps(value)
    items = value.values() if isinstance(value, dict) else value
    if not any(isinstance(item, dict | list) for item in items):
        return json.dumps(value)
    deeper = f"{indent}  "
    written = [_indented(item, deeper) for item in items]
    if isinstance(value, dict):
        written = [f"{json.dumps(name)}: {text}" for name, text in zip(value, written, strict=True)]
    first, last = "{}" if isinstance(value, dict) else "[]"
    lines = f",\n{deeper}".join(written)
    return f"{first}\n{deeper}{lines}\n{indent}{last}"
